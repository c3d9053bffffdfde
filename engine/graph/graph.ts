// The layers as a DAG: who stands on whom. Hides graphology; made only of a catalog that was found sound.

import { DirectedGraph } from "graphology";
import type { LayerName } from "../../schemas/layer-name.ts";
import type { Layer } from "../catalog/layer.ts";
import type { LayerTraits, Outline, OutlineNode } from "./outline.ts";

/** How layers hang together, and what they are told apart by. */
export interface Topology {
  /** What it was made of. */
  readonly outline: Outline;
  /** Absolute path of the project. */
  readonly root: string;
  readonly workspace: string;
  /** Parents before children; among those that are free by name. */
  readonly order: readonly LayerName[];
  has(name: string): name is LayerName;
  /** What it declares of itself. */
  traits(name: LayerName): LayerTraits;
  /** Layers it takes from: its base first, then the others by name. */
  parents(name: LayerName): readonly LayerName[];
  /** By name. */
  children(name: LayerName): readonly LayerName[];
  /** All that it stands on, directly or not, in topological order; without itself. */
  ancestors(name: LayerName): readonly LayerName[];
  descendants(name: LayerName): readonly LayerName[];
  /** External images (not "scratch") that it takes from directly, as spelt, without duplicates, by name. */
  externalBases(name: LayerName): readonly string[];
  /** Absolute paths of all files that its declaration was made of, sorted. */
  sources(name: LayerName): readonly string[];
}

export interface LayerGraph extends Topology {
  layer(name: LayerName): Layer;
}

/** The graph of an outline; `layer` gives the layers themselves, and is asked only for those that somebody asks for. */
export function createGraph(outline: Outline, layer: (name: LayerName) => Layer): LayerGraph {
  return { ...createTopology(outline), layer };
}

export function createTopology(outline: Outline): Topology {
  const { root, workspace, nodes } = outline;
  const byName = new Map<string, OutlineNode>(nodes.map((node) => [node.name, node]));
  const nodeOf = (name: LayerName): OutlineNode => {
    const node = byName.get(name);
    if (node === undefined) throw new Error(`${name} is not in the graph`);
    return node;
  };
  // Most commands ask for no more than what each node says of itself.
  let made: Ranked | undefined;
  const graph = () => (made ??= rank(nodes));
  return {
    outline,
    root,
    workspace,
    order: nodes.map(({ name }) => name),
    has: (name): name is LayerName => byName.has(name),
    traits: nodeOf,
    parents: (name) => nodeOf(name).parents,
    children: (name) => graph().neighbours(nodeOf(name).name),
    ancestors: (name) => graph().reach(nodeOf(name).name, "in"),
    descendants: (name) => graph().reach(nodeOf(name).name, "out"),
    externalBases: (name) => nodeOf(name).externalBases,
    sources: (name) => nodeOf(name).sources,
  };
}

/** Questions that go beyond a node and its parents. */
interface Ranked {
  /** Children by name. */
  neighbours(name: LayerName): readonly LayerName[];
  /** Along incoming (from children to parents) or outgoing arrows, in topological order. */
  reach(name: LayerName, direction: "in" | "out"): readonly LayerName[];
}

function rank(nodes: readonly OutlineNode[]): Ranked {
  // Arrows go from parent to child.
  const graph = new DirectedGraph<{ node: OutlineNode; rank: number }>({ allowSelfLoops: false });
  nodes.forEach((node, index) => graph.addNode(node.name, { node, rank: index }));
  for (const { name, parents } of nodes) for (const parent of parents) graph.addDirectedEdge(parent, name);
  const rankOf = (name: string) => graph.getNodeAttribute(name, "rank");
  const nameOf = (name: string) => graph.getNodeAttribute(name, "node").name;
  return {
    neighbours: (name) => graph.outNeighbors(name).sort().map(nameOf),
    reach: (name, direction) => {
      const next = direction === "in" ? graph.inNeighbors.bind(graph) : graph.outNeighbors.bind(graph);
      const reached = new Set<string>();
      const pending = [...next(name)];
      for (let node = pending.pop(); node !== undefined; node = pending.pop())
        if (!reached.has(node)) {
          reached.add(node);
          pending.push(...next(node));
        }
      return Array.from(reached)
        .sort((a, b) => rankOf(a) - rankOf(b))
        .map(nameOf);
    },
  };
}
