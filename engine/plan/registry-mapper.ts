// What a kind of registry makes of lamina's names, and what may be asked of it. Pure: the bodies are in providers/registry/, one
// for each of schemas/build-directives.ts.
//
// Laws, held by test/ports/registry-mapper.ts on every body:
// 1. Distinct inputs below one base never give the same ref, neither among caches nor between a cache and an image.
// 2. What comes out is a name that the registry takes, or a complaint; tags are of lower case, with room for eight more characters.
// 3. `cacheOptions` always ask for an image manifest of OCI media types: registries refuse, or lose, caches of the index form.

import type { CacheNamespace } from "../../schemas/cache-namespace.ts";
import type { ImageTag } from "../../schemas/image-tag.ts";
import type { LayerName } from "../../schemas/layer-name.ts";
import type { Platform } from "../../schemas/platform.ts";
import type { RegistryAddress } from "../../schemas/registry-address.ts";
import type { RepositoryName } from "../../schemas/repository-name.ts";
import type { Result } from "../core/result.ts";

/** A repository of a registry. */
export interface RepositoryPlace {
  readonly registry: RegistryAddress;
  readonly name: RepositoryName;
}

/** One tag there. */
export interface TagPlace extends RepositoryPlace {
  readonly tag: ImageTag;
}

export interface RegistryMapper {
  /** As in BuildDirectives. */
  readonly name: "zot" | "harbor" | "ghcr" | "dockerhub";
  /** Where the images of a layer are; `base` is what `artifact.image` names. The error is a phrase after "the repository …". */
  imagesOf(base: RepositoryPlace, layer: LayerName): Result<RepositoryPlace, string>;
  /** The one ref of a layer's build cache for a platform, beside the images. */
  cacheOf(
    base: RepositoryPlace,
    namespace: CacheNamespace,
    layer: LayerName,
    platform: Platform,
  ): Result<TagPlace, string>;
  /** The namespace, layer and platform of a cache ref below the base; undefined for what is none. The inverse of `cacheOf`. */
  readCache(base: RepositoryPlace, place: TagPlace): CacheName | undefined;
  /** Beside type, ref and mode of a cache export. */
  readonly cacheOptions: Readonly<Record<string, string>>;
  /** What deleting a tag comes to: "tag" where only it goes, "image" where the manifest goes with all of its tags, "none" where the API has no way. */
  readonly tagDeletion: "tag" | "image" | "none";
  /** Whether manifests without a tag are cleared away by default: after a while, or at once when their last tag moves on. */
  readonly clearsUntagged: boolean;
  /** Whether it counts pulls, which `resolve` then spares. */
  readonly countsPulls: boolean;
  /** Whether `listRepositories` is offered to those who build. */
  readonly listsRepositories: boolean;
}

export interface CacheName {
  readonly namespace: CacheNamespace;
  readonly layer: LayerName;
  readonly platform: Platform;
}
