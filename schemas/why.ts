// `lamina why --json`: the layers asked about, and everything that is to be built for them. Fields may be added; what stands
// here keeps its meaning as long as the version stands.

import { z } from "zod";
import { imageDigestSchema, inputDigestSchema } from "./digest.ts";
import { layerName } from "./layer-name.ts";
import { planNode } from "./plan.ts";
import { platform } from "./platform.ts";

const sight = z.enum([
  /** Taken by the instructions in `places`. */
  "seen",
  /** The Dockerfile: its instructions count, as far as the target reaches them. */
  "dockerfile",
  /** A file that the declaration is evaluated from: the values that come out of it count. */
  "declaration",
  /** The ignore file: what it leaves out counts. */
  "ignore-file",
  /** Left out by the line in `places`. */
  "ignored",
  /** In the folder, and taken by no instruction that the target reaches. */
  "not-taken",
  /** Of a layer that the one asked about does not stand on. */
  "other-layer",
  /** Neither in the folder nor read by the declaration. */
  "outside",
]);

/** Whether the layer's build sees a path, and what a change of it leads to. */
const whyPath = z.strictObject({
  /** From the project's root, "." for that itself; absolute where it lies elsewhere. */
  path: z.string(),
  /** "missing" where nothing is there. */
  sight: z.enum([...sight.options, "missing"]),
  /** Where nothing is there: what `sight` would be of a file that came to be there, to which the other fields speak then; null
   * where none can. */
  wouldBe: sight.nullable(),
  /** The layer that sees it, or that it belongs to; null where it is nobody's. */
  layer: layerName.nullable(),
  places: z.array(z.strictObject({ file: z.string(), line: z.int().positive(), text: z.string() })),
  /** That layer and what stands on it, where a change that counts rebuilds it; those above only if its image comes out
   * changed. In topological order. */
  affects: z.array(layerName),
});

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
  /** Of the paths that were asked about. */
  paths: z.array(whyPath),
  replacedBases: z.record(z.string(), z.string()),
});

export type WhyJson = z.infer<typeof why>;
