// Which layers a change of some paths can concern at all: those in whose folders it happened, and those whose declarations
// read a file elsewhere that changed, or came to find one under another path because the first is gone.

import path from "node:path/posix";
import type { LayerName } from "../../schemas/layer-name.ts";
import type { LayerGraph } from "./graph.ts";

/** A path that differs between two states of a working tree; absolute. */
export interface ChangedPath {
  readonly path: string;
  readonly change: "added" | "removed" | "modified";
  /** A repository within the repository: what changed in it is not known. */
  readonly isRepository: boolean;
  /** A plain file in both states, and nothing else. */
  readonly isPlainEdit: boolean;
}

/** The changes that concern each layer, in topological order of the layers; layers that none concerns are left out. */
export function findTouchedLayers(
  graph: LayerGraph,
  changes: readonly ChangedPath[],
): ReadonlyMap<LayerName, readonly ChangedPath[]> {
  const catalog = path.join(graph.root, "catalog");
  const byFolder = new Map<string, ChangedPath[]>();
  const elsewhere = new Map<string, ChangedPath>();
  for (const change of changes) {
    const folder = layerFolderOf(catalog, change.path);
    if (folder === undefined) elsewhere.set(change.path, change);
    else addTo(byFolder, folder, change);
  }
  const removedBelow = foldersAbove(changes, catalog);
  const touched = new Map<LayerName, readonly ChangedPath[]>();
  for (const name of graph.order) {
    const directory = path.join(catalog, name);
    const concerning = [...(byFolder.get(directory) ?? [])];
    if (changes.length > concerning.length)
      for (const source of graph.sources(name)) {
        if (source.startsWith(`${directory}/`)) continue;
        const folder = layerFolderOf(catalog, source);
        const change =
          elsewhere.get(source) ?? byFolder.get(folder ?? "")?.find((each) => each.path === source);
        if (change !== undefined) concerning.push(change);
        concerning.push(...(removedBelow.get(path.dirname(source)) ?? []));
      }
    if (concerning.length > 0) touched.set(name, [...new Set(concerning)]);
  }
  return touched;
}

/** "…/catalog/rust" of a path below it. */
export function layerFolderOf(catalog: string, file: string): string | undefined {
  if (!file.startsWith(`${catalog}/`)) return undefined;
  const slash = file.indexOf("/", catalog.length + 1);
  return slash === -1 ? file : file.slice(0, slash);
}

/** Removed files by each folder above them: an import may have found them first. What went with a whole layer is not looked at:
 * nobody imports from a folder beside another file by chance. */
function foldersAbove(
  changes: readonly ChangedPath[],
  catalog: string,
): ReadonlyMap<string, readonly ChangedPath[]> {
  const gone = new Set(
    changes
      .filter(({ path: file, change }) => change === "removed" && path.basename(file) === "workflow.ncl")
      .map(({ path: file }) => path.dirname(file)),
  );
  const above = new Map<string, ChangedPath[]>();
  for (const change of changes) {
    const folder = layerFolderOf(catalog, change.path);
    if (change.change !== "removed" || (folder !== undefined && gone.has(folder))) continue;
    for (let at = path.dirname(change.path); at !== path.dirname(at); at = path.dirname(at))
      addTo(above, at, change);
  }
  return above;
}

function addTo(lists: Map<string, ChangedPath[]>, key: string, change: ChangedPath): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [change]);
  else list.push(change);
}
