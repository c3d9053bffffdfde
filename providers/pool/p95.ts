// The 95th percentile over the last builds of each layer.

import type { PoolMetrics, PoolP95 } from "../../schemas/pool.ts";

const gibibyte = 2 ** 30;

/** Of each group, the builds of one layer on one platform, those that were measured whole count; a group without one is left out. */
export function percentilesOf(groups: Iterable<readonly PoolMetrics[]>): readonly PoolP95[] {
  return Array.from(groups).flatMap((builds) => {
    const measured = builds.flatMap(({ layer, platform, cpu_p95: cpu, memory_p95_bytes: bytes }) =>
      cpu === null || bytes === null ? [] : [{ layer, platform, cpu, bytes }],
    );
    const [first] = measured;
    if (first === undefined) return [];
    return [
      {
        layer: first.layer,
        platform: first.platform,
        cpu: nearestRank(measured.map(({ cpu }) => cpu)),
        memory_gb: nearestRank(measured.map(({ bytes }) => bytes)) / gibibyte,
        builds: measured.length,
      },
    ];
  });
}

/** The smallest of the values that 95 % of them do not exceed; of less than 20 it is the greatest. */
function nearestRank(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(0.95 * sorted.length) - 1] ?? 0;
}
