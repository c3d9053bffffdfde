// How full the heap of the present thread is. Node ends the process when it is full, so whoever fills it asks in between.

import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Of what Node gives the thread; the rest is for what is made between two looks. */
const usablePart = 0.85;

export interface HeapGauge {
  readonly limitBytes: number;
  /** Whether as many bytes more than live now would be over the limit. Collects garbage before it says yes. */
  exceeds(moreBytes: number): boolean;
}

/** Of the whole thread, with a limit of `mostBytes` or what Node gives it, whichever is less. */
export function openHeapGauge(mostBytes: number = Number.POSITIVE_INFINITY): HeapGauge {
  const limitBytes = Math.min(mostBytes, getHeapStatistics().heap_size_limit * usablePart);
  const isOver = (moreBytes: number): boolean => getHeapStatistics().used_heap_size + moreBytes > limitBytes;
  return {
    limitBytes,
    exceeds(moreBytes) {
      if (!isOver(moreBytes)) return false;
      collectGarbage();
      return isOver(moreBytes);
    },
  };
}

let collect: (() => void) | undefined;

function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString("--expose-gc");
    const found: unknown = runInNewContext("gc");
    collect = () => {
      if (typeof found === "function") found();
    };
  }
  collect();
}
