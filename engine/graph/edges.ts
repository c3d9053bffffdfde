// Who takes from whom, as declared and as the Dockerfiles say, each edge with its place; names that stand for no layer.

import type { LayerName } from "../../schemas/layer-name.ts";
import { layerOfImage } from "../catalog/image-name.ts";
import { type Catalog, type Layer, placeOf } from "../catalog/layer.ts";
import { type Diagnostic, diagnose } from "../core/diagnostic.ts";
import { nearMiss } from "../core/near-miss.ts";
import type { Span } from "../core/source.ts";
import { graphDiagnostics } from "./diagnostics.ts";

/** `from` takes from `to`. */
export interface Edge {
  readonly from: LayerName;
  readonly to: LayerName;
  readonly isBase: boolean;
  /** Where it is declared, else where the Dockerfile does it. */
  readonly span: Span;
}

/** Edges between layers that could be loaded, one for each pair, by name (`from`, base first, then `to`). */
export function readEdges(catalog: Catalog): {
  readonly edges: readonly Edge[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const layers = new Map<string, Layer>(catalog.layers.map((layer) => [layer.name, layer]));
  const known = [...new Set([...layers.keys(), ...catalog.broken])].sort();
  const edges: Edge[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const layer of catalog.layers) {
    const found = new Map<string, Edge>();
    const add = (name: string, isBase: boolean, span: Span): void => {
      const to = layers.get(name);
      if (to !== undefined && !found.has(name))
        found.set(name, { from: layer.name, to: to.name, isBase, span });
    };
    const { build_base: base, copies_from: copies } = layer.workflow;
    if (typeof base === "string") {
      const span = placeOf(layer, "build_base");
      add(base, true, span);
      if (!known.includes(base)) {
        const params = { name: base, known, suggestion: nearMiss(base, known) };
        diagnostics.push(diagnose(graphDiagnostics.unknownBase, params, { span }));
      }
    }
    copies.forEach((name, index) => {
      const span = placeOf(layer, "copies_from", index);
      add(name, false, span);
      // A name that both fields misspell is told once.
      if (known.includes(name) || name === base) return;
      const params = { name, known, suggestion: nearMiss(name, known) };
      diagnostics.push(diagnose(graphDiagnostics.unknownCopy, params, { span }));
    });
    for (const { image, span } of layer.dockerfile.references) {
      const name = layerOfImage(image, catalog.workspace);
      if (name !== undefined) add(name, false, span);
    }
    edges.push(
      ...[...found.values()].sort((a, b) => Number(b.isBase) - Number(a.isBase) || compareNames(a.to, b.to)),
    );
  }
  return { edges, diagnostics };
}

/** By code units, as `sort` does. */
export function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
