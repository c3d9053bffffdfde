// lamina.lock (and .lamina/local.lock): what was last built from what. Text and back is engine/lock's work.

import { z } from "zod";
import { imageDigestSchema, inputDigestSchema } from "./digest.ts";
import { layerName } from "./layer-name.ts";
import { lockVersion } from "./lock-version.ts";
import { platform } from "./platform.ts";

/** `z.json()`, read-only as the engine's own. */
type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
const json: z.ZodType<Json> = z.json();

/** What went into a build, in parts small enough to say later which of them changed. */
export const lockInputs = z.strictObject({
  /** Version of the recipe that turns inputs into a digest. */
  recipe: z.number().int(),
  /** The evaluated declaration, only keys that can change an image. */
  declaration: z.record(z.string(), json),
  /** Path in the context to what is there: the first 16 hexadecimal digits of the content's sha256 and the octal mode, "-> "
   * and a link's target, "folder" and its mode. Where a context has more files than are worth a line each, a folder's line
   * tells the digits over all that it holds, and how many lines that were. */
  files: z.record(z.string(), z.string().regex(/^([0-9a-f]{16}( |$)|-> |folder )/)),
  /** Image digests of the layers it stands on or copies from. */
  parents: z.record(layerName, imageDigestSchema),
  /** Digests of the external images it stands on or copies from. */
  bases: z.record(z.string(), imageDigestSchema),
});

export const lockEntry = z.strictObject({
  input: inputDigestSchema,
  image: imageDigestSchema,
  /** Compressed bytes of all blobs of the image. */
  sizeBytes: z.number().int().nonnegative(),
  /** Version seen of each promised tool; "" where its check prints none. */
  tools: z.record(z.string(), z.string()),
  /** Cache refs that were written. */
  caches: z.array(z.string()),
  inputs: lockInputs,
});

export const lock = z.strictObject({
  version: z.literal(lockVersion),
  /** External image as declared, then platform, to the digest it is pinned to. */
  bases: z.record(z.string(), z.record(platform, imageDigestSchema)),
  layers: z.record(layerName, z.record(platform, lockEntry)),
});

export type Lock = z.infer<typeof lock>;
export type LockEntry = z.infer<typeof lockEntry>;
export type LockInputs = z.infer<typeof lockInputs>;
