// `lamina plan --json`: the decision for each layer and platform, parents before children. Fields may be added; what
// stands here keeps its meaning as long as the version stands.

import { z } from "zod";
import { imageDigestSchema, inputDigestSchema } from "./digest.ts";
import { layerName } from "./layer-name.ts";
import { platform } from "./platform.ts";

/** Raised when a reader of the earlier form would misread this one. */
export const planVersion = 1;

const count = z.number().nonnegative();

/** Why a node builds or is blocked; a reused one has none. */
export const planReason = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("never-built") }),
  z.strictObject({ kind: z.literal("forced") }),
  /** Relative to the layer's folder. `was` and `is` tell what is there as the lock does: "0123456789abcdef 644" for content
   * and mode, "-> target" for a link, "folder 755". */
  z.strictObject({
    kind: z.literal("file-changed"),
    path: z.string(),
    change: z.enum(["added", "removed", "modified"]),
    was: z.string().optional(),
    is: z.string().optional(),
  }),
  z.strictObject({
    kind: z.literal("declaration-changed"),
    key: z.string(),
    was: z.json().optional(),
    is: z.json().optional(),
  }),
  z.strictObject({ kind: z.literal("parent-pending"), parent: layerName }),
  z.strictObject({
    kind: z.literal("parent-changed"),
    parent: layerName,
    was: imageDigestSchema.optional(),
    is: imageDigestSchema,
  }),
  z.strictObject({ kind: z.literal("parent-removed"), parent: layerName }),
  z.strictObject({ kind: z.literal("base-unpinned"), image: z.string() }),
  z.strictObject({ kind: z.literal("base-not-found"), image: z.string(), reference: z.string() }),
  z.strictObject({
    kind: z.literal("base-changed"),
    image: z.string(),
    was: imageDigestSchema.optional(),
    is: imageDigestSchema.optional(),
  }),
  z.strictObject({ kind: z.literal("image-missing"), image: imageDigestSchema }),
  z.strictObject({ kind: z.literal("recipe-changed"), was: z.number().int(), is: z.number().int() }),
  /** Nothing that the lock remembers accounts for it. */
  z.strictObject({ kind: z.literal("digest-changed"), was: inputDigestSchema, is: inputDigestSchema }),
  z.strictObject({ kind: z.literal("parent-not-current"), parent: layerName }),
]);

export const planNode = z.strictObject({
  layer: layerName,
  platform,
  action: z.enum(["build", "reuse", "blocked"]),
  reasons: z.array(planReason),
  /** null while a parent or a base is still to be built or resolved. */
  inputDigest: inputDigestSchema.nullable(),
  /** Base first. */
  parents: z.array(layerName),
  runner: z.strictObject({
    /** Of the smallest runner that holds it, or "local". */
    tier: z.string(),
    cpu: count,
    memoryGb: count,
    source: z.enum(["explicit", "history", "language"]),
  }),
  cache: z.strictObject({ from: z.array(z.string()), to: z.array(z.string()) }),
  estimate: z.strictObject({ seconds: count, costEur: count }),
});

export const plan = z.strictObject({
  version: z.literal(planVersion),
  nodes: z.array(planNode),
  /** External images that are replaced here, as declared, by what stands in. Not empty: results go to a local lock. */
  replacedBases: z.record(z.string(), z.string()),
});

export type PlanJson = z.infer<typeof plan>;
