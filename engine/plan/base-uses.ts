// Which external images a plan's steps stand on, and who stands on whom: what a new digest of one would make stale.

import type { Platform } from "../../schemas/platform.ts";
import type { LayerGraph } from "../graph/graph.ts";
import { withDescendants } from "../graph/select.ts";
import type { Step } from "./step.ts";

/** An external image on a platform that some layer is built for. */
export interface BaseUse {
  /** As declared. */
  readonly image: string;
  readonly platform: Platform;
  /** The steps that stand on it, directly or not, in the plan's order. */
  readonly steps: readonly Step[];
}

/** By image, then platform. */
export function findBaseUses(graph: LayerGraph, steps: readonly Step[]): readonly BaseUse[] {
  const direct = new Map<string, Step[]>();
  for (const step of steps)
    for (const image of graph.externalBases(step.layer)) {
      const users = direct.get(image);
      if (users === undefined) direct.set(image, [step]);
      else users.push(step);
    }
  return Array.from(direct)
    .sort(([a], [b]) => compare(a, b))
    .flatMap(([image, users]) =>
      Array.from(Map.groupBy(users, ({ platform }) => platform))
        .sort(([a], [b]) => compare(a, b))
        .map(([platform, onPlatform]) => {
          const reached = withDescendants(
            graph,
            onPlatform.map(({ layer }) => layer),
          );
          const standing = steps.filter((step) => step.platform === platform && reached.has(step.layer));
          return { image, platform, steps: standing };
        }),
    );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
