// `lamina list --json`: the layers, once for each platform, parents before children, and where each stands by the lock. With
// --since and without --changed it is schemas/affected.ts instead. Fields may be added; what stands here keeps its meaning as
// long as the version stands.

import { z } from "zod";
import { imageDigestSchema } from "./digest.ts";
import { layerName } from "./layer-name.ts";
import { planNode } from "./plan.ts";
import { platform } from "./platform.ts";
import { layerKinds } from "./workflow.ts";

export const list = z.strictObject({
  version: z.literal(1),
  layers: z.array(
    z.strictObject({
      layer: layerName,
      platform,
      kind: z.enum(layerKinds),
      /** What it is declared to stand on: a layer's name, or an external image. */
      base: z.string(),
      /** What a build would do with it: "reuse" where it is current. */
      action: planNode.shape.action,
      /** What the lock has of it, current or not; null where it was never built. */
      image: imageDigestSchema.nullable(),
      /** Compressed bytes of all blobs of that image. */
      sizeBytes: z.int().nonnegative().nullable(),
    }),
  ),
});

export type ListJson = z.infer<typeof list>;
