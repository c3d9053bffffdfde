// Which layers have other inputs than they had at a commit. Version control tells which paths differ; most of them answer
// for themselves. Where one does not, as a comment in a schema would not, the layer's own inputs are read in both trees and
// held against each other: only what a build can see counts.

import path from "node:path/posix";
import type { LayerName } from "../../schemas/layer-name.ts";
import type { Platform } from "../../schemas/platform.ts";
import type { CatalogDeps } from "../catalog/catalog-deps.ts";
import type { Files } from "../core/host.ts";
import { ok, type Result } from "../core/result.ts";
import { shownPath } from "../core/shown-path.ts";
import { type Cause, compareLayers } from "../graph/compare-layers.ts";
import type { OwnInputs } from "../graph/fingerprint.ts";
import type { LayerGraph } from "../graph/graph.ts";
import { type ChangedPath, findTouchedLayers } from "../graph/touched-layers.ts";
import type { Comparison, Trees, VersionControlFailure } from "../ports/version-control.ts";
import { addChangedPins, lockPathOf } from "./changed-pins.ts";

export interface SinceRequest {
  readonly graph: LayerGraph;
  /** Of a layer, as it is now; undefined where they cannot be read. */
  readonly ownInputsOf: (layer: LayerName) => OwnInputs | undefined;
  /** With the changes of `pathsToCompare`. */
  readonly comparison: Comparison;
  /** The working tree on disk. */
  readonly files: Files;
  /** An evaluator that reads through these files. */
  readonly openEvaluator: (files: Files) => CatalogDeps["evaluate"];
  /** Whether a file belongs to lamina's own library, which is the same for both trees. */
  readonly isLibrary: (file: string) => boolean;
  /** Of layers that declare none. */
  readonly defaultPlatform: Platform;
}

/** The layers that changed themselves, in topological order, with every cause that was found; without what stands on them. */
export async function findChangedLayers(
  request: SinceRequest,
): Promise<Result<ReadonlyMap<LayerName, readonly Cause[]>, VersionControlFailure>> {
  const { graph, comparison } = request;
  const elsewhere = await compareElsewhere(request);
  if (!elsewhere.ok) return elsewhere;
  // A linked folder may be one of the catalog, whose changes are known.
  const known = new Set(comparison.changes.map((each) => each.path));
  const changes = [...comparison.changes, ...elsewhere.value.filter((each) => !known.has(each.path))];
  const touched = findTouchedLayers(graph, [...changes, ...throughLinks(graph, request.files, changes)]);
  const lockPath = lockPathOf(graph.root);
  const isLockChanged = changes.some((each) => each.path === lockPath);
  if (touched.size === 0 && !isLockChanged) return ok(new Map());

  const causes = new Map<LayerName, readonly Cause[]>();
  const undecided: LayerName[] = [];
  for (const [name, concerning] of touched) {
    const { certain, isAll } = decideAtOnce(request, name, concerning);
    causes.set(name, certain);
    if (!isAll) undecided.push(name);
  }
  const trees = comparison.openTrees(changes);
  try {
    const compared = await compareInputs(request, trees, undecided, isLockChanged ? [lockPath] : []);
    if (!compared.ok) return compared;
    for (const [name, found] of compared.value) {
      const certain = causes.get(name) ?? [];
      causes.set(name, [...found.filter((cause) => !isWithin(cause, certain)), ...certain]);
    }
    if (isLockChanged) addChangedPins(graph, trees, causes);
  } finally {
    await trees.close();
  }
  return ok(
    new Map(
      graph.order.flatMap((name) => {
        const found = causes.get(name) ?? [];
        return found.length === 0 ? [] : [[name, found] as const];
      }),
    ),
  );
}

/** Changes of files that declarations read outside the catalog, and of layers' folders that lie elsewhere. */
async function compareElsewhere({
  graph,
  comparison,
  files,
  isLibrary,
}: SinceRequest): Promise<Result<readonly ChangedPath[], VersionControlFailure>> {
  const catalog = path.join(graph.root, "catalog");
  const outside = new Set<string>();
  for (const name of graph.order)
    for (const source of graph.sources(name))
      if (!source.startsWith(`${catalog}/`) && !isLibrary(source)) outside.add(source);
  const paths = [...outside, ...linkedFolders(graph, files).keys()];
  return paths.length === 0 ? ok([]) : comparison.changesOf(paths);
}

/** What changed in a folder that a link in the catalog leads to, changed in the catalog. */
function throughLinks(
  graph: LayerGraph,
  files: Files,
  changes: readonly ChangedPath[],
): readonly ChangedPath[] {
  const seen: ChangedPath[] = [];
  for (const [folder, link] of linkedFolders(graph, files))
    for (const change of changes)
      if (change.path.startsWith(`${folder}/`))
        seen.push({ ...change, path: link + change.path.slice(folder.length) });
  return seen;
}

