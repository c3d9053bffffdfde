// Work that is done one after the other: clones onto one storage lock each other out until they time out, and of one lease there
// is to be one machine.

export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Does the work when all that came before is done, however it ended; undefined where `signal` aborts before its turn. */
  async take<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T | undefined> {
    const before = this.#last;
    const mine = Promise.withResolvers<void>();
    this.#last = before.then(() => mine.promise);
    try {
      return (await cameFirst(before, signal)) ? await work() : undefined;
    } finally {
      mine.resolve();
    }
  }
}

async function cameFirst(before: Promise<unknown>, signal: AbortSignal): Promise<boolean> {
  const aborted = Promise.withResolvers<void>();
  const onAbort = (): void => aborted.resolve();
  signal.addEventListener("abort", onAbort, { once: true });
  if (!signal.aborted) await Promise.race([before, aborted.promise]);
  signal.removeEventListener("abort", onAbort);
  return !signal.aborted;
}
