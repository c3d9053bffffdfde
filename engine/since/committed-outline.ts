// How the layers of a sound catalog hang together in a commit, and which files the build of each sees there. While nothing but
// contents of such files has changed since, this alone tells which layers changed: no declaration is looked at, no file read.
// Whatever else has changed, it says so, and the catalog is to be opened.

import path from "node:path/posix";
import type { LayerName } from "../../schemas/layer-name.ts";
import { ok, type Result } from "../core/result.ts";
import type { Cause } from "../graph/compare-layers.ts";
import type { OwnInputs } from "../graph/fingerprint.ts";
import { createTopology, type LayerGraph, type Topology } from "../graph/graph.ts";
import { isPackedOutline, type PackedOutline, packOutline, unpackOutline } from "../graph/outline.ts";
import { layerFolderOf } from "../graph/touched-layers.ts";
import type { Memory } from "../memory/memory.ts";
import type { Comparison, PathChange, VersionControlFailure } from "../ports/version-control.ts";
import { addChangedPins, lockPathOf } from "./changed-pins.ts";

export interface CommittedOutline {
  /** The commit's id. */
  readonly commit: string;
  readonly graph: Topology;
  /** By layer: files that its build sees, relative to its folder. */
  readonly seen: ReadonlyMap<LayerName, ReadonlySet<string>>;
  /** Absolute paths that decide more than the content of an image: declarations, what these read, Dockerfiles. */
  readonly decisive: ReadonlySet<string>;
  /** Those of them outside the catalog that version control knows. */
  readonly elsewhere: readonly string[];
}

interface Packed {
  readonly commit: string;
  readonly outline: PackedOutline;
  /** In the outline's order. */
  readonly seen: readonly (readonly string[])[];
  /** The same. */
  readonly dockerfiles: readonly string[];
  readonly elsewhere: readonly string[];
}

/** What was kept of the project at `root` (absolute), if it is still good for some commit. */
export function recallCommittedOutline(root: string, memory: Memory): CommittedOutline | undefined {
  const packed = memory.recall(keyOf(root), "")?.brief;
  if (!isPacked(packed)) return undefined;
  const graph = createTopology(unpackOutline(root, packed.outline));
  const dockerfiles = graph.order.map((name, index) =>
    path.join(root, "catalog", name, packed.dockerfiles[index] ?? ""),
  );
  return {
    commit: packed.commit,
    graph,
    seen: new Map(graph.order.map((name, index) => [name, new Set(packed.seen[index])])),
    decisive: new Set([...packed.outline.sources, ...dockerfiles]),
    elsewhere: packed.elsewhere,
  };
}

/**
 * The layers that changed since `comparison.base`, with why, as `findChangedLayers` would tell; undefined where something
 * changed that needs the catalog to be opened.
 */
export async function findChangedByOutline(
  kept: CommittedOutline,
  comparison: Comparison,
): Promise<Result<ReadonlyMap<LayerName, readonly Cause[]> | undefined, VersionControlFailure>> {
  const { graph, commit, elsewhere } = kept;
  const lockPath = lockPathOf(graph.root);
  const changes = comparison.changes.filter((change) => change.path !== lockPath);
  if (!changes.every((change) => isOfContentOnly(kept, change))) return ok(undefined);
  if (elsewhere.length > 0) {
    const others = await comparison.changesOf(elsewhere);
    if (!others.ok) return others;
    if (others.value.length > 0) return ok(undefined);
  }
  if (comparison.base !== commit) {
    const between = await comparison.changesBetween(commit, [path.join(graph.root, "catalog"), ...elsewhere]);
    if (!between.ok) return between;
    if (between.value?.every((change) => isOfContentOnly(kept, change)) !== true) return ok(undefined);
  }
  const found = new Map<LayerName, Cause[]>();
  for (const each of changes) {
    const owner = ownerOf(kept, each);
    if (owner?.sees !== true) continue;
    const cause = {
      kind: "file-changed",
      path: path.relative(graph.root, each.path),
      change: each.change,
    } as const;
    const told = found.get(owner.layer);
    if (told === undefined) found.set(owner.layer, [cause]);
    else told.push(cause);
  }
  const causes = new Map<LayerName, readonly Cause[]>(found);
  if (changes.length < comparison.changes.length) {
    const added = await addPins(kept, comparison, causes);
    if (!added.ok) return added;
  }
  return ok(new Map(graph.order.flatMap((name) => entryOf(causes, name))));
}

