// What a Dockerfile's image names mean in this run: every parent by the digest it has now, every external image by its
// pin, whatever tags are written.

import type { LayerName } from "../../schemas/layer-name.ts";
import { layerOfImage } from "../catalog/image-name.ts";
import type { Layer } from "../catalog/layer.ts";
import type { LayerGraph } from "../graph/graph.ts";
import type { ImageSource, NamedContext } from "../ports/builder.ts";

/** One context for each name as the Dockerfile spells it. */
export function nameContexts(
  layer: Layer,
  graph: LayerGraph,
  parents: ReadonlyMap<LayerName, ImageSource>,
  bases: ReadonlyMap<string, ImageSource>,
): readonly NamedContext[] {
  const contexts = new Map<string, NamedContext>();
  for (const { image } of layer.dockerfile.references) {
    if (image === "scratch") continue;
    const parent = layerOfImage(image, graph.workspace);
    const built = parent !== undefined && graph.has(parent) ? parents.get(parent) : undefined;
    const source = built ?? bases.get(image);
    if (source === undefined)
      throw new Error(`${layer.name} takes from ${image}, which its graph does not know`);
    contexts.set(image, { name: image, source });
  }
  return Array.from(contexts.values());
}
