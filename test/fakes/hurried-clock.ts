// A clock on which every wait is over as soon as all else had its turn; the time it takes passes all the same. What is waited
// for together falls due in order.

import { setImmediate } from "node:timers";
import type { Clock } from "../../engine/core/host.ts";

export class HurriedClock implements Clock {
  #nowMs: number;
  readonly #timers = new Set<{ readonly dueMs: number; readonly callback: () => void }>();
  /** All delays that were asked for, in order. */
  readonly delays: number[] = [];

  constructor(nowMs = 1_700_000_000_000) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    this.delays.push(delayMs);
    const timer = { dueMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    setImmediate(() => this.#fire());
    return () => this.#timers.delete(timer);
  }

  #fire(): void {
    const [first] = [...this.#timers].sort((a, b) => a.dueMs - b.dueMs);
    if (first === undefined) return;
    this.#timers.delete(first);
    this.#nowMs = Math.max(this.#nowMs, first.dueMs);
    first.callback();
  }
}
