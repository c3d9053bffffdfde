// A project that is no catalog, by a caller's build directives: a project of one layer, whose declaration is what the directives
// say of the artifact. From there on it goes the way of every layer (pipeline.ts).

import path from "node:path/posix";
import type { BuildDirectives } from "../schemas/build-directives.ts";
import { isLayerName } from "../schemas/is-layer-name.ts";
import type { LayerName } from "../schemas/layer-name.ts";
import type { Workflow } from "../schemas/workflow.ts";
import { checkHanded } from "./catalog/agreement.ts";
import { readBuildSpec } from "./catalog/beside.ts";
import type { CatalogDeps } from "./catalog/catalog-deps.ts";
import type { Declaration } from "./catalog/declaration.ts";
import type { Layer } from "./catalog/layer.ts";
import { loadDirectivesFile } from "./catalog/load-directives.ts";
import { loadLocalSettings } from "./catalog/local-settings.ts";
import { openDockerfile } from "./catalog/open-dockerfile.ts";
import { makeLayer } from "./catalog/read-layers.ts";
import { compareDiagnostics, type Diagnostic } from "./core/diagnostic.ts";
import type { Host } from "./core/host.ts";
import { err, ok, type Result } from "./core/result.ts";
import { buildGraph } from "./graph/build-graph.ts";
import { checkReplacements } from "./graph/check-replacements.ts";
import { readOwnInputs } from "./graph/fingerprint.ts";
import { openLockFile } from "./lock/lock-file.ts";
import { type Located, nearest } from "./nickel/located.ts";
import { emptyHistory, parseHistory } from "./plan/history.ts";
import { joinSecrets, type Project } from "./project.ts";

export interface DispatchSource {
  /** Absolute paths of the directives and of the build context. */
  readonly directivesPath: string;
  readonly contextDirectory: string;
  /** Absolute path of a folder outside the context that takes what lamina keeps: locks, images, leases, events. */
  readonly stateDirectory: string;
  readonly host: Host;
  readonly evaluate: CatalogDeps["evaluate"];
  /** Replacements of external images named on the command line. */
  readonly bases: ReadonlyMap<string, string>;
}

export interface Dispatch {
  readonly project: Project;
  readonly directives: BuildDirectives;
}

/** Reads directives and context; all that is wrong with them at once. */
export async function openDispatch(source: DispatchSource): Promise<Result<Dispatch, readonly Diagnostic[]>> {
  const { directivesPath, contextDirectory, stateDirectory, host, evaluate } = source;
  const { files } = host;
  const deps: CatalogDeps = { files, evaluate };
  const directives = await loadDirectivesFile(directivesPath, deps);
  if (!directives.ok) return directives;
  // Read again only for the places of its values: an evaluator has each file's value once.
  const located = await evaluate(directivesPath);
  if (!located.ok) return located;
  const layer = await readArtifact(
    directives.value,
    nearest(located.value.value, ["artifact"]).value,
    source,
    deps,
  );
  const local = await loadLocalSettings(contextDirectory, deps);
  if (!layer.ok || !local.ok)
    return err([layer, local].flatMap((read) => (read.ok ? [] : read.error)).sort(compareDiagnostics));
  const { workspace } = directives.value;
  const graph = buildGraph({ root: stateDirectory, workspace, layers: [layer.value], broken: new Set() });
  if (!graph.ok) return err(graph.error);
  const replacedBases = new Map([...local.value.bases, ...source.bases]);
  const remarks = [
    ...checkHanded(layer.value),
    ...checkReplacements(graph.value, replacedBases.keys()),
    ...graph.warnings,
  ].sort(compareDiagnostics);
  if (remarks.some(({ severity }) => severity === "error")) return err(remarks);
  const own = readOwnInputs(layer.value, files);
  if (!own.ok) return own;
  const lock = await openFreshLock(stateDirectory, host);
  if (!lock.ok) return lock;
  const historyPath = path.join(stateDirectory, ".lamina/history.json");
  const history = files.readText(historyPath);
  return ok({
    directives: directives.value,
    project: {
      graph: graph.value,
      ownInputs: new Map([[layer.value.name, own.value]]),
      local: local.value,
      secrets: joinSecrets(contextDirectory, directives.value, local.value),
      replacedBases,
      lock: lock.value,
      history: history.ok ? parseHistory(history.value) : emptyHistory,
      directives: directives.value,
      approvedSizes: [],
      recordedNeeds: [],
      historyPath,
      warnings: remarks,
      memory: undefined,
    },
  });
}

/** A caller asks for a build, not whether one is due: every time it is solved, on bases as they are now, with what caches hold. */
function openFreshLock(stateDirectory: string, { files }: Host): ReturnType<typeof openLockFile> {
  const lockPath = path.join(stateDirectory, ".lamina/dispatch.lock");
  files.remove(lockPath);
  return openLockFile(files, { path: lockPath, folder: path.join(stateDirectory, ".lamina") });
}

async function readArtifact(
  { artifact }: BuildDirectives,
  located: Located,
  { contextDirectory, directivesPath }: DispatchSource,
  deps: CatalogDeps,
): Promise<Result<Layer, readonly Diagnostic[]>> {
  const { dockerfile, target, platforms, args, secrets, ssh } = artifact;
  const workflow: Workflow = {
    name: nameOf(artifact.image),
    kind: "utility",
    build_base: { image: "scratch" },
    tools_provided: [],
    artifact_paths: [],
    language: "none",
    copies_from: [],
    tools_required: [],
    args,
    secrets,
    ssh,
    dockerfile,
    ...(target === undefined ? {} : { target }),
    ...(platforms === undefined ? {} : { platforms }),
  };
  const declaration: Declaration = {
    folder: { name: workflow.name, directory: contextDirectory, hasWorkflow: true },
    workflowPath: directivesPath,
    workflow,
    located,
    sources: [directivesPath],
    absentSources: [],
  };
  const opened = openDockerfile(declaration, deps.files, contextDirectory);
  const spec = await readBuildSpec(contextDirectory, deps);
  if (!opened.ok || spec.diagnostics.length > 0)
    return err([...(opened.ok ? [] : opened.error), ...spec.diagnostics]);
  return ok(makeLayer(declaration, opened.value, spec));
}

/** The last part of an image's repository, in the spelling of a layer's name. */
function nameOf(image: string): LayerName {
  const last = image.replace(/@.*$/, "").split("/").at(-1) ?? "";
  const name = last.replace(/:.*$/, "").replaceAll(/__|--+/g, "-");
  if (!isLayerName(name)) throw new Error(`${image} names no artifact`);
  return name;
}
