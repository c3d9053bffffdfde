// What is published of each layer's build on <prefix>.<workspace>.build.started, .completed and .failed, whatever becomes of
// the events within. Within version 1 fields are only added. Times are milliseconds since the epoch.

import { z } from "zod";
import { imageDigestSchema, inputDigestSchema } from "./digest.ts";
import { layerName } from "./layer-name.ts";
import { leaseId } from "./lease-id.ts";
import { platform } from "./platform.ts";
import { workspace } from "./workspace.ts";

/** The machine it is built on; there is none where this machine's own builder does it. */
const runner = z.object({
  lease: leaseId,
  tier: z.string(),
  cpu: z.number(),
  memory_gb: z.number(),
  /** Where the size comes from. */
  source: z.enum(["explicit", "history", "language", "retry"]),
  /** The machine was there already. */
  shared: z.boolean(),
  /** As far as the provider has told. */
  provider: z.string().optional(),
  machine: z.string().optional(),
  location: z.string().optional(),
});

/** What the solve used; what could not be measured is left out. */
const used = z.object({
  cpu_p95: z.number().optional(),
  memory_p95_bytes: z.number().optional(),
  memory_peak_bytes: z.number().optional(),
  oom_kills: z.number().int().optional(),
});

const about = {
  version: z.literal(1),
  run_id: z.string(),
  workspace,
  layer: layerName,
  platform,
  at: z.number(),
};

const ended = {
  /** Without the wait for its machines, which stands apart where it was to be built on any. */
  seconds: z.number(),
  waited_seconds: z.number().optional(),
  /** 2 where it was built once more, for want of memory or of its machine. */
  attempts: z.number().int(),
  runner: runner.optional(),
  used: used.optional(),
};

export const buildEvent = z.discriminatedUnion("event", [
  z.object({
    event: z.literal("build.started"),
    ...about,
    input_digest: inputDigestSchema,
    runner: runner.optional(),
  }),
  z.object({
    event: z.literal("build.completed"),
    ...about,
    /** Absent where this process did not see it start. */
    input_digest: inputDigestSchema.optional(),
    image: imageDigestSchema,
    /** False where the rebuilt image is the one that was there before. */
    changed: z.boolean(),
    size_bytes: z.number().int(),
    ...ended,
  }),
  z.object({
    event: z.literal("build.failed"),
    ...about,
    /** Absent where it failed before its inputs were known. */
    input_digest: inputDigestSchema.optional(),
    ...ended,
    /** `kind` as in layer.failed, or "canceled". */
    failure: z.object({ kind: z.string(), message: z.string(), help: z.string().optional() }),
  }),
]);

export type BuildEvent = z.infer<typeof buildEvent>;
export type BuildRunner = z.infer<typeof runner>;
export type BuildUse = z.infer<typeof used>;
