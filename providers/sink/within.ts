// Waits for what may never end.

import type { Clock } from "../../engine/core/host.ts";

/** Resolves when `work` has ended, or the time is over: true where it ended. Rejects as `work` does within that time. */
export async function within(timeMs: number, work: Promise<unknown>, clock: Clock): Promise<boolean> {
  let cancel: (() => void) | undefined;
  const over = new Promise<false>((resolve) => {
    cancel = clock.after(timeMs, () => resolve(false));
  });
  try {
    return await Promise.race([work.then(() => true), over]);
  } finally {
    cancel?.();
  }
}
