// The same work on each of several things, so many at once, until one of them fails: then the others are stopped, and waited for.

import { err, ok, type Result } from "../../engine/core/result.ts";

/** The first failure, after every work has ended. `work` must heed its signal, and not reject. */
export async function eachAtOnce<T, E>(
  things: readonly T[],
  atOnce: number,
  work: (thing: T, signal: AbortSignal) => Promise<Result<unknown, E>>,
  signal: AbortSignal,
): Promise<Result<void, E>> {
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  const rest = things.values();
  let failure: { readonly error: E } | undefined;
  const walk = async (): Promise<void> => {
    for (const thing of rest) {
      const done = await work(thing, both);
      if (!done.ok) failure ??= { error: done.error };
      if (!done.ok) stop.abort();
      if (failure !== undefined) return;
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, things.length) }, walk));
  return failure === undefined ? ok(undefined) : err(failure.error);
}
