// What an evaluation has used up of its limits. One count for the whole thread, as evaluations do not overlap: it costs
// a decrement a step, and all else is looked at once in a slice of steps.

import type { Limits } from "../limits.ts";
import { memorySpent, stepsSpent, stop, timeSpent, tooLarge } from "./exhausted.ts";
import type { Place } from "./value.ts";

/** Some milliseconds' worth. */
const slice = 1 << 16;

/** What an element of an array takes at least: a pointer, and most often something behind it. */
const elementBytes = 32;

/** V8 ends the process for arrays of twice as many. */
const mostElements = 1 << 26;

interface Budget {
  readonly limits: Limits;
  stepsLeft: number;
  readonly startMs: number;
}

let budget: Budget = { limits: {}, stepsLeft: Number.POSITIVE_INFINITY, startMs: 0 };

/** Steps until the next look. */
let left = slice;
let granted = slice;

/** Does `work` within limits. @throws LimitReached from within it when it reaches one. */
export function withinLimits<T>(limits: Limits, work: () => T): T {
  const outer = budget;
  const stepsLeft = limits.steps ?? Number.POSITIVE_INFINITY;
  budget = { limits, stepsLeft, startMs: limits.time?.nowMs() ?? 0 };
  grant();
  try {
    return work();
  } finally {
    budget = outer;
    grant();
  }
}

function grant(): void {
  granted = Math.min(slice, budget.stepsLeft + 1);
  left = granted;
}

/** Counts a call or the computation of a delayed value. */
export function step(at: Place): void {
  left -= 1;
  if (left <= 0) look(at);
}

/** Makes sure that there is room for so many elements or characters, before an operation makes them all at once. */
export function reserve(count: number, at: Place): void {
  if (count < slice) return;
  if (count > mostElements) stop(tooLarge, undefined, at);
  const { memory } = budget.limits;
  if (memory?.exceeds(count * elementBytes) === true) stop(memorySpent, memory, at);
}

function look(at: Place): void {
  const { limits } = budget;
  budget.stepsLeft -= granted;
  if (budget.stepsLeft < 0) {
    // Whatever is asked for next shall not be computed either.
    granted = 0;
    left = 0;
    stop(stepsSpent, { limit: limits.steps ?? 0 }, at);
  }
  grant();
  const { memory, time } = limits;
  if (memory?.exceeds(0) === true) stop(memorySpent, memory, at);
  if (time !== undefined && time.nowMs() - budget.startMs > time.limitMs) stop(timeSpent, time, at);
}
