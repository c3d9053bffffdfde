// Who takes from whom, as declared and as the Dockerfiles say, each edge with its place; names that stand for no layer.

import type { LayerName } from "../../schemas/layer-name.ts";
import { layerOfImage } from "../catalog/image-name.ts";
import { type Catalog, type Layer, placeOf } from "../catalog/layer.ts";
import { type Diagnostic, diagnose } from "../core/diagnostic.ts";
import { KnownNames } from "../core/near-miss.ts";
import type { Span } from "../core/source.ts";
import { graphDiagnostics } from "./diagnostics.ts";

/** `from` takes from `to`. */
export interface Edge {
  readonly from: LayerName;
  readonly to: LayerName;
  readonly isBase: boolean;
  /** Where it is declared, else where the Dockerfile does it: looked for only when somebody asks. */
  readonly place: () => Span;
}

/** Edges between layers that could be loaded, one for each pair, by name (`from`, base first, then `to`). */
export function readEdges(catalog: Catalog): {
  readonly edges: readonly Edge[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const layers = new Map<string, Layer>(catalog.layers.map((layer) => [layer.name, layer]));
  const known = new KnownNames([...layers.keys(), ...catalog.broken]);
  const isKnown = (name: string) => layers.has(name) || catalog.broken.has(name);
  const edges: Edge[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const layer of catalog.layers) {
    const found = new Map<string, Edge>();
    const add = (name: string, isBase: boolean, place: () => Span): void => {
      const to = layers.get(name);
      if (to !== undefined && !found.has(name))
        found.set(name, { from: layer.name, to: to.name, isBase, place });
    };
    const { build_base: base, copies_from: copies } = layer.workflow;
    if (typeof base === "string") {
      const place = () => placeOf(layer, "build_base");
      add(base, true, place);
      if (!isKnown(base)) {
        const params = { name: base, known: known.sorted, suggestion: known.near(base) };
        diagnostics.push(diagnose(graphDiagnostics.unknownBase, params, { span: place() }));
      }
    }
    copies.forEach((name, index) => {
      const place = () => placeOf(layer, "copies_from", index);
      add(name, false, place);
      // A name that both fields misspell is told once.
      if (isKnown(name) || name === base) return;
      const params = { name, known: known.sorted, suggestion: known.near(name) };
      diagnostics.push(diagnose(graphDiagnostics.unknownCopy, params, { span: place() }));
    });
    for (const image of layer.images) {
      const name = layerOfImage(image, catalog.workspace);
      if (name !== undefined) add(name, false, () => referenceTo(image, layer));
    }
    edges.push(
      ...[...found.values()].sort((a, b) => Number(b.isBase) - Number(a.isBase) || compareNames(a.to, b.to)),
    );
  }
  return { edges, diagnostics };
}

/** Where a Dockerfile first takes from an image. */
function referenceTo(image: string, { dockerfile, workflowPath }: Layer): Span {
  const found = dockerfile.references.find((reference) => reference.image === image);
  if (found === undefined) throw new Error(`no reference to ${image} beside ${workflowPath}`);
  return found.span;
}

/** By code units, as `sort` does. */
export function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
