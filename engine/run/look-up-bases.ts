// Many external images looked up at once, but not all of them: registries count requests.

import type { Platform } from "../../schemas/platform.ts";
import type { ImageDigest } from "../core/digest.ts";
import type { Result } from "../core/result.ts";
import type { ImageResolver, ResolveFailure } from "../ports/images.ts";

export interface BaseOnPlatform {
  /** As declared. */
  readonly image: string;
  readonly platform: Platform;
}

export interface BaseLookUp<B extends BaseOnPlatform> {
  readonly base: B;
  readonly found: Result<ImageDigest, ResolveFailure>;
}

const atOnce = 8;

/** Asks what each stands for now. Answers stand in the order of the questions. */
export function lookUpBases<B extends BaseOnPlatform>(
  bases: readonly B[],
  resolver: ImageResolver,
  signal: AbortSignal,
): Promise<readonly BaseLookUp<B>[]> {
  return mapSomeAtOnce(bases, async (base) => ({
    base,
    found: await resolver.resolve(base.image, base.platform, signal),
  }));
}

/** `work` on each, a few at once; the results in order. */
export async function mapSomeAtOnce<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results = new Map<number, R>();
  const waiting = items.entries();
  const takeOn = async (): Promise<void> => {
    // All share what is waiting: each takes the next.
    for (const [index, item] of waiting) results.set(index, await work(item));
  };
  await Promise.all(Array.from({ length: atOnce }, takeOn));
  return Array.from(results)
    .sort(([a], [b]) => a - b)
    .map(([, result]) => result);
}
