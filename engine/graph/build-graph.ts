// Catalog -> LayerGraph, or all that is wrong between its layers.

import type { Catalog } from "../catalog/layer.ts";
import { compareDiagnostics, type Diagnostic } from "../core/diagnostic.ts";
import { err, ok } from "../core/result.ts";
import { checkPlatforms } from "./check-platforms.ts";
import { checkTools } from "./check-tools.ts";
import { diagnoseCycles } from "./diagnose-cycles.ts";
import { readEdges } from "./edges.ts";
import { createGraph, type LayerGraph } from "./graph.ts";
import { type Outline, outlineOf } from "./outline.ts";

/** A graph with what there is to say of it nevertheless, or all that is wrong between the layers, warnings among it; both sorted. */
export type BuiltGraph =
  | { readonly ok: true; readonly value: LayerGraph; readonly warnings: readonly Diagnostic[] }
  | { readonly ok: false; readonly error: readonly Diagnostic[] };

/** The graph of a catalog whose names are known, which has no cycle, and in which platforms and tools fit together. */
export function buildGraph(catalog: Catalog): BuiltGraph {
  const { edges, diagnostics } = readEdges(catalog);
  const names = catalog.layers.map(({ name }) => name);
  const all = [
    ...diagnostics,
    ...diagnoseCycles(names, edges),
    ...checkPlatforms(catalog, edges),
    ...checkTools(catalog, edges),
  ].sort(compareDiagnostics);
  return all.some(({ severity }) => severity === "error")
    ? err(all)
    : { ...ok(graphOf(catalog, outlineOf(catalog, edges))), warnings: all };
}

function graphOf({ layers }: Catalog, outline: Outline): LayerGraph {
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  return createGraph(outline, (name) => {
    const layer = byName.get(name);
    if (layer === undefined) throw new Error(`${name} is not in the catalog`);
    return layer;
  });
}
