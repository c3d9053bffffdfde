// Replacements of external images, held against the images that the layers stand on.

import { isSameImage } from "../catalog/image-name.ts";
import { type Diagnostic, diagnose } from "../core/diagnostic.ts";
import { nearMiss } from "../core/near-miss.ts";
import { graphDiagnostics } from "./diagnostics.ts";
import type { LayerGraph } from "./graph.ts";

/** A warning for each of the images that no layer takes from by that very name: to replace it does nothing. */
export function checkReplacements(graph: LayerGraph, images: Iterable<string>): readonly Diagnostic[] {
  const known = [...new Set(graph.order.flatMap((name) => graph.externalBases(name)))].sort();
  return Array.from(images).flatMap((image) => {
    if (known.includes(image)) return [];
    const suggestion = known.find((other) => isSameImage(other, image)) ?? nearMiss(image, known);
    return [diagnose(graphDiagnostics.unusedReplacement, { image, known, suggestion }, {})];
  });
}
