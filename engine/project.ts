// The first half of the way: files -> Nickel -> Catalog -> LayerGraph -> Plan (see pipeline.ts for the whole). Most commands need
// no more of it, and load no more.

import { posix } from "node:path";
import type { CatalogDirectives } from "../schemas/build-directives.ts";
import type { LayerName } from "../schemas/layer-name.ts";
import type { Platform } from "../schemas/platform.ts";
import { type ApprovedEntry, loadApprovedSizes } from "./catalog/approved-sizes.ts";
import type { CatalogDeps } from "./catalog/catalog-deps.ts";
import { loadCatalog } from "./catalog/load.ts";
import { loadDirectives } from "./catalog/load-directives.ts";
import { type LocalSettings, loadLocalSettings } from "./catalog/local-settings.ts";
import { locateProject } from "./catalog/locate.ts";
import { resolveSecrets } from "./catalog/secret-sources.ts";
import { compareDiagnostics, type Diagnostic } from "./core/diagnostic.ts";
import type { ImageDigest } from "./core/digest.ts";
import type { Host } from "./core/host.ts";
import { err, ok, type Result } from "./core/result.ts";
import type { SecretSource } from "./core/secret-source.ts";
import { buildGraph } from "./graph/build-graph.ts";
import { checkReplacements } from "./graph/check-replacements.ts";
import { type OwnInputs, readOwnInputs } from "./graph/fingerprint.ts";
import { type LayerGraph } from "./graph/graph.ts";
import { keepGraph, recallGraph } from "./graph/remember-graph.ts";
import { rememberOwnInputs } from "./graph/remember-inputs.ts";
import { type LockFile, type LockPlace, openLockFile } from "./lock/lock-file.ts";
import type { Memory } from "./memory/memory.ts";
import type { CacheSettings } from "./plan/cache/wire-caches.ts";
import { type History, parseHistory } from "./plan/history.ts";
import {
  type HeldImages,
  makePlan,
  type PlanInput,
  type PlanOptions,
  type ReplacedBase,
} from "./plan/plan.ts";
import type { RecordedNeed } from "./plan/sizing.ts";
import { type Plan, stepKey } from "./plan/step.ts";
import type { ImageResolver } from "./ports/images.ts";

/** A catalog that was found sound, with what is remembered of its builds. */
export interface Project {
  readonly graph: LayerGraph;
  /** What each layer's build can see of its own folder. */
  readonly ownInputs: ReadonlyMap<LayerName, OwnInputs>;
  readonly local: LocalSettings;
  /** By id: those of the directives, and over them those of this machine. */
  readonly secrets: ReadonlyMap<string, SecretSource>;
  /** External images that are replaced here, by the name they are declared with. Not empty: a local world with its own lock. */
  readonly replacedBases: ReadonlyMap<string, string>;
  readonly lock: LockFile;
  readonly history: History;
  /** The catalog's own; none where it has no build_directives.ncl. */
  readonly directives: CatalogDirectives;
  readonly approvedSizes: readonly ApprovedEntry[];
  /** What builds were seen to need; sizes that are not approved are advice. */
  readonly recordedNeeds: readonly LayerNeed[];
  /** Absolute. */
  readonly historyPath: string;
  readonly warnings: readonly Diagnostic[];
  /** What was read, for what else may be taken from there. */
  readonly memory: Memory | undefined;
}

export interface ProjectSource {
  /** Absolute folder to look from, upwards. */
  readonly directory: string;
  readonly host: Host;
  /** Evaluates a Nickel file by absolute path. */
  readonly evaluate: CatalogDeps["evaluate"];
  /** What was read before, of the host's files; absent: all is read anew. */
  readonly memory?: Memory | undefined;
  /** Tells what builds of the project's layers were seen to need; absent: nobody knows. */
  readonly readNeeds?:
    | ((project: Pick<LayerGraph, "root" | "workspace">) => Promise<readonly LayerNeed[]>)
    | undefined;
  /** Replacements named on the command line; they win over .lamina/local.json. */
  readonly bases: ReadonlyMap<string, string>;
}

/** Only looks: the catalog's graph if it is sound, and in any case all that is wrong with it. */
export async function checkCatalog(source: Omit<ProjectSource, "bases">): Promise<{
  readonly root: string | undefined;
  readonly graph: LayerGraph | undefined;
  readonly diagnostics: readonly Diagnostic[];
}> {
  const { memory, evaluate } = source;
  const files = memory?.files ?? source.host.files;
  const root = locateProject(source.directory, files);
  if (!root.ok) return { root: undefined, graph: undefined, diagnostics: [root.error] };
  const recalled = memory === undefined ? undefined : recallGraph(root.value, memory);
  if (recalled !== undefined) return { root: root.value, graph: recalled, diagnostics: [] };
  const { catalog, diagnostics } = await loadCatalog(root.value, { files, evaluate, memory });
  const graph = buildGraph(catalog);
  const all = [...diagnostics, ...(graph.ok ? graph.warnings : graph.error)].sort(compareDiagnostics);
  const sound = graph.ok && !all.some(({ severity }) => severity === "error");
  if (sound && all.length === 0 && memory !== undefined) keepGraph(graph.value, memory);
  return { root: root.value, graph: sound ? graph.value : undefined, diagnostics: all };
}

