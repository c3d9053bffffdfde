// Every knot of layers that stand on one another is told once, by the shortest way round, each edge with its place.

import type { LayerName } from "../../schemas/layer-name.ts";
import { type Diagnostic, diagnose } from "../core/diagnostic.ts";
import { shortestCycle } from "./cycle.ts";
import { graphDiagnostics } from "./diagnostics.ts";
import type { Edge } from "./edges.ts";

/** One diagnostic for the shortest cycle, then for the shortest that shares no layer with those told, and so on. */
export function diagnoseCycles(layers: readonly LayerName[], edges: readonly Edge[]): readonly Diagnostic[] {
  const outgoing = Map.groupBy(edges, ({ from }) => from);
  const left = new Set(layers.toSorted());
  const successors = (node: LayerName) =>
    (outgoing.get(node) ?? []).map(({ to }) => to).filter((to) => left.has(to));
  const found: Diagnostic[] = [];
  for (;;) {
    const cycle = shortestCycle([...left], successors);
    if (cycle === undefined) return found;
    found.push(diagnoseCycle(cycle, outgoing));
    for (const layer of cycle) left.delete(layer);
  }
}

function diagnoseCycle(
  cycle: readonly LayerName[],
  outgoing: ReadonlyMap<LayerName, readonly Edge[]>,
): Diagnostic {
  const steps = cycle.flatMap((from, index) => {
    const to = cycle[(index + 1) % cycle.length];
    return outgoing.get(from)?.find((edge) => edge.to === to) ?? [];
  });
  const [first, ...others] = steps;
  const trail = [...cycle, ...cycle.slice(0, 1)];
  const notes = others.map(({ from, to, span }) => ({ message: `"${from}" needs "${to}"`, span }));
  return diagnose(graphDiagnostics.cycle, { trail }, { span: first?.span, notes });
}
