// Keeps below the API's limit of requests: 3600 an hour, of which one comes back each second. While there is plenty, requests
// go at once; near the end they go as fast as the limit fills up again, so that none is refused.

import type { Clock } from "../../../engine/core/host.ts";
import { sleep } from "../../../engine/core/sleep.ts";

/** Of requests that are left: others share the limit, and each of theirs is seen only in our next answer. */
const reserve = 60;
const minIntervalMs = 100;
const maxIntervalMs = 10_000;

export class RateLimit {
  readonly #clock: Clock;
  #remaining = Number.POSITIVE_INFINITY;
  /** How long it takes until one request comes back. */
  #refillMs = 1000;
  #nextMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** RateLimit-Limit, -Remaining, and -Reset: when the limit is full again, in UNIX seconds. */
  observe(headers: Headers): void {
    const limit = numberOf(headers, "ratelimit-limit");
    const remaining = numberOf(headers, "ratelimit-remaining");
    const reset = numberOf(headers, "ratelimit-reset");
    if (remaining === undefined) return;
    this.#remaining = remaining;
    if (limit === undefined || reset === undefined || limit <= remaining) return;
    const fullInMs = reset * 1000 - this.#clock.nowMs();
    this.#refillMs = Math.min(maxIntervalMs, Math.max(minIntervalMs, fullInMs / (limit - remaining)));
  }

  /** Resolves when the next request may go, to false where `signal` aborted before. */
  async wait(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    if (this.#remaining > reserve) {
      this.#remaining -= 1;
      return true;
    }
    const nowMs = this.#clock.nowMs();
    const dueMs = Math.max(nowMs, this.#nextMs) + this.#refillMs;
    this.#nextMs = dueMs;
    return await sleep(this.#clock, dueMs - nowMs, signal);
  }
}

function numberOf(headers: Headers, name: string): number | undefined {
  const text = headers.get(name);
  const value = text === null || text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}