async function addPins(
  { graph }: CommittedOutline,
  comparison: Comparison,
  causes: Map<LayerName, readonly Cause[]>,
): Promise<Result<void, VersionControlFailure>> {
  const trees = comparison.openTrees(comparison.changes);
  try {
    for (let isMissing = true; isMissing; ) {
      for (const tree of [trees.before, trees.now]) tree.read(lockPathOf(graph.root));
      const fetched = await trees.fetch();
      if (!fetched.ok) return fetched;
      isMissing = fetched.value;
    }
    addChangedPins(graph, trees, causes);
    return ok(undefined);
  } finally {
    await trees.close();
  }
}

/**
 * Keeps it of a graph without faults and warnings, where the working tree differs from `comparison.base` by contents only. `ownInputsOf`
 * and `graph` are of the working tree.
 */
export async function keepCommittedOutline(
  graph: LayerGraph,
  ownInputsOf: (layer: LayerName) => OwnInputs | undefined,
  comparison: Comparison,
  memory: Memory,
): Promise<void> {
  const { root } = graph;
  const catalog = path.join(root, "catalog");
  const seen = new Map<LayerName, ReadonlySet<string>>();
  const dockerfiles: string[] = [];
  for (const name of graph.order) {
    const own = ownInputsOf(name);
    if (own === undefined) return;
    const { dockerfile } = graph.layer(name).workflow;
    seen.set(name, new Set(Array.from(own.files.keys()).filter((file) => file !== dockerfile)));
    dockerfiles.push(dockerfile);
  }
  const notes = memory.takeNotes();
  // A folder that git ignores is a layer nevertheless.
  const listed = notes.files.list(catalog);
  if (!listed.ok || listed.value.some(({ kind }) => kind === "symlink")) return;
  const decisive = new Set<string>();
  for (const [index, name] of graph.order.entries()) {
    decisive.add(path.join(catalog, name, dockerfiles[index] ?? ""));
    for (const source of graph.sources(name)) decisive.add(source);
  }
  const outside = Array.from(decisive).filter((file) => !file.startsWith(`${catalog}/`));
  const stored = await comparison.storedBelow([catalog, ...outside]);
  if (!stored.ok) return;
  for (const file of decisive) {
    const kind = stored.value.get(file);
    // What a link leads to changes without a word of the link, and what git ignores without any.
    if (kind !== "file" && (kind !== undefined || file.startsWith(`${root}/`))) return;
    if (kind === undefined) notes.noteContent(file);
  }
  const elsewhere = outside.filter((file) => stored.value.has(file));
  const kept: CommittedOutline = { commit: comparison.base, graph, seen, decisive, elsewhere };
  const found = await findChangedByOutline(kept, comparison);
  if (!found.ok || found.value === undefined) return;
  const packed: Packed = {
    commit: comparison.base,
    outline: packOutline(graph.outline),
    seen: graph.order.map((name) => Array.from(seen.get(name) ?? [])),
    dockerfiles,
    elsewhere,
  };
  memory.keep(keyOf(root), "", notes, { brief: packed }, "large");
  memory.save();
}

/** Whether a change can have no other consequence than another content of one layer's image. */
function isOfContentOnly(kept: CommittedOutline, change: PathChange): boolean {
  return (
    change.isPlainEdit &&
    ownerOf(kept, change) !== undefined &&
    !kept.decisive.has(change.path) &&
    !change.path.endsWith(".dockerignore")
  );
}

/** The layer in whose folder a file lies, and whether its build sees it. */
function ownerOf(
  { graph, seen }: CommittedOutline,
  change: PathChange,
): { readonly layer: LayerName; readonly sees: boolean } | undefined {
  const folder = layerFolderOf(path.join(graph.root, "catalog"), change.path);
  const name = folder === undefined ? "" : path.basename(folder);
  if (folder === undefined || folder === change.path || !graph.has(name)) return undefined;
  return { layer: name, sees: seen.get(name)?.has(path.relative(folder, change.path)) === true };
}

function entryOf<V>(
  causes: ReadonlyMap<LayerName, V>,
  name: LayerName,
): readonly (readonly [LayerName, V])[] {
  const cause = causes.get(name);
  return cause === undefined ? [] : [[name, cause]];
}

function keyOf(root: string): string {
  return `committed outline ${root}`;
}

/** A memory gives back only what this very program wrote. */
function isPacked(json: unknown): json is Packed {
  return typeof json === "object" && json !== null && "outline" in json && isPackedOutline(json.outline);
}
