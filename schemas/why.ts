// `lamina why --json`: the layers asked about, and everything that is to be built for them. Fields may be added; what stands
// here keeps its meaning as long as the version stands.

import { z } from "zod";
import { imageDigestSchema, inputDigestSchema } from "./digest.ts";
import { layerName } from "./layer-name.ts";
import { planNode } from "./plan.ts";
import { platform } from "./platform.ts";

export const why = z.strictObject({
  version: z.literal(1),
  /** The layer, once for each platform. */
  targets: z.array(
    z.strictObject({
      layer: layerName,
      platform,
      action: z.enum(["build", "reuse", "blocked"]),
      /** The shortest way from the layer through parents that are built first to one where something changed by itself.
       * Only the layer where that is so of itself; empty where it is current. */
      chain: z.array(layerName),
      /** What the lock has of it, and what that was built from; null where it was never built. */
      locked: z
        .strictObject({
          image: imageDigestSchema,
          sizeBytes: z.int().nonnegative(),
          input: inputDigestSchema,
          parents: z.record(layerName, imageDigestSchema),
          bases: z.record(z.string(), imageDigestSchema),
        })
        .nullable(),
    }),
  ),
  /** The layer and what is to be built below it, parents before children, as in `lamina plan --json`. */
  nodes: z.array(planNode),
  replacedBases: z.record(z.string(), z.string()),
});

export type WhyJson = z.infer<typeof why>;
