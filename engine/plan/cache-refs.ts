// The registry refs that a step's build cache is read from and written to.

import type { LayerName } from "../../schemas/layer-name.ts";
import type { Platform } from "../../schemas/platform.ts";

export interface CacheRefs {
  readonly from: readonly string[];
  readonly to: readonly string[];
}

const none: CacheRefs = { from: [], to: [] };

/**
 * Reads from the layer's own ref and its ancestors', writes to its own; nothing of either without a repository, such as
 * "registry.example:5000/cache". `ancestors` answers nearest first, and is asked only where there is one.
 */
export function wireCaches(
  repository: string | undefined,
  layer: LayerName,
  platform: Platform,
  ancestors: () => readonly LayerName[],
): CacheRefs {
  if (repository === undefined) return none;
  const refOf = (name: LayerName): string => `${repository}/${name}:${platform.replaceAll("/", "-")}`;
  return { from: [layer, ...ancestors()].map(refOf), to: [refOf(layer)] };
}
