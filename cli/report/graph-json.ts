// The graph as all its views show it: layers, external images, edges and states in one value, which `--json` prints as it
// is (schemas/graph.ts).

import type { LayerGraph } from "../../engine/graph/graph.ts";
import { entryOf } from "../../engine/lock/lock.ts";
import { describeReason } from "../../engine/plan/explain-reason.ts";
import type { Plan, Reason, Step } from "../../engine/plan/step.ts";
import type { GraphEdgeJson, GraphJson, GraphNodeJson, GraphStateJson } from "../../schemas/graph.ts";
import type { LayerName } from "../../schemas/layer-name.ts";
import type { Lock } from "../../schemas/lock.ts";

export interface GraphState extends Omit<GraphStateJson, "reasons"> {
  readonly reasons: readonly Reason[];
}

export interface GraphNode extends Omit<GraphNodeJson, "states"> {
  readonly states: readonly GraphState[];
}

/** What schemas/graph.ts describes, in the engine's own types. */
export interface Graph extends Omit<GraphJson, "nodes"> {
  readonly nodes: readonly GraphNode[];
}

interface GraphSources {
  readonly graph: LayerGraph;
  readonly plan: Plan;
  readonly lock: Lock;
}

/** Those of `shown`, in topological order, and the edges and images among and below them. */
export function graphToJson(
  { graph, plan, lock }: GraphSources,
  shown: ReadonlySet<LayerName> = new Set(graph.order),
): Graph {
  const stepsOf = Map.groupBy(plan.steps, ({ layer }) => layer);
  const layers = graph.order.filter((name) => shown.has(name));
  const edges = layers
    .flatMap((name) => edgesOf(graph, name))
    .filter(({ to, external }) => external || has(shown, to));
  const images = new Set(edges.filter(({ external }) => external).map(({ to }) => to));
  return {
    version: 1,
    workspace: graph.workspace,
    nodes: layers.map((name) => nodeToJson(graph, name, stepsOf.get(name) ?? [], lock)),
    images: Array.from(images)
      .sort()
      .map((image) => ({
        image,
        replacedBy: plan.replacedBases.get(image) ?? null,
        pins: { ...(Object.hasOwn(lock.bases, image) ? lock.bases[image] : {}) },
      })),
    edges,
  };
}

/** The layers named, what they stand on, and what stands on them. */
export function lineageOf(graph: LayerGraph, layers: readonly LayerName[]): ReadonlySet<LayerName> {
  return new Set([
    ...reach(layers, (name) => graph.parents(name)),
    ...reach(layers, (name) => graph.children(name)),
  ]);
}

/** With the layers started from. */
function reach(
  layers: readonly LayerName[],
  next: (name: LayerName) => readonly LayerName[],
): ReadonlySet<LayerName> {
  const reached = new Set(layers);
  // A set that grows is walked to its end.
  for (const name of reached) for (const neighbour of next(name)) reached.add(neighbour);
  return reached;
}

function has(names: ReadonlySet<string>, name: string): boolean {
  return names.has(name);
}

/** Its base first, then what it copies from: layers, then images. */
function edgesOf(graph: LayerGraph, name: LayerName): readonly GraphEdgeJson[] {
  const { build_base: base } = graph.layer(name).workflow;
  const edge = (to: string, isBase: boolean, external: boolean): GraphEdgeJson => ({
    from: name,
    to,
    kind: isBase ? "base" : "copy",
    external,
  });
  const edges = [
    ...graph.parents(name).map((parent) => edge(parent, parent === base, false)),
    ...graph
      .externalBases(name)
      .map((image) => edge(image, typeof base === "object" && image === base.image, true)),
  ];
  return edges.sort((a, b) => Number(b.kind === "base") - Number(a.kind === "base"));
}

function nodeToJson(graph: LayerGraph, name: LayerName, steps: readonly Step[], lock: Lock): GraphNode {
  const { kind, language, tools_provided: tools, artifact_paths: artifactPaths } = graph.layer(name).workflow;
  return {
    layer: name,
    kind,
    language,
    parents: [...graph.parents(name)],
    externalBases: [...graph.externalBases(name)],
    tools: tools.map((tool) =>
      tool.version === undefined ? { name: tool.name } : { name: tool.name, version: tool.version },
    ),
    artifactPaths,
    states: steps.map((step) => stateToJson(step, lock)),
  };
}

function stateToJson(step: Step, lock: Lock): GraphState {
  const { platform, action, mayBeReused, reasons, inputDigest, runner, estimate } = step;
  const entry = entryOf(lock, step.layer, platform);
  return {
    platform,
    action,
    mayBeReused,
    reasons,
    why: reasons.map(describeReason),
    inputDigest,
    built:
      entry === undefined ? null : { image: entry.image, sizeBytes: entry.sizeBytes, tools: entry.tools },
    runner,
    estimate,
  };
}
