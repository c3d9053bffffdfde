// A clock on which every wait is over a turn later, for what waits between its tries.

import type { Clock } from "../../engine/core/host.ts";

export const hastyClock: Clock = {
  nowMs: () => Date.now(),
  after(_delayMs, callback) {
    const turn = setImmediate(callback);
    return () => clearImmediate(turn);
  },
};
