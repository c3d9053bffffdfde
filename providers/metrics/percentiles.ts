// What layers need, by the last builds of each. Pure.

import { nearestRank } from "../../engine/core/percentile.ts";
import type { BuildMetrics, LayerP95 } from "../../engine/ports/metrics.ts";
import type { LayerName } from "../../schemas/layer-name.ts";
import type { Platform } from "../../schemas/platform.ts";

/** Builds of a layer on a platform that a percentile is taken over. */
export const consideredBuilds = 20;

const gibibyte = 2 ** 30;

/**
 * Of each layer and platform the 95th percentile, by nearest rank, over its last twenty builds that came to their end and were
 * measured whole: up to nineteen of them it is the greatest, of twenty it leaves the greatest out. `builds` are the last ones
 * first; memory comes out in GiB.
 *
 * Builds on leased machines and those on this one are not mixed: compilers take as many cores as they find, and memory for each.
 * Sizes are those of leased machines, so what was seen there decides, and only where nothing was, this machine's do.
 *
 * Of a build's cores its own 95th percentile counts: with fewer it takes longer. Of its memory the peak does, where one is known:
 * a machine that does not hold the peak kills the build, however short it was.
 */
export function percentilesOf(builds: readonly BuildMetrics[]): readonly LayerP95[] {
  const byStep = Map.groupBy(builds.flatMap(readNeed), ({ layer, platform }) => `${layer}@${platform}`);
  const steps = Array.from(byStep).sort(([a], [b]) => (a < b ? -1 : 1));
  return steps.flatMap(([, all]) => {
    const leased = all.filter(({ place }) => place === "leased");
    const last = (leased.length > 0 ? leased : all).slice(0, consideredBuilds);
    const cpu = nearestRank(
      last.map((need) => need.cpu),
      95,
    );
    const bytes = nearestRank(
      last.map((need) => need.bytes),
      95,
    );
    const [first] = last;
    if (first === undefined || cpu === undefined || bytes === undefined) return [];
    const { layer, platform, place } = first;
    return [{ layer, platform, place, cpu, memoryGb: bytes / gibibyte, builds: last.length }];
  });
}

interface Need {
  readonly layer: LayerName;
  readonly platform: Platform;
  readonly place: BuildMetrics["place"];
  readonly cpu: number;
  readonly bytes: number;
}

/** Of a build that came to its end and was measured whole. */
function readNeed({ layer, platform, place, outcome, cpuP95, ...memory }: BuildMetrics): readonly Need[] {
  const bytes = memory.memoryPeakBytes ?? memory.memoryP95Bytes;
  if (outcome !== "built" || cpuP95 === undefined || bytes === undefined) return [];
  return [{ layer, platform, place, cpu: cpuP95, bytes }];
}
