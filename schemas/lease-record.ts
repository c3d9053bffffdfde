// What the journal of leases holds (.lamina/leases/<lease>.json): written before each call to the provider, taken away when the
// machine is given back. Whoever finds one of a process that is no more gives the machine back.

import { z } from "zod";
import { leaseId } from "./lease-id.ts";

export const leaseRecord = z.strictObject({
  version: z.literal(1),
  lease: leaseId,
  provider: z.string(),
  pool: z.string(),
  runId: z.string(),
  /** The process that leased it, as `Processes` names it. */
  owner: z.string(),
  state: z.enum(["requested", "leased", "releasing"]),
  /** When it was requested; milliseconds since the epoch. */
  requestedAtMs: z.number(),
  expiresAtMs: z.number(),
  /** What was asked for last. */
  machine: z.string(),
  location: z.string(),
  eurPerHour: z.number(),
  billing: z.enum(["started-hour", "second", "free"]),
});

export type LeaseRecord = z.infer<typeof leaseRecord>;
