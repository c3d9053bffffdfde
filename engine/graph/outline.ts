// How the layers of a sound catalog hang together, as plain data: what a graph is made of, and what is kept of it.

import type { LayerName } from "../../schemas/layer-name.ts";
import type { Platform } from "../../schemas/platform.ts";
import type { Workflow } from "../../schemas/workflow.ts";
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

/** What a layer declares of itself that layers are chosen and shown by. */
export interface LayerTraits {
  readonly kind: Workflow["kind"];
  readonly language: string;
  /** Its base: a layer, an external image or "scratch". */
  readonly base: string;
  /** Absent: the builder's own. */
  readonly platforms: readonly Platform[] | undefined;
}

export interface OutlineNode extends LayerTraits {
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
    const { kind, language, build_base: base, platforms } = layer.workflow;
    const traits = { kind, language, base: typeof base === "string" ? base : base.image, platforms };
    return [layer.name, { name: layer.name, parents, externalBases, sources: layer.sources, ...traits }];
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

/** An outline as it is kept, its many equal paths told once. */
export interface PackedOutline {
  readonly workspace: string;
  readonly sources: readonly string[];
  /** Name, parents, external images, indexes of sources, kind, language, base, platforms (null: none declared). */
  readonly nodes: readonly (readonly [
    LayerName,
    readonly LayerName[],
    readonly string[],
    readonly number[],
    Workflow["kind"],
    string,
    string,
    readonly Platform[] | null,
  ])[];
}

export function packOutline({ workspace, nodes }: Outline): PackedOutline {
  const indexes = new Map<string, number>();
  const indexOf = (source: string): number => {
    const known = indexes.get(source);
    if (known !== undefined) return known;
    indexes.set(source, indexes.size);
    return indexes.size - 1;
  };
  const packed = nodes.map((node) => {
    const { name, parents, externalBases, sources, kind, language, base, platforms } = node;
    const numbers = sources.map(indexOf);
    return [name, parents, externalBases, numbers, kind, language, base, platforms ?? null] as const;
  });
  return { workspace, sources: Array.from(indexes.keys()), nodes: packed };
}

export function unpackOutline(root: string, { workspace, sources, nodes }: PackedOutline): Outline {
  return {
    root,
    workspace,
    nodes: nodes.map(([name, parents, externalBases, numbers, kind, language, base, platforms]) => {
      const own = numbers.flatMap((index) => sources[index] ?? []);
      const traits = { kind, language, base, platforms: platforms ?? undefined };
      return { name, parents, externalBases, sources: own, ...traits };
    }),
  };
}

/** A memory gives back only what this very program wrote: that it is there is enough to know its form. */
export function isPackedOutline(json: unknown): json is PackedOutline {
  return typeof json === "object" && json !== null && "nodes" in json;
}
