// Caches and images as JSON: schemas/cache-reports.ts, which a test holds them to.

import { imageDigest } from "../../engine/core/digest.ts";
import { distinctBytes } from "../../engine/hygiene/choose-removals.ts";
import type { FoundCache } from "../../engine/hygiene/survey-caches.ts";
import type { FoundImage } from "../../engine/hygiene/survey-images.ts";
import type { Tagged } from "../../engine/hygiene/tagged.ts";
import { addressOf, spellNamespace } from "../../engine/plan/cache/cache-ref.ts";
import type { BlobSizes } from "../../providers/store/sweep-store.ts";
import type { ListedCacheJson, ListedImageJson } from "../../schemas/cache-reports.ts";
import type { LayerName } from "../../schemas/layer-name.ts";

export function cacheToJson(found: FoundCache): ListedCacheJson {
  const { ref, isStaged, reach } = found;
  const { namespace, layer, platform } = ref;
  return {
    ...taggedToJson(found, layer),
    namespace: spellNamespace(namespace),
    platform,
    staged: isStaged,
    reach,
  };
}

export function imageToJson(found: FoundImage, inCatalog: (layer: LayerName) => boolean): ListedImageJson {
  const { layer, reachedBy } = found;
  return {
    ...taggedToJson(found, layer),
    reachedBy: reachedBy ?? null,
    inCatalog: inCatalog(layer),
  };
}

export function amountOf(blobs: BlobSizes): { readonly blobs: number; readonly bytes: number } {
  return { blobs: blobs.size, bytes: blobs.values().reduce((sum, size) => sum + size, 0) };
}

function taggedToJson(found: Tagged, layer: LayerName) {
  return {
    ref: addressOf(found.place),
    layer,
    digest: imageDigest(found.digest),
    sizeBytes: distinctBytes([found]),
    writtenAtMs: found.writtenAtMs ?? null,
  };
}
