// `lamina graph --json`: the layers, what they stand on, and where each stands. The page of `--format html` shows the same.
// Fields may be added; what stands here keeps its meaning as long as the version stands.

import { z } from "zod";
import { imageDigestSchema } from "./digest.ts";
import { layerName } from "./layer-name.ts";
import { planNode } from "./plan.ts";
import { platform } from "./platform.ts";
import { layerKinds } from "./workflow.ts";

/** Raised when a reader of the earlier form would misread this one. */
const graphVersion = 1;

const nodeState = planNode.pick({
  action: true,
  mayBeReused: true,
  reasons: true,
  inputDigest: true,
  runner: true,
  estimate: true,
});

/** Where a layer stands on one platform. */
export const graphState = nodeState.extend({
  platform,
  /** The reasons in words, in the same order. */
  why: z.array(z.string()),
  /** What was last built, if it ever was: current where the action is "reuse". */
  built: z
    .strictObject({
      image: imageDigestSchema,
      /** Compressed bytes of all blobs. */
      sizeBytes: z.number().int().nonnegative(),
      /** Version seen of each promised tool; "" where its check prints none. */
      tools: z.record(z.string(), z.string()),
    })
    .nullable(),
});

export const graphNode = z.strictObject({
  layer: layerName,
  kind: z.enum(layerKinds),
  language: z.string(),
  /** Layers it takes from, its base first. */
  parents: z.array(layerName),
  /** External images it takes from, as spelt. */
  externalBases: z.array(z.string()),
  /** Promised, with the version demanded where there is one. */
  tools: z.array(z.strictObject({ name: z.string(), version: z.string().optional() })),
  artifactPaths: z.array(z.string()),
  /** One for each platform. */
  states: z.array(graphState),
});

/** `from` takes from `to`: as its base, or by COPY --from and the like. */
export const graphEdge = z.strictObject({
  from: layerName,
  to: z.string(),
  kind: z.enum(["base", "copy"]),
  /** Whether `to` is an external image, not a layer: the two may be spelt alike. */
  external: z.boolean(),
});

export const graph = z.strictObject({
  version: z.literal(graphVersion),
  workspace: z.string(),
  /** In topological order. */
  nodes: z.array(graphNode),
  /** External images, by name. */
  images: z.array(
    z.strictObject({
      image: z.string(),
      /** What is put in its place here. */
      replacedBy: z.string().nullable(),
      /** Of the lock, by platform. */
      pins: z.record(platform, imageDigestSchema),
    }),
  ),
  edges: z.array(graphEdge),
});

export type GraphJson = z.infer<typeof graph>;
export type GraphNodeJson = z.infer<typeof graphNode>;
export type GraphStateJson = z.infer<typeof graphState>;
export type GraphEdgeJson = z.infer<typeof graphEdge>;
