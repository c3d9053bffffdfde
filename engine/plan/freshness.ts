// Whether the image that the lock remembers of a layer is what a build would make now, and if not, why.

import type { LayerName } from "../../schemas/layer-name.ts";
import type { LockEntry } from "../../schemas/lock.ts";
import type { Platform } from "../../schemas/platform.ts";
import type { ImageDigest, InputDigest } from "../core/digest.ts";
import { combineInputs, lockInputsOf, type OwnInputs } from "../graph/fingerprint.ts";
import { compareInputs } from "./compare-inputs.ts";
import type { Reason } from "./step.ts";

export interface Circumstances {
  readonly own: OwnInputs;
  readonly platform: Platform;
  /** Every parent; undefined where its image is not known before it is built. */
  readonly parents: ReadonlyMap<LayerName, ImageDigest | undefined>;
  /** What the lock has of a parent that is to be built, if anything. */
  readonly lockedImage: (parent: LayerName) => ImageDigest | undefined;
  /** Every external base; undefined where it is pinned to nothing yet. */
  readonly bases: ReadonlyMap<string, ImageDigest | undefined>;
  readonly entry: LockEntry | undefined;
  readonly holds: (image: ImageDigest) => boolean;
  readonly forced: boolean;
}

export type Freshness =
  | { readonly kind: "current"; readonly inputDigest: InputDigest; readonly image: ImageDigest }
  | {
      readonly kind: "stale";
      /** null while a parent or a base is pending. */
      readonly inputDigest: InputDigest | null;
      readonly reasons: readonly Reason[];
      /** See `Step`. */
      readonly mayBeReused: boolean;
    };

/**
 * Judges one layer on one platform. Reasons stand in order: forced, what changed of its own, parents, bases, a missing
 * image. Inputs are compared piece by piece only where their digest is not the lock's.
 */
export function judgeFreshness(circumstances: Circumstances): Freshness {
  const { own, platform, entry, holds, forced } = circumstances;
  const parents = known(circumstances.parents);
  const bases = known(circumstances.bases);
  const settled = parents.size === circumstances.parents.size && bases.size === circumstances.bases.size;
  const digest = settled ? combineInputs(own, platform, parents, bases) : null;
  // If all that is pending comes out as it was.
  const likely = digest ?? digestIfUnchanged(circumstances);
  const isSame = entry !== undefined && entry.input === likely;
  if (entry !== undefined && digest !== null && isSame && !forced && holds(entry.image))
    return { kind: "current", inputDigest: digest, image: entry.image };

  const pending = { parents: missing(circumstances.parents), bases: missing(circumstances.bases) };
  const reasons: Reason[] = forced ? [{ kind: "forced" }] : [];
  if (entry === undefined) reasons.push({ kind: "never-built" });
  else if (!isSame) {
    const differences = compareInputs(entry.inputs, lockInputsOf(own, parents, bases), pending);
    reasons.push(...differences);
    if (digest !== null && differences.length === 0)
      reasons.push({ kind: "digest-changed", was: entry.input, is: digest });
  }
  for (const parent of pending.parents) reasons.push({ kind: "parent-pending", parent });
  for (const image of pending.bases) reasons.push({ kind: "base-unpinned", image });
  // Of an image that is replaced in any case it does not matter where it is.
  const isHeld = entry === undefined || !reasons.every(maySettle) || holds(entry.image);
  if (!isHeld) reasons.push({ kind: "image-missing", image: entry.image });
  return { kind: "stale", inputDigest: digest, reasons, mayBeReused: isSame && isHeld && !forced };
}

/** undefined where nothing is remembered of something that is pending. */
function digestIfUnchanged(circumstances: Circumstances): InputDigest | undefined {
  const { own, platform, entry, lockedImage } = circumstances;
  const lockedBases = new Map(Object.entries(entry?.inputs.bases ?? {}));
  const parents = fill(circumstances.parents, lockedImage);
  const bases = fill(circumstances.bases, (image) => lockedBases.get(image));
  return parents === undefined || bases === undefined
    ? undefined
    : combineInputs(own, platform, parents, bases);
}

/** Whether the step may still turn out to be a reuse once what is pending is known. */
function maySettle(reason: Reason): boolean {
  return reason.kind === "parent-pending" || reason.kind === "base-unpinned";
}

/** With what is missing taken from `find`; undefined where that has not all of it. */
function fill<K>(
  digests: ReadonlyMap<K, ImageDigest | undefined>,
  find: (key: K) => ImageDigest | undefined,
): ReadonlyMap<K, ImageDigest> | undefined {
  const filled = new Map<K, ImageDigest>();
  for (const [key, digest] of digests) {
    const found = digest ?? find(key);
    if (found === undefined) return undefined;
    filled.set(key, found);
  }
  return filled;
}

function known<K>(digests: ReadonlyMap<K, ImageDigest | undefined>): ReadonlyMap<K, ImageDigest> {
  const found = new Map<K, ImageDigest>();
  for (const [key, digest] of digests) if (digest !== undefined) found.set(key, digest);
  return found;
}

function missing<K>(digests: ReadonlyMap<K, ImageDigest | undefined>): ReadonlySet<K> {
  return new Set(Array.from(digests.keys()).filter((key) => digests.get(key) === undefined));
}
