// The size of a runner as people declare it: the same fields in workflow.ncl, .build-spec.ncl and runner_override.

import type { z } from "zod";
import { positiveInteger, positiveNumber } from "./form/number.ts";
import { oneOf } from "./form/text.ts";

/** Smallest first. */
export const runnerTiers = ["cax11", "cax21", "cax31", "cax41"] as const;
export type RunnerTier = (typeof runnerTiers)[number];

export const sizing = {
  /** Decides, whatever `cpu` and `memory_gb` say. */
  runner_type: oneOf(runnerTiers).optional(),
  /** Cores; goes with `memory_gb`. */
  cpu: positiveInteger("a number of cores: 1, 2, 4, …").optional(),
  /** Goes with `cpu`. */
  memory_gb: positiveNumber("an amount of memory in GB above 0").optional(),
  time_budget_min: positiveInteger("a number of minutes above 0").optional(),
} as const;

/** Half a size is refused: the other half would be a guess. Hand `evenIfOthersFail` to `superRefine` beside it. */
export function refuseHalfSizes(
  { cpu, memory_gb: memoryGb }: { cpu?: unknown; memory_gb?: unknown },
  context: z.RefinementCtx,
): void {
  if ((cpu === undefined) === (memoryGb === undefined)) return;
  const [given, other] = cpu === undefined ? ["memory_gb", "cpu"] : ["cpu", "memory_gb"];
  context.addIssue({
    code: "custom",
    path: [given],
    message: `needs ${other} beside it: a size is both, or a runner_type`,
  });
}
