// What was found out about external images: pinned to what, standing for what now, and since when.

import type { ImageDigest } from "../../engine/core/digest.ts";
import type { LockFile } from "../../engine/lock/lock-file.ts";
import type { BaseUse } from "../../engine/plan/base-uses.ts";
import type { ImageInspector, ResolveFailure } from "../../engine/ports/images.ts";
import { type BaseLookUp, mapSomeAtOnce } from "../../engine/run/look-up-bases.ts";

export interface BaseNews {
  readonly use: BaseUse;
  readonly pinned: ImageDigest | undefined;
  readonly now: ImageDigest | ResolveFailure;
  /** When they were made, in milliseconds since the epoch, where their configuration tells; asked only of one that moved. */
  readonly pinnedCreatedMs: number | undefined;
  readonly nowCreatedMs: number | undefined;
}

/** Dates are asked for only of those that moved. */
export function describeBases(
  answers: readonly BaseLookUp<BaseUse>[],
  lock: Pick<LockFile, "pinOf">,
  inspector: ImageInspector,
  signal: AbortSignal,
): Promise<readonly BaseNews[]> {
  return mapSomeAtOnce(answers, async ({ base: use, found }) => {
    const pinned = lock.pinOf(use.image, use.platform);
    const now = found.ok ? found.value : found.error;
    const askedOf = (digest: BaseNews["now"] | undefined) =>
      typeof digest === "string" && typeof now === "string" && pinned !== now
        ? inspector.createdAt(use.image, digest, signal)
        : undefined;
    const [pinnedCreatedMs, nowCreatedMs] = await Promise.all([askedOf(pinned), askedOf(now)]);
    return { use, pinned, now, pinnedCreatedMs, nowCreatedMs };
  });
}

/** Whether it was pinned, and stands for something else now. */
export function isMoved({ pinned, now }: BaseNews): boolean {
  return pinned !== undefined && typeof now === "string" && pinned !== now;
}
