// What is read of any manifest in a registry: an image's, an index's, a build cache's (OCI image-spec, manifest.md and
// image-index.md). Looser than an image of lamina's own: others' manifests are only measured.

import { z } from "zod";
import { imageDigestSchema } from "./digest.ts";

const blob = z.looseObject({
  mediaType: z.string().default(""),
  digest: imageDigestSchema,
  size: z.int().nonnegative(),
});
export type BlobEntry = z.infer<typeof blob>;

export const registryManifest = z.looseObject({
  config: blob.optional(),
  layers: z.array(blob).default([]),
  manifests: z.array(blob).default([]),
  annotations: z.record(z.string(), z.string()).default({}),
});
export type RegistryManifest = z.infer<typeof registryManifest>;

/** Of a build cache's configuration (moby/buildkit, cache/remotecache/v1/types/spec.go): when its steps were made. */
const results = z.array(z.looseObject({ createdAt: z.string().optional() })).default([]);
export const cacheConfig = z.looseObject({
  records: z.array(z.looseObject({ layers: results, chains: results })),
});

export const cacheConfigMediaType = "application/vnd.buildkit.cacheconfig.v0";
