// The graph of layers as text, Graphviz dot, Mermaid or JSON.

import pc from "picocolors";
import type { LayerGraph } from "../../engine/graph/graph.ts";
import { describeReason } from "../../engine/plan/explain-reason.ts";
import type { Plan, Step } from "../../engine/plan/step.ts";
import type { LayerName } from "../../schemas/layer-name.ts";
import { displayWidth, pad } from "./text-width.ts";

/** A tree by bases, each layer with its state; what it takes from besides its base stands behind. With line ends. */
export function renderGraphText(graph: LayerGraph, plan: Plan, color: boolean): string {
  const colors = pc.createColors(color);
  const rows: { readonly tree: string; readonly layer: LayerName }[] = [];
  const walk = (layer: LayerName, stem: string, indent: string) => {
    rows.push({ tree: `${stem}${layer}`, layer });
    const children = graph.order.filter((name) => baseOf(graph, name) === layer).sort();
    for (const [index, child] of children.entries()) {
      const isLast = index === children.length - 1;
      walk(child, `${indent}${isLast ? "└─ " : "├─ "}`, `${indent}${isLast ? "   " : "│  "}`);
    }
  };
  for (const layer of graph.order) if (baseOf(graph, layer) === undefined) walk(layer, "", "");
  const width = Math.max(0, ...rows.map(({ tree }) => displayWidth(tree)));
  const lines = rows.map(({ tree, layer }) => {
    const others = graph.parents(layer).filter((name) => name !== baseOf(graph, layer));
    const bases = graph.externalBases(layer);
    const from = [...others, ...(baseOf(graph, layer) === undefined ? bases : [])];
    const behind =
      from.length === 0 ? "" : colors.dim(`  ${others.length > 0 ? "+ " : "on "}${from.join(", ")}`);
    return `${pad(tree, width)}  ${stateOf(plan, layer, colors)}${behind}`.trimEnd();
  });
  return `${lines.join("\n")}\n`;
}

export function renderGraphDot(graph: LayerGraph): string {
  const lines = graph.order.flatMap((layer) => [
    `  ${JSON.stringify(layer)};`,
    ...graph
      .parents(layer)
      .map(
        (parent, index) =>
          `  ${JSON.stringify(layer)} -> ${JSON.stringify(parent)}${index === 0 ? "" : " [style=dashed]"};`,
      ),
    ...graph
      .externalBases(layer)
      .flatMap((image) => [
        `  ${JSON.stringify(image)} [shape=plaintext];`,
        `  ${JSON.stringify(layer)} -> ${JSON.stringify(image)};`,
      ]),
  ]);
  return `${["digraph lamina {", "  rankdir=BT;", "  node [shape=box];", ...new Set(lines), "}"].join("\n")}\n`;
}

export function renderGraphMermaid(graph: LayerGraph): string {
  // Mermaid's ids know no dots or dashes at their ends; numbers in order are always right.
  const ids = new Map<string, string>();
  const idOf = (name: string) => {
    const id = ids.get(name) ?? `n${ids.size}`;
    ids.set(name, id);
    return id;
  };
  const lines = graph.order.flatMap((layer) => [
    `  ${idOf(layer)}["${layer}"]`,
    ...graph
      .parents(layer)
      .map((parent, index) => `  ${idOf(layer)} ${index === 0 ? "-->" : "-.->"} ${idOf(parent)}`),
    ...graph
      .externalBases(layer)
      .flatMap((image) => [`  ${idOf(image)}(["${image}"])`, `  ${idOf(layer)} --> ${idOf(image)}`]),
  ]);
  return `${["graph BT", ...new Set(lines)].join("\n")}\n`;
}

/** Nodes in topological order; the base stands first among the parents. */
export function graphToJson(graph: LayerGraph, plan: Plan) {
  return {
    version: 1,
    workspace: graph.workspace,
    nodes: graph.order.map((layer) => ({
      layer,
      kind: graph.layer(layer).workflow.kind,
      parents: graph.parents(layer),
      externalBases: graph.externalBases(layer),
      states: plan.steps
        .filter((step) => step.layer === layer)
        .map(({ platform, action }) => ({ platform, action })),
    })),
  };
}

function baseOf(graph: LayerGraph, layer: LayerName): LayerName | undefined {
  return graph.parents(layer)[0];
}

/** "current", or "to build: Dockerfile was modified", of the platform that says most. */
function stateOf(plan: Plan, layer: LayerName, colors: ReturnType<typeof pc.createColors>): string {
  const steps = plan.steps.filter((step) => step.layer === layer);
  const loudest = steps.find(({ action }) => action !== "reuse") ?? steps[0];
  return loudest === undefined ? "" : describeState(loudest, colors);
}

/** "current", or "to build: Dockerfile was modified, and 2 more reasons". */
export function describeState(step: Step, colors: ReturnType<typeof pc.createColors>): string {
  if (step.action === "reuse") return colors.green("current");
  // Of what was never built, nothing else needs to be said.
  const isNew = step.reasons.some(({ kind }) => kind === "never-built");
  const [first, ...more] = step.reasons
    .filter(({ kind }) => !isNew || kind === "never-built")
    .map(describeReason);
  const word = step.action === "build" ? colors.yellow("to build") : colors.red("blocked");
  const rest =
    more.length === 0 ? "" : `, and ${more.length} more ${more.length === 1 ? "reason" : "reasons"}`;
  return first === undefined ? word : `${word}: ${first}${rest}`;
}
