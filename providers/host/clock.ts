// The system's clock as the engine asks for it.

import type { Clock } from "../../engine/core/host.ts";

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
