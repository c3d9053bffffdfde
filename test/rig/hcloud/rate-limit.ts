// How many requests may be made: so many in a row, and one more each second, as the API documents it.

import type { Clock } from "../../../engine/core/host.ts";

export class RateLimit {
  readonly #limit: number;
  readonly #clock: Pick<Clock, "nowMs">;
  #left: number;
  #countedAtMs: number;

  constructor(limit: number, clock: Pick<Clock, "nowMs">) {
    this.#limit = limit;
    this.#clock = clock;
    this.#left = limit;
    this.#countedAtMs = clock.nowMs();
  }

  /** False where this request is one too many. */
  take(): boolean {
    const nowMs = this.#clock.nowMs();
    this.#left = Math.min(this.#limit, this.#left + (nowMs - this.#countedAtMs) / 1000);
    this.#countedAtMs = nowMs;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }

  /** `spent`: as if nothing were left, whatever was counted. */
  headers(spent: boolean): Readonly<Record<string, string>> {
    const left = spent ? 0 : Math.floor(this.#left);
    // When all may be made again; of a refusal by script, when the next one may.
    const fullInSeconds = spent && this.#left >= 1 ? 1 : this.#limit - left;
    return {
      "ratelimit-limit": String(this.#limit),
      "ratelimit-remaining": String(left),
      "ratelimit-reset": String(Math.ceil(this.#clock.nowMs() / 1000) + fullInSeconds),
    };
  }
}
