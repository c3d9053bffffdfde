// Where generated texts get their choices: a row of numbers that a property shrinks, or a seed that a long run counts up.

export interface Chooser {
  /** 0 to `bound - 1`; the simplest choice is 0. */
  next(bound: number): number;
}

/** Choices from a list; when it is used up, all are the simplest. */
export function fromList(choices: readonly number[]): Chooser {
  let at = 0;
  return {
    next: (bound) => {
      const choice = choices[at] ?? 0;
      at += 1;
      return choice % bound;
    },
  };
}

/** The same choices for the same seed: mulberry32, https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
export function fromSeed(seed: number): Chooser {
  let state = Math.imul(seed, 0x9e3779b1) >>> 0;
  return {
    next: (bound) => {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
    },
  };
}

export function pick<T>(chooser: Chooser, all: readonly T[]): T {
  const one = all[chooser.next(all.length)];
  if (one === undefined) throw new Error("nothing to choose from");
  return one;
}
