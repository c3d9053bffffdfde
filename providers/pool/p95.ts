// The 95th percentile over the last builds of each layer, by the rule that holds for all metrics.

import type { PoolMetrics, PoolP95 } from "../../schemas/pool.ts";
import { percentilesOf as percentilesOfBuilds } from "../metrics/percentiles.ts";
import { fromWire, percentileToWire } from "../metrics/wire.ts";

/** Of each group, the builds of one layer on one platform; one of which no build was measured whole is left out. */
export function percentilesOf(groups: Iterable<readonly PoolMetrics[]>): readonly PoolP95[] {
  const builds = Array.from(groups).flatMap((group) => group.map(fromWire));
  return percentilesOfBuilds(builds).map(percentileToWire);
}
