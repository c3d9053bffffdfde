// Watches a machine while it builds, by a shell there, and tells what was used of it. Never in the way of a build: whatever
// cannot be had in time is left out.

import type { Measurement, Measuring } from "../../engine/ports/runner.ts";
import { judgeReadings } from "./judge.ts";
import { Reader } from "./readings.ts";
import { closingScript, type Scope, samplingScript } from "./scripts.ts";
import type { RunScript } from "./shell.ts";

/** A machine that is so busy that it does not answer until then builds without being watched. */
const answerWithinMs = 10_000;

/** Resolves once the watching has begun, so that what happens from then on is seen, or when it is clear that it will not. */
export async function measureVitals(run: RunScript, scope: Scope): Promise<Measuring> {
  const sampling = new AbortController();
  const reader = new Reader();
  const watched = scope.kind === "cgroup" ? scope.path : "";
  let ended: Promise<unknown> = Promise.resolve();
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, answerWithinMs);
    const begin = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const take = (text: string): void => {
      reader.add(text);
      if (reader.readings.isReady) begin();
    };
    ended = run({ script: samplingScript, args: [watched], onText: take }, sampling.signal).finally(begin);
  });
  const close = async (): Promise<Measurement | undefined> => {
    const before = reader.readings;
    const { mark } = before;
    const closing = new Reader();
    const args = [watched, mark?.kind ?? "", mark?.text ?? ""];
    const take = (text: string): void => closing.add(text);
    const whole = before.isReady
      ? await run({ script: closingScript, args, onText: take }, AbortSignal.timeout(answerWithinMs))
      : false;
    sampling.abort();
    await ended;
    return before.isReady ? judgeReadings(reader.readings, whole ? closing.readings : undefined) : undefined;
  };
  let measurement: Promise<Measurement | undefined> | undefined;
  return { finish: () => (measurement ??= close()) };
}
