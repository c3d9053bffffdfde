// The graph of a sound catalog, kept and taken again while all files that the catalog was made of are the same. Its layers are
// those that were kept beside it, each made when somebody asks for it.

import path from "node:path/posix";
import type { LayerName } from "../../schemas/layer-name.ts";
import type { Layer } from "../catalog/layer.ts";
import { noteWorkspace } from "../catalog/load.ts";
import { listLayerFolders } from "../catalog/locate.ts";
import { noteLayer, peekLayer } from "../catalog/remember-layer.ts";
import type { Memory } from "../memory/memory.ts";
import { createGraph, type LayerGraph } from "./graph.ts";
import type { OutlineNode } from "./outline.ts";

/** What is kept: the outline, its many equal paths told once. */
interface Essence {
  readonly workspace: string;
  readonly sources: readonly string[];
  /** Name, parents, external images, and indexes of sources. */
  readonly nodes: readonly (readonly [
    LayerName,
    readonly LayerName[],
    readonly string[],
    readonly number[],
  ])[];
}

/** The graph of the catalog at `root` (absolute), where it was found sound and nothing of it has changed. */
export function recallGraph(root: string, memory: Memory): LayerGraph | undefined {
  const essence = memory.recall(keyOf(root), "")?.brief;
  if (!isEssence(essence)) return undefined;
  const nodes = essence.nodes.map(([name, parents, externalBases, sources]): OutlineNode => {
    return {
      name,
      parents,
      externalBases,
      sources: sources.flatMap((index) => essence.sources[index] ?? []),
    };
  });
  // Taken up at once, so that they are those of this moment whenever they are asked for.
  const layers = new Map<LayerName, () => Layer>();
  for (const { name } of nodes) {
    const layer = peekLayer(path.join(root, "catalog", name), memory);
    if (layer === undefined) return undefined;
    layers.set(name, layer);
  }
  return createGraph({ root, workspace: essence.workspace, nodes }, (name) => {
    const layer = layers.get(name);
    if (layer === undefined) throw new Error(`${name} is not in the graph`);
    return layer();
  });
}

/** Keeps a graph without faults and warnings whose layers are kept. */
export function keepGraph(graph: LayerGraph, memory: Memory): void {
  const folderOf = (name: LayerName) => path.join(graph.root, "catalog", name);
  // Seldom is a layer not kept, where a value of its has no place in a file: then there is nothing to make it of again.
  if (graph.order.some((name) => peekLayer(folderOf(name), memory) === undefined)) {
    memory.drop(keyOf(graph.root));
    return;
  }
  const notes = memory.takeNotes();
  listLayerFolders(graph.root, notes.files);
  noteWorkspace(graph.root, notes);
  const indexes = new Map<string, number>();
  const indexOf = (source: string): number => {
    const known = indexes.get(source);
    if (known !== undefined) return known;
    indexes.set(source, indexes.size);
    return indexes.size - 1;
  };
  const nodes = graph.order.map((name) => {
    noteLayer(folderOf(name), notes);
    return [name, graph.parents(name), graph.externalBases(name), graph.sources(name).map(indexOf)] as const;
  });
  const brief: Essence = { workspace: graph.workspace, sources: Array.from(indexes.keys()), nodes };
  memory.keep(keyOf(graph.root), "", notes, { brief }, "small");
}

function keyOf(root: string): string {
  return `graph ${root}`;
}

/** A memory gives back only what this very program wrote: that it is there is enough to know its form. */
function isEssence(json: unknown): json is Essence {
  return typeof json === "object" && json !== null && "nodes" in json;
}
