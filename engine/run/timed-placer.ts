// A placer that keeps count of how long it let one layer wait, so that a build's duration can be told apart from that of its machine.

import type { Clock } from "../core/host.ts";
import type { Placer } from "./placer.ts";

export interface TimedPlacer {
  readonly placer: Placer;
  /** Milliseconds so far; undefined where nothing was to be waited for, as it is built here. */
  waitedMs(): number | undefined;
}

export function timePlacer(placer: Placer, clock: Clock): TimedPlacer {
  let waitedMs: number | undefined;
  return {
    placer: {
      description: placer.description,
      place: async (request, signal) => {
        const askedMs = clock.nowMs();
        const placed = await placer.place(request, signal);
        const isHere = placed.ok && placed.value.leased === undefined;
        if (!isHere) waitedMs = (waitedMs ?? 0) + clock.nowMs() - askedMs;
        return placed;
      },
      rest: () => placer.rest(),
    },
    waitedMs: () => waitedMs,
  };
}
