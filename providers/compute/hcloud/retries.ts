// When a request is tried again, and how long after. Time is the clock's, so that tests can make it pass.

import type { Clock } from "../../../engine/core/host.ts";
import { err, type Result } from "../../../engine/core/result.ts";
import { sleep } from "../../../engine/core/sleep.ts";
import { unreachable } from "../../../engine/core/unreachable.ts";
import { type ApiFailure, type RetryClass, retryClassOf } from "./api-failure.ts";

export interface Waits {
  readonly clock: Clock;
  /** From 0 up to, but not including, 1. */
  readonly random: () => number;
}

/** Those of hcloud-go: five times, from a second on, doubled, a minute at most. */
const maxTransientRetries = 5;
const maxTransientWaitMs = 60_000;
/** About five minutes: a create ends before. */
const maxLockedRetries = 60;
const maxLockedWaitMs = 5000;
const firstWaitMs = 1000;

/** Calls `attempt` with a signal that aborts only so long after `signal` does. */
export async function withPatience<T>(
  attempt: (signal: AbortSignal) => Promise<T>,
  patienceMs: number,
  { clock }: Pick<Waits, "clock">,
  signal: AbortSignal,
): Promise<T> {
  if (signal.aborted) return await attempt(signal);
  const late = new AbortController();
  let cancel: (() => void) | undefined;
  const onAbort = (): void => {
    cancel = clock.after(patienceMs, () => late.abort(signal.reason));
  };
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await attempt(late.signal);
  } finally {
    signal.removeEventListener("abort", onAbort);
    cancel?.();
  }
}

/** Calls `attempt`, with 0, 1, 2, …, until it succeeds, fails for good, or was tried often enough: then its last failure. */
export async function withRetries<T>(
  attempt: (retry: number) => Promise<Result<T, ApiFailure>>,
  { clock, random }: Waits,
  signal: AbortSignal,
): Promise<Result<T, ApiFailure>> {
  const spent = { transient: 0, locked: 0 };
  for (;;) {
    const result = await attempt(spent.transient + spent.locked);
    if (result.ok) return result;
    const retryClass = retryClassOf(result.error);
    if (retryClass === "never" || spent[retryClass] === maxRetries(retryClass)) return result;
    const waitMs = jittered(backoffMs(retryClass, spent[retryClass]), random);
    spent[retryClass] += 1;
    if (!(await sleep(clock, waitMs, signal))) return err({ kind: "canceled" });
  }
}

function maxRetries(retryClass: Exclude<RetryClass, "never">): number {
  return retryClass === "locked" ? maxLockedRetries : maxTransientRetries;
}

function backoffMs(retryClass: Exclude<RetryClass, "never">, retry: number): number {
  const grown = firstWaitMs * 2 ** retry;
  switch (retryClass) {
    case "transient":
      return Math.min(grown, maxTransientWaitMs);
    case "locked":
      return Math.min(grown, maxLockedWaitMs);
    default:
      return unreachable(retryClass);
  }
}

/** Half of it to all of it, so that those who failed together do not come back together. */
function jittered(ms: number, random: () => number): number {
  return Math.round(ms * (0.5 + random() / 2));
}
