// Every knot of layers that stand on one another is told once, by the shortest way round, each edge with its place.

import type { LayerName } from "../../schemas/layer-name.ts";
import { type Diagnostic, diagnose } from "../core/diagnostic.ts";
import { findKnots } from "./components.ts";
import { shortestCycle } from "./cycle.ts";
import { graphDiagnostics } from "./diagnostics.ts";
import type { Edge } from "./edges.ts";

/** One diagnostic for the shortest cycle, then for the shortest that shares no layer with those told, and so on. */
export function diagnoseCycles(layers: readonly LayerName[], edges: readonly Edge[]): readonly Diagnostic[] {
  const outgoing = Map.groupBy(edges, ({ from }) => from);
  const found: Diagnostic[] = [];
  // Cycles lie within knots, which are few and small: what is on none is not walked again.
  const pending = [layers.toSorted()];
  for (let nodes = pending.pop(); nodes !== undefined; nodes = pending.pop()) {
    const left = new Set(nodes);
    const successors = (node: LayerName) =>
      (outgoing.get(node) ?? []).map(({ to }) => to).filter((to) => left.has(to));
    for (const knot of findKnots(nodes, successors)) {
      const within = new Set(knot);
      const cycle = shortestCycle(knot, (node) => successors(node).filter((to) => within.has(to)));
      if (cycle === undefined) continue;
      found.push(diagnoseCycle(cycle, outgoing));
      const told = new Set(cycle);
      pending.push(knot.filter((layer) => !told.has(layer)));
    }
  }
  return found;
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
  const notes = others.map(({ from, to, place }) => ({ message: `"${from}" needs "${to}"`, span: place() }));
  return diagnose(graphDiagnostics.cycle, { trail }, { span: first?.place(), notes });
}
