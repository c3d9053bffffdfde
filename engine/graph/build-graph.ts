// A catalog's layers held against one another and joined into a DAG, or all that keeps them from being one.

import type { Catalog } from "../catalog/layer.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { Result } from "../core/result.ts";
import type { LayerGraph } from "./graph.ts";

/** The graph of a catalog, or the diagnostics of its edges (unknown layers, cycles), sorted. */
export function buildGraph(catalog: Catalog): Result<LayerGraph, readonly Diagnostic[]> {
  void catalog;
  throw new Error("not yet");
}
