// `lamina plan --json`: the decision for each layer and platform, parents before children. Fields may be added; what
// stands here keeps its meaning as long as the version stands.

import { z } from "zod";
import { imageDigestSchema, inputDigestSchema } from "./digest.ts";
import { layerName } from "./layer-name.ts";
import { platform } from "./platform.ts";

/** Raised when a reader of the earlier form would misread this one. */
const planVersion = 1;

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
  /** Key is the path of the smallest part that differs, such as `args.RUST_VERSION`; its whole values, absent where a side
   * lacks it. */
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

/** Of that many past builds. */
export const sizeAdvice = z.strictObject({
  tier: z.string(),
  cpu: count,
  memoryGb: count,
  builds: z.int().positive(),
});

/** A kind of machine at a place, in the provider's words; `type` is "" where it has none. Net of VAT. */
const plannedMachine = z.strictObject({
  type: z.string(),
  location: z.string(),
  cpu: count,
  memoryGb: count,
  eurPerHour: count,
  /** False: all that would hold it is sold out, as the provider tells. */
  isAvailable: z.boolean(),
});

export const planNode = z.strictObject({
  layer: layerName,
  platform,
  action: z.enum(["build", "reuse", "blocked"]),
  reasons: z.array(planReason),
  /** Early cut-off: a build that will be a reuse after all if each parent comes out as the image that the lock has of it. */
  mayBeReused: z.boolean(),
  /** null while a parent or a base is still to be built or resolved. */
  inputDigest: inputDigestSchema.nullable(),
  /** Base first. */
  parents: z.array(layerName),
  runner: z.strictObject({
    /** Of the smallest runner that holds it; "none" where no tier is big enough. */
    tier: z.string(),
    cpu: count,
    memoryGb: count,
    /** "explicit": in the build directives, a .build-spec.ncl or the declaration. "history": seen in past builds, and approved.
     * "language": what layers of its language usually need. */
    source: z.enum(["explicit", "history", "language"]),
    /** What past builds speak for instead: `lamina sizing approve` makes it the size. Absent where they speak for the same. */
    advice: sizeAdvice.optional(),
    /** What it would be leased as. Absent where nothing is leased, the provider was not asked, or none of its machines holds it:
     * `prices` of the plan tells which. */
    machine: plannedMachine.optional(),
  }),
  /** Minutes that a build of it must never need. */
  timeBudgetMin: count,
  cache: z.strictObject({ from: z.array(z.string()), to: z.array(z.string()) }),
  estimate: z.strictObject({
    seconds: count,
    costEur: count,
    /** "recorded": the median of its last `builds` builds. "budget": none is recorded, so a quarter of its time budget.
     * "idle": it is not built. */
    source: z.enum(["recorded", "budget", "idle"]),
    builds: z.int().nonnegative(),
  }),
});

/** Of the whole plan: upper bounds, as far as the nodes' estimates are right, because a node may be cut off early. */
const planEstimate = z.strictObject({
  /** Builds at once that `wallSeconds` is for. */
  concurrency: z.int().positive(),
  /** All builds, one after another. */
  workSeconds: count,
  /** The longest path from build to build: no concurrency makes it shorter. */
  criticalPathSeconds: count,
  wallSeconds: count,
  costEur: count,
  /** Nodes to be built, those of them that early cut-off may spare, and those of which no build is recorded. */
  builds: z.int().nonnegative(),
  sparable: z.int().nonnegative(),
  unrecorded: z.int().nonnegative(),
});

export const plan = z.strictObject({
  version: z.literal(planVersion),
  nodes: z.array(planNode),
  estimate: planEstimate,
  /** What costs rest on, where machines would be leased. "table": lamina's own of the tiers, for that reason. */
  prices: z
    .strictObject({
      provider: z.string(),
      source: z.enum(["provider", "table"]),
      reason: z.string().optional(),
    })
    .optional(),
  /** External images that are replaced here, as declared, by what stands in. Not empty: results go to a local lock. */
  replacedBases: z.record(z.string(), z.string()),
});

export type PlanJson = z.infer<typeof plan>;
