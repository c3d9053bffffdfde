// What a run teaches about durations: its outcome into the history that later plans estimate with.

import { type History, recordDuration } from "../plan/history.ts";
import type { Outcome } from "./outcome.ts";

/** The history with every layer that the run built; the same history where it built none. */
export function recordDurations(history: History, { steps }: Outcome): History {
  return steps.reduce(
    (sum, { layer, platform, outcome }) =>
      outcome.kind === "built" ? recordDuration(sum, layer, platform, outcome.seconds) : sum,
    history,
  );
}
