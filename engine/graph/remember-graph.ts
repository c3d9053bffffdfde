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
import { isPackedOutline, packOutline, unpackOutline } from "./outline.ts";

/** The graph of the catalog at `root` (absolute), where it was found sound and nothing of it has changed. */
export function recallGraph(root: string, memory: Memory): LayerGraph | undefined {
  const packed = memory.recall(keyOf(root), "")?.brief;
  if (!isPackedOutline(packed)) return undefined;
  const outline = unpackOutline(root, packed);
  // Taken up at once, so that they are those of this moment whenever they are asked for.
  const layers = new Map<LayerName, () => Layer>();
  for (const { name } of outline.nodes) {
    const layer = peekLayer(path.join(root, "catalog", name), memory);
    if (layer === undefined) return undefined;
    layers.set(name, layer);
  }
  return createGraph(outline, (name) => {
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
  for (const name of graph.order) noteLayer(folderOf(name), notes);
  memory.keep(keyOf(graph.root), "", notes, { brief: packOutline(graph.outline) }, "small");
}

function keyOf(root: string): string {
  return `graph ${root}`;
}