/** Reads everything that a plan is made of; all that is wrong with it at once. */
export async function openProject(source: ProjectSource): Promise<Result<Project, readonly Diagnostic[]>> {
  const { memory, evaluate } = source;
  const files = memory?.files ?? source.host.files;
  const { root, graph, diagnostics } = await checkCatalog(source);
  if (root === undefined || graph === undefined) return err(diagnostics);

  const wrong: Diagnostic[] = [];
  const ownInputs = new Map<LayerName, OwnInputs>();
  for (const name of graph.order) {
    const layer = graph.layer(name);
    const own = memory === undefined ? readOwnInputs(layer, files) : rememberOwnInputs(layer, memory);
    if (own.ok) ownInputs.set(name, own.value);
    else wrong.push(...own.error);
  }

  const deps = { files, evaluate, memory };
  const local = await loadLocalSettings(root, deps);
  if (!local.ok) return err([...wrong, ...local.error]);
  const directives = await loadDirectives(root, deps);
  const approvedSizes = await loadApprovedSizes(root, deps);
  if (!directives.ok || !approvedSizes.ok) {
    const faults = [directives, approvedSizes].flatMap((loaded) => (loaded.ok ? [] : loaded.error));
    return err([...wrong, ...faults].sort(compareDiagnostics));
  }
  const replacedBases = new Map([...local.value.bases, ...source.bases]);

  const lockPath = posix.join(root, replacedBases.size === 0 ? "lamina.lock" : ".lamina/local.lock");
  const lock = await openLockFile(source.host.files, {
    path: lockPath,
    folder: posix.join(root, ".lamina"),
    ...(memory === undefined ? {} : rememberLocks(lockPath, memory)),
  });
  if (!lock.ok) wrong.push(...lock.error);
  if (!lock.ok || wrong.length > 0) return err(wrong.sort(compareDiagnostics));

  const historyPath = posix.join(root, ".lamina/history.json");
  const history = files.readText(historyPath);
  return ok({
    graph,
    ownInputs,
    local: local.value,
    secrets: joinSecrets(root, directives.value, local.value),
    replacedBases,
    lock: lock.value,
    history: parseHistory(history.ok ? history.value : ""),
    directives: directives.value,
    approvedSizes: approvedSizes.value,
    recordedNeeds: (await source.readNeeds?.(graph)) ?? [],
    historyPath,
    warnings: [...diagnostics, ...checkReplacements(graph, replacedBases.keys())],
    memory,
  });
}

/** Of several sources of one secret this machine's own wins. `root` (absolute) is where the directives' paths count from. */
export function joinSecrets(
  root: string,
  directives: CatalogDirectives,
  local: LocalSettings,
): Project["secrets"] {
  const shared = resolveSecrets(root, directives.secrets ?? {}, { isShared: true });
  return new Map([...shared, ...local.secrets]);
}

/** Texts that were found to be locks are known by their digests: to hold thousands of layers against a schema takes longest. */
function rememberLocks(path: string, memory: Memory): Pick<LockPlace, "isKnownGood" | "remember"> {
  const key = `lock ${path}`;
  return {
    isKnownGood: (digest) => memory.recall(key, digest) !== undefined,
    remember: (digest) => {
      if (memory.recall(key, digest) === undefined)
        memory.keep(key, digest, memory.takeNotes(), { brief: true }, "large");
    },
  };
}

export interface PlanRequest {
  /** Empty: every layer. */
  readonly selection: readonly LayerName[];
  readonly options: PlanOptions;
  /** Empty: each layer's own. */
  readonly platforms: readonly Platform[];
  /** Of layers that declare none. */
  readonly defaultPlatform: Platform;
  readonly images: HeldImages;
  readonly resolver: ImageResolver;
  /** Whose build caches are read and written; absent: none are. */
  readonly caches?: CacheSettings | undefined;
  /** Whether machines are leased, which costs. */
  readonly isLeased: boolean;
  /** Makes the plan where more is to be asked than the lock: `planPublished`, of a registry. */
  readonly planner?: ((input: PlanInput, signal: AbortSignal) => Promise<Plan>) | undefined;
  readonly signal: AbortSignal;
}

/** Of a layer on a platform; what a MetricsStore tells fits it. */
export interface LayerNeed extends RecordedNeed {
  readonly layer: LayerName;
  readonly platform: Platform;
}

/** Decides what is to be built, and why. Asks the resolver for replaced bases only: pinned ones stand in the lock. */
export async function planProject(project: Project, request: PlanRequest): Promise<Plan> {
  const { graph } = project;
  const wanted = new Set(graph.order.flatMap((name) => graph.externalBases(name)));
  const platforms = new Set([
    request.defaultPlatform,
    ...request.platforms,
    ...graph.order.flatMap((name) => graph.layer(name).workflow.platforms ?? []),
  ]);
  const replacedBases = new Map<string, ReplacedBase>();
  for (const [image, reference] of project.replacedBases) {
    const digests = new Map<Platform, ImageDigest>();
    for (const platform of wanted.has(image) ? platforms : []) {
      const resolved = await request.resolver.resolve(reference, platform, request.signal);
      if (resolved.ok) digests.set(platform, resolved.value);
    }
    replacedBases.set(image, { reference, digests });
  }
  const input: PlanInput = {
    graph,
    ownInputs: project.ownInputs,
    lock: project.lock.current,
    selection: request.selection,
    options: request.options,
    platforms: request.platforms,
    defaultPlatform: request.defaultPlatform,
    images: request.images,
    replacedBases,
    history: project.history,
    sizes: {
      override: project.directives.runner_override,
      approved: byStep(project.approvedSizes),
      recorded: byStep(project.recordedNeeds),
    },
    caches: request.caches,
    leased: request.isLeased,
  };
  return request.planner === undefined ? makePlan(input) : request.planner(input, request.signal);
}

function byStep<T extends { readonly layer: LayerName; readonly platform: Platform }>(
  all: readonly T[],
): ReadonlyMap<string, T> {
  return new Map(all.map((each) => [stepKey(each.layer, each.platform), each]));
}
