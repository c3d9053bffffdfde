// Turns at one registry: so many requests at once, the others in the order in which they came. A registry that asks for a pause
// gets it from everybody.

import type { Clock } from "../../engine/core/host.ts";
import { sleep } from "../../engine/core/sleep.ts";

export class Turns {
  readonly #clock: Clock;
  #free: number;
  readonly #waiting: (() => void)[] = [];
  #pausedUntilMs = 0;

  constructor(atOnce: number, clock: Clock) {
    this.#free = atOnce;
    this.#clock = clock;
  }

  /** No turn begins before that time, in milliseconds since the epoch. */
  pauseUntil(timeMs: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, timeMs);
  }

  /** What `work` comes to; undefined where `signal` aborted before its turn. */
  async take<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T | undefined> {
    if (!(await this.#begin(signal))) return undefined;
    try {
      while (this.#pausedUntilMs > this.#clock.nowMs())
        if (!(await sleep(this.#clock, this.#pausedUntilMs - this.#clock.nowMs(), signal))) return undefined;
      return signal.aborted ? undefined : await work();
    } finally {
      this.#end();
    }
  }

  #begin(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const go = (): void => {
        signal.removeEventListener("abort", giveUp);
        resolve(true);
      };
      const giveUp = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(go), 1);
        resolve(false);
      };
      this.#waiting.push(go);
      signal.addEventListener("abort", giveUp, { once: true });
    });
  }

  #end(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
