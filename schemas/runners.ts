// `lamina runners list --json` and `lamina runners reap --json`: the machines that may cost money. Fields may be added; what stands
// here keeps its meaning as long as the version stands. Times are milliseconds since the epoch.

import { z } from "zod";
import { leaseId } from "./lease-id.ts";
import { leaseRecord } from "./lease-record.ts";

export const runner = z.strictObject({
  lease: leaseId,
  provider: z.string(),
  pool: z.string(),
  /** The provider's words; null where it lists none for the lease. */
  machineId: z.string().nullable(),
  state: z.string().nullable(),
  /** What was asked for, where none is listed. */
  machine: z.string(),
  location: z.string(),
  createdAtMs: z.number(),
  expiresAtMs: z.number(),
  /** Net of VAT, up to now; null where the journal does not know its price. */
  costEur: z.number().nonnegative().nullable(),
  /** What the journal has of it; null where it was leased elsewhere. */
  journal: leaseRecord.pick({ state: true, runId: true }).nullable(),
  /** The process that leased it; "elsewhere": on another machine or in another container; "unknown": the journal has nothing. */
  owner: z.enum(["alive", "dead", "elsewhere", "unknown"]),
  leftOver: z.boolean(),
});

const silent = z.array(z.strictObject({ provider: z.string(), kind: z.string(), message: z.string() }));

export const runnersList = z.strictObject({
  version: z.literal(1),
  pool: z.string(),
  /** The oldest first. */
  runners: z.array(runner),
  /** Providers that could not tell what they have. */
  silent,
});

export const runnersReap = z.strictObject({
  version: z.literal(1),
  pool: z.string(),
  /** Nothing was done: `removed` is what would be. */
  dryRun: z.boolean(),
  removed: z.array(runner),
  /** Left over, and there still. */
  failed: z.array(runner.extend({ message: z.string() })),
  /** In use, as far as is known. */
  left: z.array(runner),
  silent,
});

export type RunnerJson = z.infer<typeof runner>;
export type RunnersListJson = z.infer<typeof runnersList>;
export type RunnersReapJson = z.infer<typeof runnersReap>;
