// Which layers operands stand for. Several are a union; those with "!" are taken out of it (of all layers, where only such
// are given).
//
//   operand  = ["!"] ["+"] what ["+"]        "+" in front: with all that it stands on; behind: with all that stands on it
//   what     = name | pattern | property ":" (word | pattern)        property = "kind" | "language"

import type { LayerName } from "../../schemas/layer-name.ts";
import { nearMiss } from "../core/near-miss.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { Topology } from "./graph.ts";
import { compilePattern, isPattern, type TestName } from "./name-pattern.ts";

export type SelectFault =
  | { readonly kind: "unknown-layer"; readonly name: string; readonly suggestion: string | undefined }
  | { readonly kind: "no-match"; readonly pattern: string }
  /** `problem` is a phrase that follows the pattern. */
  | { readonly kind: "bad-pattern"; readonly pattern: string; readonly problem: string }
  | { readonly kind: "unknown-property"; readonly property: string; readonly suggestion: string | undefined }
  /** No layer has that kind or language. */
  | {
      readonly kind: "unknown-value";
      readonly property: string;
      readonly value: string;
      readonly suggestion: string | undefined;
      readonly known: readonly string[];
    }
  /** All that was selected is excluded again. */
  | { readonly kind: "nothing-left" };

/** What operands can ask of a layer besides its name. */
export const selectProperties = ["kind", "language"] as const;

/** The layers that operands stand for, in topological order; the first fault otherwise. Without operands: all. */
export function selectLayers(
  graph: Topology,
  operands: readonly string[],
): Result<readonly LayerName[], SelectFault> {
  const chosen = new Set<LayerName>();
  const excluded = new Set<LayerName>();
  let choosesAll = true;
  for (const operand of operands) {
    const excludes = operand.startsWith("!");
    const reached = reachOperand(graph, excludes ? operand.slice(1) : operand);
    if (!reached.ok) return reached;
    for (const name of reached.value) (excludes ? excluded : chosen).add(name);
    choosesAll &&= excludes;
  }
  const layers = graph.order.filter((name) => (choosesAll || chosen.has(name)) && !excluded.has(name));
  return layers.length === 0 && operands.length > 0 ? err({ kind: "nothing-left" }) : ok(layers);
}

/** These layers and all that stands on one of them. */
export function withDescendants(graph: Topology, layers: Iterable<LayerName>): ReadonlySet<LayerName> {
  return reach(layers, (name) => graph.children(name));
}

/** These layers and all that one of them stands on. */
export function withAncestors(graph: Topology, layers: Iterable<LayerName>): ReadonlySet<LayerName> {
  return reach(layers, (name) => graph.parents(name));
}

/** Goes over each layer once, however many paths lead to it. */
function reach(
  from: Iterable<LayerName>,
  next: (name: LayerName) => readonly LayerName[],
): ReadonlySet<LayerName> {
  const reached = new Set(from);
  // What is added to a set while it is gone through is gone through as well.
  for (const name of reached) for (const neighbour of next(name)) reached.add(neighbour);
  return reached;
}

function reachOperand(graph: Topology, operand: string): Result<ReadonlySet<LayerName>, SelectFault> {
  const [, before, what, after] = /^(\+?)([^]*?)(\+?)$/.exec(operand) ?? [];
  const matched = match(graph, what ?? "");
  if (!matched.ok) return matched;
  const above = before === "" ? [] : withAncestors(graph, matched.value);
  const below = after === "" ? [] : withDescendants(graph, matched.value);
  return ok(new Set([...matched.value, ...above, ...below]));
}

function match(graph: Topology, what: string): Result<readonly LayerName[], SelectFault> {
  const colon = what.indexOf(":");
  if (colon >= 0) return matchProperty(graph, what.slice(0, colon), what.slice(colon + 1));
  if (graph.has(what)) return ok([what]);
  if (!isPattern(what))
    return err({ kind: "unknown-layer", name: what, suggestion: nearMiss(what, graph.order) });
  const matches = compileOperand(what);
  if (!matches.ok) return matches;
  const layers = graph.order.filter((name) => matches.value(name));
  return layers.length === 0 ? err({ kind: "no-match", pattern: what }) : ok(layers);
}

function matchProperty(
  graph: Topology,
  property: string,
  value: string,
): Result<readonly LayerName[], SelectFault> {
  const known = selectProperties.find((each) => each === property);
  if (known === undefined)
    return err({ kind: "unknown-property", property, suggestion: nearMiss(property, selectProperties) });
  const matches = compileOperand(value);
  if (!matches.ok) return matches;
  const layers = graph.order.filter((name) => matches.value(graph.traits(name)[known]));
  if (layers.length > 0) return ok(layers);
  const values = [...new Set(graph.order.map((name) => graph.traits(name)[known]))].sort();
  return err({
    kind: "unknown-value",
    property,
    value,
    suggestion: nearMiss(value, values),
    known: values,
  });
}

function compileOperand(pattern: string): Result<TestName, SelectFault> {
  if (!isPattern(pattern)) return ok((name) => name === pattern);
  const compiled = compilePattern(pattern);
  return compiled.ok ? compiled : err({ kind: "bad-pattern", pattern, problem: compiled.error });
}
