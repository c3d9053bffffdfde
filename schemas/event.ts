// All that can happen in a run, as one union; also the lines of `--reporter json`. Every reader (terminal, JSON, NATS,
// page, tests) reads these and nothing else. Times are milliseconds since the epoch.

import { z } from "zod";
import { imageDigestSchema, inputDigestSchema } from "./digest.ts";
import { layerName } from "./layer-name.ts";
import { platform } from "./platform.ts";

const at = z.number();
const node = { at, layer: layerName, platform };

export const event = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("run.started"),
    at,
    runId: z.string(),
    builder: z.string(),
    concurrency: z.number().int(),
    local: z.boolean(),
    steps: z.number().int(),
  }),
  /** A warning or remark that belongs to no layer. */
  z.strictObject({ type: z.literal("run.note"), at, text: z.string() }),
  z.strictObject({
    type: z.literal("base.pinned"),
    at,
    image: z.string(),
    platform,
    digest: imageDigestSchema,
  }),
  z.strictObject({ type: z.literal("layer.queued"), ...node, reasons: z.array(z.string()) }),
  z.strictObject({ type: z.literal("layer.started"), ...node, inputDigest: inputDigestSchema }),
  z.strictObject({
    type: z.literal("layer.step"),
    ...node,
    stepId: z.string(),
    name: z.string(),
    state: z.enum(["started", "completed", "cached", "failed"]),
  }),
  z.strictObject({
    type: z.literal("layer.log"),
    ...node,
    stepId: z.string(),
    stream: z.enum(["stdout", "stderr"]),
    text: z.string(),
  }),
  z.strictObject({ type: z.literal("layer.proving"), ...node, tools: z.array(z.string()) }),
  /** `reason` is "current" (nothing changed) or "cut-off" (its parents were rebuilt and came out the same). */
  z.strictObject({
    type: z.literal("layer.reused"),
    ...node,
    image: imageDigestSchema,
    sizeBytes: z.number().int(),
    reason: z.enum(["current", "cut-off"]),
  }),
  z.strictObject({
    type: z.literal("layer.completed"),
    ...node,
    image: imageDigestSchema,
    /** False where the rebuilt image is the one that the lock held already. */
    changed: z.boolean(),
    sizeBytes: z.number().int(),
    seconds: z.number(),
    stepsRun: z.number().int(),
    stepsCached: z.number().int(),
    tools: z.record(z.string(), z.string()),
  }),
  z.strictObject({
    type: z.literal("layer.failed"),
    ...node,
    seconds: z.number(),
    /** Kind of failure, as in the closed unions of the ports, or "tool-missing", "tool-failed", "tool-version", "artifact-missing". */
    kind: z.string(),
    message: z.string(),
    help: z.string().optional(),
    logTail: z.array(z.string()),
  }),
  /** Not built, because `cause` failed, was canceled or was blocked. */
  z.strictObject({ type: z.literal("layer.doomed"), ...node, cause: layerName }),
  z.strictObject({ type: z.literal("layer.canceled"), ...node }),
  z.strictObject({ type: z.literal("lock.written"), at, path: z.string(), layer: layerName }),
  z.strictObject({
    type: z.literal("run.completed"),
    at,
    seconds: z.number(),
    result: z.enum(["ok", "failed", "canceled"]),
    built: z.number().int(),
    reused: z.number().int(),
    failed: z.number().int(),
    doomed: z.number().int(),
    canceled: z.number().int(),
  }),
]);

export type Event = z.infer<typeof event>;
