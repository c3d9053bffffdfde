// What a run teaches about durations: its outcome into the history that later plans estimate with.

import { type History, recordBuilds } from "../plan/history.ts";
import type { Outcome } from "./outcome.ts";

/** The history with every layer that the run built. */
export function recordDurations(history: History, { steps }: Outcome): History {
  return recordBuilds(
    history,
    steps.flatMap(({ layer, platform, outcome }) =>
      outcome.kind === "built" ? [{ layer, platform, seconds: outcome.seconds }] : [],
    ),
  );
}
