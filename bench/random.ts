// Random numbers that a seed decides, so that a bench measures the same thing every time.

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** A whole number, uniform from 0 up to and without `limit`. */
  below(limit: number): number;
  /** Normal with mean 0 and deviation 1. */
  normal(): number;
}

/** A generator by a 32-bit counter whose bits are mixed (the finalizer of MurmurHash3, twice with different constants). */
export function createRandom(seed: number): Random {
  let counter = seed | 0;
  const next = (): number => {
    counter = (counter + 0x9e3779b9) | 0;
    let bits = counter;
    bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    bits = Math.imul(bits ^ (bits >>> 16), 0x7feb352d);
    return ((bits ^ (bits >>> 15)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    below: (limit) => Math.floor(next() * limit),
    // Box and Muller.
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
}
