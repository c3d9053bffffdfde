// Catalog -> LayerGraph, or all that is wrong between its layers.

import type { Catalog } from "../catalog/layer.ts";
import { compareDiagnostics, type Diagnostic } from "../core/diagnostic.ts";
import { err, ok, type Result } from "../core/result.ts";
import { checkLineage } from "./check-lineage.ts";
import { diagnoseCycles } from "./diagnose-cycles.ts";
import { readEdges } from "./edges.ts";
import { createGraph, type LayerGraph } from "./graph.ts";

/** The graph of a catalog, or all that is wrong between its layers, sorted: unknown names, cycles; in a catalog without those also
 * platforms and tools that do not fit together. */
export function buildGraph(catalog: Catalog): Result<LayerGraph, readonly Diagnostic[]> {
  const { edges, diagnostics } = readEdges(catalog);
  const cycles = diagnoseCycles(
    catalog.layers.map(({ name }) => name),
    edges,
  );
  const wrong = [...diagnostics, ...cycles];
  if (wrong.length > 0) return err(wrong.sort(compareDiagnostics));
  const graph = createGraph(catalog, edges);
  // What a broken layer provides is not known: nothing is missed that may be there.
  const misfits = catalog.broken.size > 0 ? [] : checkLineage(graph);
  return misfits.length === 0 ? ok(graph) : err([...misfits].sort(compareDiagnostics));
}
