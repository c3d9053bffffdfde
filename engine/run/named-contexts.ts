// What a Dockerfile's image names mean in this run: every parent by the digest it has now, every external image by its
// pin, whatever tags are written.

import type { LayerName } from "../../schemas/layer-name.ts";
import type { Layer } from "../catalog/layer.ts";
import type { ImageDigest } from "../core/digest.ts";
import type { LayerGraph } from "../graph/graph.ts";
import type { ImageSource, NamedContext } from "../ports/builder.ts";

/** One context for each name as the Dockerfile spells it. */
export function nameContexts(
  layer: Layer,
  graph: LayerGraph,
  parents: ReadonlyMap<LayerName, ImageDigest>,
  bases: ReadonlyMap<string, ImageSource>,
): readonly NamedContext[] {
  const contexts = new Map<string, NamedContext>();
  for (const { image } of layer.dockerfile.references) {
    if (image === "scratch") continue;
    const parent = layerOf(image, graph);
    const digest = parent === undefined ? undefined : parents.get(parent);
    const source: ImageSource | undefined =
      digest === undefined ? bases.get(image) : { kind: "store", digest };
    if (source === undefined)
      throw new Error(`${layer.name} takes from ${image}, which its graph does not know`);
    contexts.set(image, { name: image, source });
  }
  return Array.from(contexts.values());
}

/** "lamina/rust", "lamina/rust:any-tag" and "lamina/rust@sha256:…" are the layer rust. */
function layerOf(image: string, graph: LayerGraph): LayerName | undefined {
  const prefix = `${graph.workspace}/`;
  if (!image.startsWith(prefix)) return undefined;
  const name = image.slice(prefix.length).replace(/[:@].*$/, "");
  return graph.has(name) ? name : undefined;
}
