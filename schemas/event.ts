// All that can happen in a run, as one union; also the lines of `--reporter json`. Every reader (terminal, JSON, NATS,
// page, tests) reads these and nothing else. Times are milliseconds since the epoch.

import { z } from "zod";
import { diagnosticJson } from "./diagnostics.ts";
import { imageDigestSchema, inputDigestSchema } from "./digest.ts";
import { layerName } from "./layer-name.ts";
import { leaseId } from "./lease-id.ts";
import { platform } from "./platform.ts";

const at = z.number();
const step = { layer: layerName, platform };
const node = { at, ...step };
/** Of a build: its own, and how long it waited for machines before, where it was to be built on any. */
const durations = { seconds: z.number(), waitedSeconds: z.number().optional() };
/** About a leased machine. */
const leased = { at, lease: leaseId };

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
  /**
   * `reason` is "current" (nothing changed), "cut-off" (its parents were rebuilt and came out the same), or "published" (the registry
   * has what somebody built of the same inputs).
   */
  z.strictObject({
    type: z.literal("layer.reused"),
    ...node,
    image: imageDigestSchema,
    sizeBytes: z.number().int(),
    reason: z.enum(["current", "cut-off", "published"]),
  }),
  z.strictObject({
    type: z.literal("layer.completed"),
    ...node,
    image: imageDigestSchema,
    /** False where the rebuilt image is the one that the lock held already. */
    changed: z.boolean(),
    sizeBytes: z.number().int(),
    ...durations,
    stepsRun: z.number().int(),
    stepsCached: z.number().int(),
    tools: z.record(z.string(), z.string()),
  }),
  z.strictObject({
    type: z.literal("layer.failed"),
    ...node,
    ...durations,
    /** Kind of failure, as in the closed unions of the ports, or "tool-missing", "tool-failed", "tool-version", "artifact-missing". */
    kind: z.string(),
    message: z.string(),
    help: z.string().optional(),
    logTail: z.array(z.string()),
  }),
  /** Not built, because `cause` failed, was canceled or was blocked. */
  z.strictObject({ type: z.literal("layer.doomed"), ...node, cause: layerName }),
  /** "outdated": its inputs changed, or nobody asks for it any more. Absent where the run was stopped. */
  z.strictObject({ type: z.literal("layer.canceled"), ...node, reason: z.literal("outdated").optional() }),
  /** Not tried again while somebody watches: it failed with these very inputs before. */
  z.strictObject({ type: z.literal("layer.held"), ...node, kind: z.string(), message: z.string() }),
  /**
   * It has no machine to be built on yet, and waits: for the provider's answer; for the machine of `lease`, which is being leased; for
   * one of the run's to come free, as a limit is reached; or to ask again in `seconds`, as none could be had. `message` says which
   * limit, or why.
   */
  z.strictObject({
    type: z.literal("layer.waiting"),
    ...node,
    for: z.enum(["provider", "machine", "room", "retry"]),
    lease: leaseId.optional(),
    message: z.string().optional(),
    seconds: z.number().optional(),
  }),
  /** Where it is built: on a machine that is leased, alone or beside others. `source` says where the size comes from. */
  z.strictObject({
    type: z.literal("layer.placed"),
    ...node,
    lease: leaseId,
    tier: z.string(),
    cpu: z.number(),
    memoryGb: z.number(),
    source: z.enum(["explicit", "history", "language", "retry"]),
    /** The machine was there already. */
    shared: z.boolean(),
  }),
  /** What its solve used; what could not be measured is left out. Without a lease it was this machine. */
  z.strictObject({
    type: z.literal("layer.measured"),
    ...node,
    lease: leaseId.optional(),
    seconds: z.number(),
    cpuP95: z.number().optional(),
    memoryP95Bytes: z.number().optional(),
    memoryPeakBytes: z.number().optional(),
    oomKills: z.number().int().optional(),
  }),
  /** It is built once more: on a bigger machine for want of memory, else on another one as big. */
  z.strictObject({
    type: z.literal("layer.retried"),
    ...node,
    reason: z.enum(["oom", "daemon-lost", "machine-lost"]),
    /** Of the attempt that begins: 2 for the second. */
    attempt: z.number().int(),
    tier: z.string(),
    message: z.string(),
  }),
  /**
   * What became of a build cache. "written": it holds what the build made. "current": it did before. "dropped": the run did not end
   * well, and the cache is as it was. "unread", "unwritten": `message` says why.
   */
  z.strictObject({
    type: z.literal("layer.cache"),
    ...node,
    /** "registry.example/cache/ci/lamina/rust:linux-arm64". */
    cache: z.string(),
    result: z.enum(["written", "current", "dropped", "unread", "unwritten"]),
    message: z.string().optional(),
  }),
  /** `eurPerHour` and what it costs are net of VAT. */
  z.strictObject({ type: z.literal("runner.requested"), ...leased, provider: z.string(), tier: z.string() }),
  /** The provider is asked for that kind of machine at that place. */
  z.strictObject({
    type: z.literal("runner.ordered"),
    ...leased,
    machine: z.string(),
    location: z.string(),
  }),
  /** An offer could not be had, and another one is tried. `kind` as in the port's failures. */
  z.strictObject({
    type: z.literal("runner.declined"),
    ...leased,
    machine: z.string(),
    location: z.string(),
    kind: z.string(),
    message: z.string(),
  }),
  z.strictObject({
    type: z.literal("runner.leased"),
    ...leased,
    machineId: z.string(),
    machine: z.string(),
    location: z.string(),
    eurPerHour: z.number(),
  }),
  /** It has booted and lets us in; its BuildKit need not answer yet. `seconds` since it was requested. */
  z.strictObject({ type: z.literal("runner.connected"), ...leased, seconds: z.number() }),
  /** It builds; `seconds` since it was requested. */
  z.strictObject({ type: z.literal("runner.ready"), ...leased, seconds: z.number() }),
  z.strictObject({ type: z.literal("runner.lost"), ...leased, message: z.string() }),
  z.strictObject({
    type: z.literal("runner.released"),
    ...leased,
    seconds: z.number(),
    costEur: z.number(),
    /** Layers that were built on it. */
    layers: z.number().int(),
  }),
  /** It could not be given back: `lamina runners reap`, and the next run, try again. */
  z.strictObject({ type: z.literal("runner.left-over"), ...leased, message: z.string() }),
  /** Its image is in the registry, under no tag yet. */
  z.strictObject({
    type: z.literal("layer.pushed"),
    ...node,
    image: imageDigestSchema,
    /** "registry.example/lamina/rust". */
    repository: z.string(),
    sentBytes: z.number().int(),
  }),
  /** Every tag of the run points to what it made; `tags` were moved. */
  z.strictObject({ type: z.literal("promotion.completed"), at, tags: z.number().int() }),
  /** `kind`: "not-pushed", "unprepared", "unrecorded" and "undone" left all tags as they were, as far as `message` says nothing else;
   * "unfinished" is ended by the next run. */
  z.strictObject({
    type: z.literal("promotion.failed"),
    at,
    kind: z.enum(["not-pushed", "unprepared", "unrecorded", "unfinished", "undone"]),
    message: z.string(),
    help: z.string().optional(),
  }),
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
    /** Where machines were leased: what they cost. */
    costEur: z.number().optional(),
  }),
  /** `lamina watch` looked at the project, and something is to be built, or what was being built is stopped. */
  z.strictObject({
    type: z.literal("watch.round"),
    at,
    /** From 1. */
    round: z.number().int(),
    /** "again": looked once more after a round, in case something changed meanwhile. */
    trigger: z.enum(["start", "change", "rebuild", "again"]),
    /** What is to be built now, parents first. `reasons` are empty where only a parent is built first. */
    build: z.array(z.strictObject({ ...step, reasons: z.array(z.string()) })),
    /** What was being built and goes on, as it is still what is wanted. */
    kept: z.array(z.strictObject(step)),
    /** What was being built and is stopped. */
    stopped: z.array(z.strictObject(step)),
  }),
  /**
   * What is declared cannot be built as it stands, or what was asked for is not there: nothing new is begun until that is mended.
   * Either there are diagnostics, or a message with no place in a file.
   */
  z.strictObject({
    type: z.literal("watch.invalid"),
    at,
    round: z.number().int(),
    diagnostics: z.array(diagnosticJson),
    message: z.string().optional(),
    help: z.string().optional(),
  }),
  /** Nothing is left to do until something changes. */
  z.strictObject({
    type: z.literal("watch.waiting"),
    at,
    round: z.number().int(),
    /** Whether it waits for what is declared to be mended. */
    invalid: z.boolean(),
    /** Layers that are not current, because they failed or stand on what failed. */
    stale: z.array(layerName),
  }),
]);

export type Event = z.infer<typeof event>;
