// `lamina cache list --json` and `lamina cache gc --json`. Fields may be added; what stands here keeps its meaning as long as the
// version stands. Times are milliseconds since the epoch, null where nobody tells; sizes are compressed bytes.

import { z } from "zod";
import { imageDigestSchema } from "./digest.ts";

const bytes = z.number().int().nonnegative();

const tagged = z.strictObject({
  /** "registry.example/lamina/cache/ci/lamina/rust:linux-arm64". */
  ref: z.string(),
  layer: z.string(),
  digest: imageDigestSchema,
  /** Of all that it speaks of. */
  sizeBytes: bytes,
  /** Written then, or at least not before. */
  writtenAtMs: z.number().nullable(),
});

export const listedCache = tagged.extend({
  /** "ci/lamina", "dev/jpl-lamina". */
  namespace: z.string(),
  platform: z.string(),
  /** It waits under a tag of its own for the end of a run, or was left there by one. */
  staged: z.boolean(),
  /** "foreign": of another workspace, whose layers nobody here knows. */
  reach: z.enum(["reached", "unreached", "foreign"]),
});

export const listedImage = tagged.extend({
  /** "name": it is one that people use, such as "latest", or has the same image as such a one. */
  reachedBy: z.enum(["lock", "name", "promotion"]).nullable(),
  /** Whether the catalog has the layer. */
  inCatalog: z.boolean(),
});

const amount = z.strictObject({ blobs: z.number().int().nonnegative(), bytes });

export const cacheList = z.strictObject({
  version: z.literal(1),
  registries: z.array(
    z.strictObject({
      registry: z.string(),
      provider: z.string(),
      caches: z.array(listedCache),
      images: z.array(listedImage),
      /** All of them; each blob counted once. */
      distinctBytes: bytes,
      /** Why there may be more; null where there are no more. */
      unseen: z.string().nullable(),
    }),
  ),
  /** Registries that did not answer, or not all. */
  silent: z.array(z.strictObject({ registry: z.string(), message: z.string() })),
  store: z.strictObject({ path: z.string(), reached: amount, unreached: amount }),
  /** Of a daemon that runs; null where none was found. */
  buildkit: z
    .strictObject({
      address: z.string(),
      records: z.number().int().nonnegative(),
      sizeBytes: bytes,
      reclaimableBytes: bytes,
    })
    .nullable(),
});

const cleared = z.union([
  listedCache.extend({ kind: z.literal("cache"), cause: z.enum(["unreached", "left-over", "dev"]) }),
  listedImage.extend({ kind: z.literal("image") }),
]);

export const cacheGc = z.strictObject({
  version: z.literal(1),
  /** Nothing was done: `removed` is what would be. */
  dryRun: z.boolean(),
  removed: z.array(cleared),
  /** Unreached, and there still. */
  left: z.array(z.strictObject({ ref: z.string(), reason: z.string() })),
  /** Of the registries': what only the removed ones speak of. They give it back when they clear away what has no tag. */
  freedBytes: bytes,
  /** Of this machine; null where it was not looked at, or is in use. */
  store: z.strictObject({ removed: amount, young: amount }).nullable(),
  silent: z.array(z.strictObject({ registry: z.string(), message: z.string() })),
});

export type ListedCacheJson = z.infer<typeof listedCache>;
export type ListedImageJson = z.infer<typeof listedImage>;
export type CacheListJson = z.infer<typeof cacheList>;
export type CacheGcJson = z.infer<typeof cacheGc>;
