// The same question about each of many things, so many at once; the answers come in the order of the things.

import { ok, type Result } from "../core/result.ts";

/** The registry's client bounds its requests itself: this bounds what is held in memory. */
const atOnce = 32;

/** The first failure ends it. */
export async function gatherAtOnce<T, V, E>(
  things: readonly T[],
  ask: (thing: T) => Promise<Result<V, E>>,
): Promise<Result<readonly V[], E>> {
  const answers = new Map<number, V>();
  const rest = things.entries();
  let failure: Result<never, E> | undefined;
  const walk = async (): Promise<void> => {
    for (const [index, thing] of rest) {
      const answer = await ask(thing);
      if (!answer.ok) failure ??= answer;
      else answers.set(index, answer.value);
      if (failure !== undefined) return;
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, things.length) }, walk));
  if (failure !== undefined) return failure;
  const inOrder = Array.from(answers).sort(([a], [b]) => a - b);
  return ok(inOrder.map(([, answer]) => answer));
}
