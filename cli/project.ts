// The project at hand for a command: opened and planned, or what keeps it from that told on stderr, with the exit code.

import { join } from "node:path";
import { localSettingsPath } from "../engine/catalog/local-settings.ts";
import { locateProject } from "../engine/catalog/locate.ts";
import type { Diagnostic } from "../engine/core/diagnostic.ts";
import type { Files } from "../engine/core/host.ts";
import { err, ok, type Result } from "../engine/core/result.ts";
import type { OwnInputs } from "../engine/graph/fingerprint.ts";
import type { LayerGraph } from "../engine/graph/graph.ts";
import { rememberOwnInputs } from "../engine/graph/remember-inputs.ts";
import type { Memory } from "../engine/memory/memory.ts";
import type { CacheSettings } from "../engine/plan/cache/wire-caches.ts";
import { isStaleItself, leaveOutCurrent } from "../engine/plan/leave-out-current.ts";
import type { HeldImages, PlanOptions } from "../engine/plan/plan.ts";
import type { Plan } from "../engine/plan/step.ts";
import {
  checkCatalog,
  openProject,
  type Project,
  type ProjectSource,
  planProject,
} from "../engine/project.ts";
import { planPublished } from "../engine/publish/plan-published.ts";
import type { PublishedLayers } from "../engine/publish/published-layers.ts";
import type { LayerName } from "../schemas/layer-name.ts";
import type { Platform } from "../schemas/platform.ts";
import type { Invocation } from "./command.ts";
import { type LeasingProvider, leasedPlatform, leasingProvider } from "./compute-option.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";
import { recallNeeds } from "./sizing/recall-needs.ts";
import { tellDiagnostics } from "./tell-diagnostics.ts";
import {
  createHost,
  createResolver,
  findHeldImages,
  hostPlatform,
  openImageStore,
  openLazyEvaluator,
  openMemory,
} from "./wire.ts";

type Here = Pick<Invocation, "directory" | "output">;

/** Opens the project in or above the command's folder. Warnings go to stderr. */
export async function openHere(
  here: Here,
  bases: ReadonlyMap<string, string> = new Map(),
): Promise<Result<Project, ExitCode>> {
  const source = findSource(here);
  if (!source.ok) return source;
  const { memory, directory: root } = source.value;
  const project = await openProject({ ...source.value, bases });
  if (!project.ok) {
    memory.save();
    tellDiagnostics(here.output, root, project.error);
    return err(codeFor(project.error, root));
  }
  tellDiagnostics(here.output, root, project.value.warnings);
  return project;
}

/** An invalid catalog is what failed; settings of this machine are configuration. */
function codeFor(diagnostics: readonly Diagnostic[], root: string): ExitCode {
  const settings = join(root, localSettingsPath);
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  return errors.every(({ span }) => span?.file.path === settings) ? exitCode.usage : exitCode.failed;
}

/** No more of a project than how its layers hang together, and what each build sees where that is asked for. */
export interface OpenedGraph {
  readonly graph: LayerGraph;
  readonly ownInputsOf: (layer: LayerName) => OwnInputs | undefined;
  readonly memory: Memory;
  /** There is not even a warning to tell. */
  readonly isFlawless: boolean;
}

/** Opens that, without lock and local settings. Warnings go to stderr. */
export async function openGraphHere(here: Here): Promise<Result<OpenedGraph, ExitCode>> {
  const source = findSource(here);
  if (!source.ok) return source;
  const { memory, directory: root } = source.value;
  const { graph, diagnostics } = await checkCatalog(source.value);
  tellDiagnostics(here.output, root, diagnostics);
  if (graph === undefined) {
    memory.save();
    return err(exitCode.failed);
  }
  const ownInputsOf = (layer: LayerName) => {
    const own = rememberOwnInputs(graph.layer(layer), memory);
    return own.ok ? own.value : undefined;
  };
  return ok({ graph, ownInputsOf, memory, isFlawless: diagnostics.length === 0 });
}

