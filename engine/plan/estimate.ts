// How long a build will likely take and what it will cost: the median of its last builds, and where there is none a
// quarter of its time budget, as a budget is what a build must never need.

import type { TypicalBuild } from "./history.ts";
import type { Estimate } from "./step.ts";
import { tiers } from "./tiers.ts";

/** What a step that builds nothing needs. */
export const nothing: Estimate = { seconds: 0, costEur: 0, source: "idle", builds: 0 };

/**
 * `typical` is what past builds took, if any; `tier` undefined where no runner is leased. Costs are those of a runner of
 * its own, which is paid by the hour begun.
 */
export function estimateBuild(
  typical: TypicalBuild | undefined,
  budgetMin: number,
  tier: string | undefined,
): Estimate {
  const seconds = typical?.seconds ?? (budgetMin * 60) / 4;
  const eurPerHour = tiers.find(({ name }) => name === tier)?.eurPerHour ?? 0;
  const hours = Math.max(1, Math.ceil(seconds / 3600));
  return {
    seconds,
    costEur: Math.round(hours * eurPerHour * 10_000) / 10_000,
    source: typical === undefined ? "budget" : "recorded",
    builds: typical?.builds ?? 0,
  };
}
