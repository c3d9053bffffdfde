// A clock for simulations: nothing waits, the time jumps from one event to the next.

import { setImmediate as nextTurnOfLoop } from "node:timers/promises";
import { Heap } from "../engine/core/heap.ts";
import type { Clock } from "../engine/core/host.ts";

interface Timer {
  readonly dueMs: number;
  /** Timers due at the same time call back in the order in which they were set. */
  readonly sequence: number;
  readonly callback: () => void;
  isCanceled: boolean;
}

export class VirtualClock implements Clock {
  /** CPU microseconds that the clock itself has taken so far. */
  ownCpuUs = 0;
  #nowMs = 0;
  #sequence = 0;
  readonly #timers = new Heap<Timer>((a, b) =>
    a.dueMs === b.dueMs ? a.sequence < b.sequence : a.dueMs < b.dueMs,
  );

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { dueMs: this.#nowMs + delayMs, sequence: this.#sequence++, callback, isCanceled: false };
    this.#timers.push(timer);
    return () => {
      timer.isCanceled = true;
    };
  }

  /** Moves on until `work` has ended, and gives its result. Work that waits for anything but this clock waits for ever. */
  async runUntil<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const end = (): void => {
      isDone = true;
    };
    work.then(end, end);
    for (;;) {
      // Everything that waits for nothing but its turn happens before the time moves.
      await nextTurnOfLoop();
      if (isDone) return work;
      const started = process.threadCpuUsage();
      const timer = this.#timers.pop();
      this.ownCpuUs += cpuUsSince(started);
      if (timer === undefined) throw new Error("the work waits for something that will never happen");
      if (timer.isCanceled) continue;
      this.#nowMs = timer.dueMs;
      timer.callback();
    }
  }
}

/** CPU microseconds of this thread since a look at `process.threadCpuUsage`: where other programs run, the time of day says nothing. */
export function cpuUsSince(started: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(started);
  return user + system;
}
