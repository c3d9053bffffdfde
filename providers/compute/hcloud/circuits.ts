// A type at a place that could not be had is left alone for a while: asking again at once gives the same answer, and each
// answer costs a request and seconds.

import type { Clock } from "../../../engine/core/host.ts";

export const coolDownMs = 5 * 60_000;

export class Circuits {
  readonly #clock: Clock;
  /** By candidate: until when it is open. */
  readonly #openUntilMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** It could not be had just now. */
  open(candidate: string): void {
    this.#openUntilMs.set(candidate, this.#clock.nowMs() + coolDownMs);
  }

  /** It could be had. */
  close(candidate: string): void {
    this.#openUntilMs.delete(candidate);
  }

  isOpen(candidate: string): boolean {
    return this.#clock.nowMs() < (this.#openUntilMs.get(candidate) ?? 0);
  }
}
