// What the page shows: layers and images as nodes, what stands on what, and where each stands. Knows nothing of how it is
// drawn. States can be set anew at any time, as a run goes on; those who listen are told.

import type { Graph, GraphNode, GraphState } from "../report/graph-json.ts";
import { loudest, type Standing, standingOf } from "../report/standing.ts";

export interface PageNode {
  /** "layer:rust" or "image:debian:trixie-slim": the two may be spelt alike. */
  readonly id: string;
  readonly name: string;
  /** Undefined for an external image. */
  readonly layer: GraphNode | undefined;
  readonly image: Graph["images"][number] | undefined;
}

/** `to` takes from `from`. */
export interface PageEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: "base" | "copy";
}

export interface Model {
  readonly workspace: string;
  /** Parents before children; images first. */
  readonly nodes: readonly PageNode[];
  readonly edges: readonly PageEdge[];
  node(id: string): PageNode | undefined;
  /** Edges to what it stands on, its base first; and to what stands on it. */
  below(id: string): readonly PageEdge[];
  above(id: string): readonly PageEdge[];
  /** All that it stands on, directly or not, without itself. */
  ancestors(id: string): ReadonlySet<string>;
  descendants(id: string): ReadonlySet<string>;
  /** One for each platform; none of an image. */
  states(id: string): readonly GraphState[];
  /** What says most of its states; undefined of an image. */
  standing(id: string): Standing | undefined;
  /** Puts a layer's states in place of those that it had. */
  setStates(layer: string, states: readonly GraphState[]): void;
  /** Hears the id of each node whose states were set. */
  onChange(listen: (id: string) => void): void;
}

export function layerId(layer: string): string {
  return `layer:${layer}`;
}

export function imageId(image: string): string {
  return `image:${image}`;
}

export function createModel(graph: Graph): Model {
  const nodes: readonly PageNode[] = [
    ...graph.images.map((image) => ({
      id: imageId(image.image),
      name: image.image,
      layer: undefined,
      image,
    })),
    ...graph.nodes.map((layer) => ({ id: layerId(layer.layer), name: layer.layer, layer, image: undefined })),
  ];
  const edges = graph.edges.map(
    ({ from, to, kind, external }): PageEdge => ({
      from: external ? imageId(to) : layerId(to),
      to: layerId(from),
      kind,
    }),
  );
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const below = Map.groupBy(edges, ({ to }) => to);
  const above = Map.groupBy(edges, ({ from }) => from);
  const states = new Map<string, readonly GraphState[]>(
    graph.nodes.map(({ layer, states }) => [layerId(layer), states]),
  );
  const listeners: ((id: string) => void)[] = [];
  return {
    workspace: graph.workspace,
    nodes,
    edges,
    node: (id) => byId.get(id),
    below: (id) => below.get(id) ?? [],
    above: (id) => above.get(id) ?? [],
    ancestors: (id) => reach(id, (one) => (below.get(one) ?? []).map(({ from }) => from)),
    descendants: (id) => reach(id, (one) => (above.get(one) ?? []).map(({ to }) => to)),
    states: (id) => states.get(id) ?? [],
    standing: (id) => {
      const state = loudest(states.get(id) ?? []);
      return state === undefined ? undefined : standingOf(state);
    },
    setStates: (layer, next) => {
      const id = layerId(layer);
      if (!states.has(id)) return;
      states.set(id, next);
      for (const listen of listeners) listen(id);
    },
    onChange: (listen) => {
      listeners.push(listen);
    },
  };
}

function reach(id: string, next: (id: string) => readonly string[]): ReadonlySet<string> {
  const reached = new Set(next(id));
  // A set that grows is walked to its end.
  for (const one of reached) for (const neighbour of next(one)) reached.add(neighbour);
  return reached;
}
