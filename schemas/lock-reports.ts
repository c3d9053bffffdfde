// `lamina lock --check --json`, `lamina lock --update --json` and `lamina outdated --json`. Fields may be added; what stands here
// keeps its meaning as long as the version stands.

import { z } from "zod";
import { imageDigestSchema } from "./digest.ts";
import { layerName } from "./layer-name.ts";
import { planNode } from "./plan.ts";
import { platform } from "./platform.ts";

const version = z.literal(1);
/** An external image as declared, on a platform that some layer is built for. */
const base = { image: z.string(), platform };
const failure = z.enum(["not-found", "platform-missing", "unauthorized", "unreachable"]);

export const lockCheck = z.strictObject({
  version,
  /** Nothing is behind, foreign or unpinned. */
  ok: z.boolean(),
  /** What the lock does not have as the catalog asks for it; whether its image is here does not count. */
  behind: z.array(planNode),
  /** Layers and external images in the lock that the catalog does not have. */
  foreign: z.array(z.string()),
  unpinned: z.array(z.strictObject(base)),
  /** With --remote: what a registry lacks, or has another image of. */
  remote: z
    .array(
      z.strictObject({
        layer: layerName,
        platform,
        registry: z.string(),
        state: z.enum(["other", "absent"]),
        locked: imageDigestSchema,
        published: imageDigestSchema.nullable(),
      }),
    )
    .optional(),
});

export const lockUpdate = z.strictObject({
  version,
  /** All that were looked up; `was` and `is` are the same where nothing moved. */
  pins: z.array(z.strictObject({ ...base, was: imageDigestSchema.nullable(), is: imageDigestSchema })),
  /** What was current before, and is not any more. */
  stale: z.array(z.strictObject({ layer: layerName, platform })),
  /** Layers and external images that were taken out. */
  foreign: z.array(z.string()),
  /** Their pins stay as they were. */
  failures: z.array(z.strictObject({ ...base, kind: failure })),
});

export const outdated = z.strictObject({
  version,
  bases: z.array(
    z.strictObject({
      ...base,
      state: z.enum(["current", "moved", "unpinned", "unknown"]),
      pinned: imageDigestSchema.nullable(),
      /** ISO 8601; asked only of what moved or is not pinned, null where the image does not tell. */
      pinnedCreated: z.string().nullable(),
      /** null where it could not be looked up. */
      now: imageDigestSchema.nullable(),
      nowCreated: z.string().nullable(),
      failure: failure.nullable(),
      /** That stand on it, directly or not, in topological order. */
      layers: z.array(layerName),
    }),
  ),
  /** External images that are replaced here, and not looked up, by what stands in. */
  replacedBases: z.record(z.string(), z.string()),
});

export type LockUpdateJson = z.infer<typeof lockUpdate>;
export type OutdatedJson = z.infer<typeof outdated>;
