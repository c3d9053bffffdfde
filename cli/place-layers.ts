// Where the images of each layer are in a registry.

import { ok } from "../engine/core/result.ts";
import type { LayerGraph } from "../engine/graph/graph.ts";
import type { RepositoryPlace } from "../engine/plan/registry-mapper.ts";
import type { LayerRepositories } from "../engine/publish/published-layers.ts";
import { mapperOf } from "../providers/registry/mappers.ts";
import type { LayerName } from "../schemas/layer-name.ts";
import type { UsableRegistry } from "./registry-base.ts";

export interface PlacedLayers {
  readonly repositories: LayerRepositories;
  /** Why the registry has no name for some, in phrases. */
  readonly nameless: readonly string[];
}

/** A catalog's layers each have a repository, a project is one image. */
export function placeLayers(
  { base, provider }: Pick<UsableRegistry, "base" | "provider">,
  graph: LayerGraph,
  kind: "catalog" | "project",
): PlacedLayers {
  const mapper = mapperOf(provider);
  const repositories = new Map<LayerName, RepositoryPlace>();
  const nameless: string[] = [];
  for (const layer of graph.order) {
    // A project is one image, and that is where it was said to go.
    const place = kind === "project" ? ok(base) : mapper.imagesOf(base, layer);
    if (place.ok) repositories.set(layer, place.value);
    else
      nameless.push(
        `${layer} has no place below ${base.registry}/${base.name}: the repository ${place.error}`,
      );
  }
  return { repositories, nameless };
}