function findSource(here: Here): Result<Omit<ProjectSource, "bases"> & { memory: Memory }, ExitCode> {
  const host = createHost();
  const root = locateProject(here.directory, host.files);
  if (!root.ok) {
    tellDiagnostics(here.output, here.directory, [root.error]);
    return err(exitCode.usage);
  }
  keepOutOfGit(root.value, host.files);
  const memory = openMemory(host, root.value);
  return ok({
    directory: root.value,
    host,
    evaluate: openLazyEvaluator(memory),
    memory,
    readNeeds: (project) => recallNeeds(project, memory, here.output),
  });
}

/** What lamina keeps in .lamina is this machine's alone. Where that cannot be written, nothing is kept there either. */
export function keepOutOfGit(root: string, files: Files): void {
  const path = join(root, ".lamina/.gitignore");
  if (!files.info(path).ok) files.writeAtomically(path, "*\n");
}

export interface PlanHere {
  /** Empty: every layer, unless `nothing` says otherwise. */
  readonly layers: readonly LayerName[];
  readonly nothing?: boolean;
  /** What is current is left out; with `options.only` also what does no more than follow its parents. */
  readonly onlyStale?: boolean;
  readonly options: PlanOptions;
  readonly platforms: readonly Platform[];
  /** Where it would be built: "here", or on machines of a provider; by the directives where it is left out. */
  readonly place?: "here" | LeasingProvider;
  /** Whose build caches are read and written; absent: none are. */
  readonly caches?: CacheSettings | undefined;
  /** Where layers may be that others have published; absent: nobody is asked. */
  readonly registry?: PublishedSource | undefined;
  /** Of layers that declare none; this machine's own by default, or that of leased ones. */
  readonly defaultPlatform?: Platform;
  /** The project's own store by default. */
  readonly images?: HeldImages;
  readonly signal?: AbortSignal;
  /** Whether what was read is kept for the next command; true by default. */
  readonly saves?: boolean;
}

/** What is asked for published layers, opened where there is something to ask. */
export interface PublishedSource {
  open(): Promise<{ readonly published: PublishedLayers }>;
}

/** Every layer, as it is. */
export const wholeCatalog: Pick<PlanHere, "layers" | "options" | "platforms"> = {
  layers: [],
  options: { only: false, force: false, withAncestors: true },
  platforms: [],
};

export async function planHere(project: Project, request: PlanHere): Promise<Plan> {
  const { layers, options } = request;
  const nothing: Plan = { steps: [], replacedBases: project.replacedBases };
  if (request.nothing === true) return nothing;
  if (request.onlyStale !== true) return planLayers(project, request);
  const plan = await planLayers(project, { ...request, options: { ...options, only: false } });
  if (!options.only) return leaveOutCurrent(plan, options.withAncestors);
  const isSelected = (name: LayerName) => layers.length === 0 || layers.includes(name);
  const stale = plan.steps.filter((step) => isSelected(step.layer) && isStaleItself(step));
  return stale.length === 0
    ? nothing
    : planLayers(project, { ...request, layers: stale.map(({ layer }) => layer) });
}

async function planLayers(project: Project, request: PlanHere): Promise<Plan> {
  const place = request.place ?? leasingProvider(undefined, project.directives) ?? "here";
  const isLeased = place !== "here";
  const { registry } = request;
  const plan = await planProject(project, {
    selection: request.layers,
    options: request.options,
    platforms: request.platforms,
    defaultPlatform: request.defaultPlatform ?? (isLeased ? leasedPlatform : hostPlatform()),
    // A node of one's own costs nothing.
    isLeased: isLeased && place !== "proxmox",
    caches: request.caches,
    images: request.images ?? (await heldImages(project)),
    resolver: createResolver(),
    planner:
      registry &&
      ((input, signal) => planPublished(input, async () => (await registry.open()).published, signal)),
    signal: request.signal ?? new AbortController().signal,
  });
  if (request.saves !== false) project.memory?.save();
  return plan;
}

/** Those of the lock that lie in the project's own store. */
async function heldImages({ graph, lock, memory }: Project): Promise<HeldImages> {
  if (memory === undefined) return openImageStore(graph.root);
  const images = Object.values(lock.current.layers).flatMap((platforms) =>
    Object.values(platforms).map(({ image }) => image),
  );
  return findHeldImages(graph.root, images, memory);
}
