// The first question to a provider, before anything is leased: whoever made a slip in its configuration hears of it in seconds,
// and a provider that cannot be reached is asked again only so long.

import type { Clock } from "../core/host.ts";
import { err, type Result } from "../core/result.ts";
import { sleep } from "../core/sleep.ts";
import type { Compute, Survey, SurveyFailure } from "../ports/compute.ts";

/** No question is asked later than so long after the first. */
const patienceMs = 16_000;
const firstPauseMs = 1000;

/** `tell` hears, in a phrase for people, each time that it is to be asked again. */
export async function surveyProvider(
  compute: Pick<Compute, "name" | "survey">,
  clock: Clock,
  tell: (text: string) => void,
  signal: AbortSignal,
): Promise<Result<Survey, SurveyFailure>> {
  const startedMs = clock.nowMs();
  for (let pauseMs = firstPauseMs; ; pauseMs *= 2) {
    const asked = await compute.survey(signal);
    if (asked.ok || asked.error.kind !== "unavailable") return asked;
    if (clock.nowMs() + pauseMs - startedMs > patienceMs) return asked;
    tell(
      `${compute.name} does not answer, and is asked again in ${String(pauseMs / 1000)} s: ${asked.error.message}`,
    );
    if (!(await sleep(clock, pauseMs, signal))) return err({ kind: "canceled" });
  }
}
