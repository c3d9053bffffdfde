// .lamina/history.json: how long builds took, for estimates. A machine's own record, never committed.

import { z } from "zod";

export const historyVersion = 1;

export const historyFile = z.strictObject({
  version: z.literal(historyVersion),
  /** "<layer>@<platform>" to the seconds of its last builds, oldest first. */
  seconds: z.record(z.string(), z.array(z.number().nonnegative())),
});
