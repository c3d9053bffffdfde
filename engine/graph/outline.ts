// How the layers of a sound catalog hang together, as plain data: what a graph is made of, and what is kept of it.

import type { LayerName } from "../../schemas/layer-name.ts";
import { layerOfImage } from "../catalog/image-name.ts";
import type { Catalog, Layer } from "../catalog/layer.ts";
import { Heap } from "../core/heap.ts";
import { compareNames, type Edge } from "./edges.ts";

export interface Outline {
  /** Absolute path of the project. */
  readonly root: string;
  readonly workspace: string;
  /** Parents before children; among those that are free by name. */
  readonly nodes: readonly OutlineNode[];
}

export interface OutlineNode {
  readonly name: LayerName;
  /** Its base first, then the others by name. */
  readonly parents: readonly LayerName[];
  /** External images (not "scratch") that it takes from directly, as spelt, by name. */
  readonly externalBases: readonly string[];
  /** Absolute paths of all files that its declaration was made of, sorted. */
  readonly sources: readonly string[];
}

/** The outline over edges that were found sound. @throws Error when they have a cycle: ask `diagnoseCycles` first. */
export function outlineOf(catalog: Catalog, edges: readonly Edge[]): Outline {
  const outgoing = Map.groupBy(edges, ({ from }) => from);
  const layers = catalog.layers.map((layer): readonly [LayerName, OutlineNode] => {
    const parents = [...(outgoing.get(layer.name) ?? [])]
      .sort((a, b) => Number(b.isBase) - Number(a.isBase) || compareNames(a.to, b.to))
      .map(({ to }) => to);
    const externalBases = externalImages(layer, catalog.workspace);
    return [layer.name, { name: layer.name, parents, externalBases, sources: layer.sources }];
  });
  return {
    root: catalog.root,
    workspace: catalog.workspace,
    nodes: sortTopologically(new Map(layers)),
  };
}

/** Kahn's algorithm, always taking the free node whose name comes first. */
function sortTopologically(nodes: ReadonlyMap<LayerName, OutlineNode>): readonly OutlineNode[] {
  const waitingFor = new Map<LayerName, number>();
  const children = new Map<LayerName, LayerName[]>();
  const free = new Heap<LayerName>((a, b) => a < b);
  for (const { name, parents } of nodes.values()) {
    waitingFor.set(name, parents.length);
    if (parents.length === 0) free.push(name);
    for (const parent of parents) {
      const known = children.get(parent);
      if (known === undefined) children.set(parent, [name]);
      else known.push(name);
    }
  }
  const sorted: OutlineNode[] = [];
  for (let name = free.pop(); name !== undefined; name = free.pop()) {
    const node = nodes.get(name);
    if (node !== undefined) sorted.push(node);
    for (const child of children.get(name) ?? []) {
      const left = (waitingFor.get(child) ?? 0) - 1;
      waitingFor.set(child, left);
      if (left === 0) free.push(child);
    }
  }
  if (sorted.length < nodes.size) throw new Error("a cycle was not found by diagnoseCycles");
  return sorted;
}

function externalImages(layer: Layer, workspace: string): readonly string[] {
  return layer.images
    .filter((image) => image !== "scratch" && layerOfImage(image, workspace) === undefined)
    .sort();
}