/** Real folder to the link in the catalog that leads there. */
function linkedFolders({ root }: LayerGraph, files: Files): ReadonlyMap<string, string> {
  const catalog = path.join(root, "catalog");
  const listed = files.list(catalog);
  const links = new Map<string, string>();
  for (const { name, kind } of listed.ok ? listed.value : []) {
    const real = kind === "symlink" ? files.realPath(path.join(catalog, name)) : undefined;
    if (real?.ok === true) links.set(real.value, path.join(catalog, name));
  }
  return links;
}

interface AtOnce {
  /** Where these are not all: only what the comparison of both trees does not tell. */
  readonly certain: readonly Cause[];
  readonly isAll: boolean;
}

/** The causes that need no look at how things were: what a build sees and git calls changed is changed. */
function decideAtOnce(
  { graph, ownInputsOf }: SinceRequest,
  name: LayerName,
  concerning: readonly ChangedPath[],
): AtOnce {
  const { directory, workflowPath, workflow, sources } = graph.layer(name);
  // Where the folder itself became a link, or was one, its files may be what they were.
  const isMoved = concerning.some((each) => each.path === directory);
  if (!isMoved && concerning.some((each) => each.path === workflowPath && each.change === "added"))
    return { certain: [{ kind: "layer-added" }], isAll: true };
  const seen = ownInputsOf(name)?.files;
  const dockerfile = path.join(directory, workflow.dockerfile);
  const repositories: Cause[] = [];
  const files: Cause[] = [];
  let isOpen = isMoved;
  for (const { path: file, change, isRepository } of concerning) {
    const cause = { kind: "file-changed", path: shownPath(graph.root, file), change } as const;
    if (isRepository) repositories.push(cause);
    else if (
      // What was seen of what is gone must be looked for; so must what counts of these files.
      change === "removed" ||
      file === dockerfile ||
      file.endsWith(".dockerignore") ||
      sources.includes(file)
    )
      isOpen = true;
    else if (seen?.has(path.relative(directory, file)) === true) files.push(cause);
  }
  const all = [...files, ...repositories];
  return isOpen || all.length === 0 ? { certain: repositories, isAll: false } : { certain: all, isAll: true };
}

/** Whether a cause is a file in a repository that is among the others. */
function isWithin(cause: Cause, others: readonly Cause[]): boolean {
  return others.some(
    (other) =>
      cause.kind === "file-changed" &&
      other.kind === "file-changed" &&
      cause.path.startsWith(`${other.path}/`),
  );
}

/** Reads both trees until all that is asked for is at hand. Layers that are the same in both have no cause. */
async function compareInputs(
  request: SinceRequest,
  trees: Trees,
  undecided: readonly LayerName[],
  further: readonly string[],
): Promise<Result<ReadonlyMap<LayerName, readonly Cause[]>, VersionControlFailure>> {
  for (;;) {
    for (const file of further) for (const tree of [trees.before, trees.now]) tree.read(file);
    for (const name of undecided) lookAhead(request, trees, name);
    const fetched = await trees.fetch();
    if (!fetched.ok) return fetched;
    if (!fetched.value) break;
  }
  if (undecided.length === 0) return ok(new Map());
  for (;;) {
    const causes = await judge(request, trees, undecided);
    const fetched = await trees.fetch();
    if (!fetched.ok) return fetched;
    // What was said while something was missing says nothing.
    if (!fetched.value) return ok(causes);
  }
}

/** Asks for what will most likely be read, so that the real reading need not be begun many times. */
function lookAhead({ graph, ownInputsOf, isLibrary }: SinceRequest, trees: Trees, name: LayerName): void {
  const { directory, workflow, sources } = graph.layer(name);
  const dockerfile = path.join(directory, workflow.dockerfile);
  const ignores = [`${dockerfile}.dockerignore`, path.join(directory, ".dockerignore")];
  for (const file of [...sources, dockerfile, ...ignores]) if (!isLibrary(file)) trees.before.read(file);
  for (const tree of [trees.before, trees.now])
    for (const file of ownInputsOf(name)?.files.keys() ?? []) tree.info(path.join(directory, file));
}

async function judge(
  request: SinceRequest,
  { before, now }: Trees,
  names: readonly LayerName[],
): Promise<ReadonlyMap<LayerName, readonly Cause[]>> {
  const { graph } = request;
  // Only where a layer must be read that no memory holds.
  const { readLayers } = await import("../catalog/read-layers.ts");
  const folders = names.map((name) => {
    const { directory, workflowPath } = graph.layer(name);
    return { name: path.basename(directory), directory, hasWorkflow: before.info(workflowPath).ok };
  });
  const { layers } = await readLayers({
    folders,
    recalled: [],
    surroundings: "",
    workspace: graph.workspace,
    deps: { files: before, evaluate: request.openEvaluator(before) },
  });
  const was = new Map(layers.map((layer) => [layer.directory, layer]));
  const causes = new Map<LayerName, readonly Cause[]>();
  for (const name of names) {
    const layer = graph.layer(name);
    const trees = { root: graph.root, before, now, defaultPlatform: request.defaultPlatform };
    causes.set(name, compareLayers(was.get(layer.directory), layer, trees));
  }
  return causes;
}
