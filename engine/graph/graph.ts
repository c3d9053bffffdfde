// The layers as a DAG: who stands on whom. Hides graphology; made only of a catalog that was found sound.

import { DirectedGraph } from "graphology";
import type { LayerName } from "../../schemas/layer-name.ts";
import { layerOfImage } from "../catalog/image-name.ts";
import type { Catalog, Layer } from "../catalog/layer.ts";
import { Heap } from "../core/heap.ts";
import { compareNames, type Edge } from "./edges.ts";

export interface LayerGraph {
  /** Absolute path of the project. */
  readonly root: string;
  readonly workspace: string;
  /** Parents before children; among those that are free by name. */
  readonly order: readonly LayerName[];
  has(name: string): name is LayerName;
  layer(name: LayerName): Layer;
  /** Layers it takes from: its base first, then the others by name. */
  parents(name: LayerName): readonly LayerName[];
  /** By name. */
  children(name: LayerName): readonly LayerName[];
  /** All that it stands on, directly or not, in topological order; without itself. */
  ancestors(name: LayerName): readonly LayerName[];
  descendants(name: LayerName): readonly LayerName[];
  /** External images (not "scratch") that it takes from directly, as spelt, without duplicates, by name. */
  externalBases(name: LayerName): readonly string[];
}

/** The graph over edges that were found sound. @throws Error when they have a cycle: ask `diagnoseCycles` first. */
export function createGraph(catalog: Catalog, edges: readonly Edge[]): LayerGraph {
  // Arrows go from parent to child. Nodes and edges are added by name, so that neighbours come out by name.
  const graph = new DirectedGraph<{ layer: Layer }, { isBase: boolean }>({ allowSelfLoops: false });
  const byName = [...catalog.layers].sort((a, b) => compareNames(a.name, b.name));
  for (const layer of byName) graph.addNode(layer.name, { layer });
  for (const { from, to, isBase } of edges) graph.addDirectedEdge(to, from, { isBase });

  const order = sortTopologically(graph);
  const ranks = new Map<string, number>(order.map((name, rank) => [name, rank]));
  const inOrder = (names: ReadonlySet<string>) =>
    namesOf(
      graph,
      Array.from(names).sort((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0)),
    );
  return {
    root: catalog.root,
    workspace: catalog.workspace,
    order,
    has: (name): name is LayerName => graph.hasNode(name),
    layer: (name) => graph.getNodeAttribute(name, "layer"),
    parents: remember((name) => namesOf(graph, graph.inNeighbors(name).sort(byBaseThenName(graph, name)))),
    children: (name) => namesOf(graph, graph.outNeighbors(name).sort()),
    ancestors: (name) => inOrder(reach(name, (node) => graph.inNeighbors(node))),
    descendants: (name) => inOrder(reach(name, (node) => graph.outNeighbors(node))),
    externalBases: remember((name) =>
      externalBases(graph.getNodeAttribute(name, "layer"), catalog.workspace),
    ),
  };
}

type Graph = DirectedGraph<{ layer: Layer }, { isBase: boolean }>;

/** Answers a question once for each layer: plans and runs ask it again and again. */
function remember<V>(find: (name: LayerName) => V): (name: LayerName) => V {
  const found = new Map<LayerName, V>();
  return (name) => {
    const known = found.get(name);
    if (known !== undefined) return known;
    const answer = find(name);
    found.set(name, answer);
    return answer;
  };
}

/** Kahn's algorithm, always taking the free node whose name comes first. */
function sortTopologically(graph: Graph): readonly LayerName[] {
  const waitingFor = new Map(graph.mapNodes((node) => [node, graph.inDegree(node)]));
  const order: LayerName[] = [];
  const free = new Heap<string>((a, b) => a < b);
  for (const [node, parents] of waitingFor) if (parents === 0) free.push(node);
  for (let node = free.pop(); node !== undefined; node = free.pop()) {
    order.push(graph.getNodeAttribute(node, "layer").name);
    for (const child of graph.outNeighbors(node)) {
      const left = (waitingFor.get(child) ?? 0) - 1;
      waitingFor.set(child, left);
      if (left === 0) free.push(child);
    }
  }
  if (order.length < graph.order) throw new Error("a cycle was not found by diagnoseCycles");
  return order;
}

function byBaseThenName(graph: Graph, child: string): (a: string, b: string) => number {
  const isBase = (parent: string) => Number(graph.getEdgeAttribute(graph.edge(parent, child), "isBase"));
  return (a, b) => isBase(b) - isBase(a) || compareNames(a, b);
}

function namesOf(graph: Graph, nodes: readonly string[]): readonly LayerName[] {
  return nodes.map((node) => graph.getNodeAttribute(node, "layer").name);
}

function reach(start: string, next: (node: string) => readonly string[]): ReadonlySet<string> {
  const reached = new Set<string>();
  const pending = [...next(start)];
  for (let node = pending.pop(); node !== undefined; node = pending.pop())
    if (!reached.has(node)) {
      reached.add(node);
      pending.push(...next(node));
    }
  return reached;
}

function externalBases(layer: Layer, workspace: string): readonly string[] {
  return layer.images
    .filter((image) => image !== "scratch" && layerOfImage(image, workspace) === undefined)
    .sort();
}
