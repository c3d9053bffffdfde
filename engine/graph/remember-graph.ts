// The graph of a catalog, without checking again what was found sound: what is between layers depends on the layers alone.

import type { Catalog } from "../catalog/layer.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import { sha256 } from "../core/digest.ts";
import { ok } from "../core/result.ts";
import type { Memory } from "../memory/memory.ts";
import { type BuiltGraph, buildGraph } from "./build-graph.ts";
import { readEdges } from "./edges.ts";
import { createGraph } from "./graph.ts";

/** As `buildGraph`. A catalog with warnings is checked each time, so that they have their places. */
export function rememberGraph(catalog: Catalog, memory: Memory): BuiltGraph {
  const key = `graph ${catalog.root}`;
  const given = sha256(
    [catalog.workspace, ...catalog.broken, ...catalog.layers.map(({ revision }) => revision)].join("\n"),
  );
  if (memory.recall(key, given) !== undefined)
    return { ...ok(createGraph(catalog, readEdges(catalog).edges)), warnings: noWarnings };
  const built = buildGraph(catalog);
  if (built.ok && built.warnings.length === 0)
    memory.keep(key, given, memory.takeNotes(), { brief: true }, "small");
  else memory.drop(key);
  return built;
}

const noWarnings: readonly Diagnostic[] = [];
