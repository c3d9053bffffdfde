// What a build cache is called, taken apart: whose it is, of which layer, for which platform. Who may read and write it is decided
// on these parts (access.ts); a registry's own spelling is made of them last, by its mapper, and nothing is read out of a spelling.

import type { CacheNamespace } from "../../../schemas/cache-namespace.ts";
import type { ImageTag } from "../../../schemas/image-tag.ts";
import type { LayerName } from "../../../schemas/layer-name.ts";
import type { Platform } from "../../../schemas/platform.ts";
import type { TagPlace } from "../registry-mapper.ts";

/** There is one for each layer and platform in a namespace. */
export interface CacheRef {
  readonly namespace: CacheNamespace;
  readonly layer: LayerName;
  readonly platform: Platform;
}

/** A cache with its place in a registry. */
export interface PlacedCache {
  readonly ref: CacheRef;
  readonly place: TagPlace;
  /** The place as BuildKit takes it: "registry.example:5000/cache/ci/lamina/rust:linux-arm64". */
  readonly address: string;
  /** Whether the registry, though not on this machine, speaks no TLS. */
  readonly isPlainHttp: boolean;
}

/** A cache that is to be written. */
export interface CacheTarget extends PlacedCache {
  /** What the registry wants of an export, beside type, ref and mode. */
  readonly options: Readonly<Record<string, string>>;
  /** The tag that it has until the run is over, where a failure is to leave the cache as it was; removed where only that tag goes. */
  readonly staged: { readonly tag: ImageTag; readonly isRemovable: boolean } | undefined;
}

export function addressOf({ registry, name, tag }: TagPlace): string {
  return `${registry}/${name}:${tag}`;
}

/** "ci/lamina", "dev/jpl-lamina": for people. It can be read in one way only, as ids have no "-" and neither part has a "/". */
export function spellNamespace(namespace: CacheNamespace): string {
  const { kind, workspace } = namespace;
  return kind === "ci" ? `ci/${workspace}` : `dev/${namespace.actorId}-${workspace}`;
}

/** Without the platform: "ci/lamina/rust". */
export function spellCache({ namespace, layer }: Pick<CacheRef, "namespace" | "layer">): string {
  return `${spellNamespace(namespace)}/${layer}`;
}
