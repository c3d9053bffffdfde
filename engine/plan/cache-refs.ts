// The registry refs that a step's build cache is read from and written to.

import type { LayerName } from "../../schemas/layer-name.ts";
import type { Platform } from "../../schemas/platform.ts";

export interface CacheRefs {
  readonly from: readonly string[];
  readonly to: readonly string[];
}

export interface CacheRequest {
  /** Where caches lie, such as "registry.example:5000/cache"; undefined where no registry is configured. */
  readonly repository: string | undefined;
  readonly layer: LayerName;
  readonly platform: Platform;
  /** Nearest first. */
  readonly ancestors: readonly LayerName[];
}

/** Reads from the layer's own ref and its ancestors', writes to its own; nothing of either without a registry. */
export function wireCaches({ repository, layer, platform, ancestors }: CacheRequest): CacheRefs {
  if (repository === undefined) return { from: [], to: [] };
  const refOf = (name: LayerName): string => `${repository}/${name}:${platform.replaceAll("/", "-")}`;
  return { from: [layer, ...ancestors].map(refOf), to: [refOf(layer)] };
}
