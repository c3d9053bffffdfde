// Whether the image that the lock remembers of a layer is what a build would make now, and if not, why.

import type { LayerName } from "../../schemas/layer-name.ts";
import type { LockEntry } from "../../schemas/lock.ts";
import type { Platform } from "../../schemas/platform.ts";
import type { ImageDigest, InputDigest } from "../core/digest.ts";
import { combineInputs, type OwnInputs } from "../graph/fingerprint.ts";
import { compareInputs } from "./compare-inputs.ts";
import type { Reason } from "./step.ts";

export interface Circumstances {
  readonly own: OwnInputs;
  readonly platform: Platform;
  /** Every parent; undefined where its image is not known before it is built. */
  readonly parents: ReadonlyMap<LayerName, ImageDigest | undefined>;
  /** Every external base; undefined where it is pinned to nothing yet. */
  readonly bases: ReadonlyMap<string, ImageDigest | undefined>;
  readonly entry: LockEntry | undefined;
  readonly holds: (image: ImageDigest) => boolean;
  readonly forced: boolean;
}

export type Freshness =
  | { readonly kind: "current"; readonly inputDigest: InputDigest; readonly image: ImageDigest }
  /** `inputDigest` is null while a parent or a base is pending. */
  | {
      readonly kind: "stale";
      readonly inputDigest: InputDigest | null;
      readonly reasons: readonly Reason[];
    };

/**
 * Judges one layer on one platform. Reasons stand in order: forced, what changed of its own, parents, bases, a missing
 * image.
 */
export function judgeFreshness(circumstances: Circumstances): Freshness {
  const { own, platform, entry, holds } = circumstances;
  const parents = known(circumstances.parents);
  const bases = known(circumstances.bases);
  const pending = { parents: missing(circumstances.parents), bases: missing(circumstances.bases) };
  const { digest, inputs } = combineInputs(own, platform, parents, bases);
  const settled = pending.parents.size === 0 && pending.bases.size === 0;
  const inputDigest = settled ? digest : null;

  const reasons: Reason[] = circumstances.forced ? [{ kind: "forced" }] : [];
  if (entry === undefined) reasons.push({ kind: "never-built" });
  else {
    const differences = compareInputs(entry.inputs, inputs, pending);
    reasons.push(...differences);
    if (settled && differences.length === 0 && entry.input !== digest)
      reasons.push({ kind: "digest-changed", was: entry.input, is: digest });
  }
  for (const parent of pending.parents) reasons.push({ kind: "parent-pending", parent });
  for (const image of pending.bases) reasons.push({ kind: "base-unpinned", image });
  if (entry !== undefined && reasons.every(maySettle) && !holds(entry.image))
    reasons.push({ kind: "image-missing", image: entry.image });

  if (entry !== undefined && reasons.length === 0)
    return { kind: "current", inputDigest: digest, image: entry.image };
  return { kind: "stale", inputDigest, reasons };
}

/** Whether the step may still turn out to be a reuse once what is pending is known. */
function maySettle(reason: Reason): boolean {
  return reason.kind === "parent-pending" || reason.kind === "base-unpinned";
}

function known<K>(digests: ReadonlyMap<K, ImageDigest | undefined>): ReadonlyMap<K, ImageDigest> {
  const found = new Map<K, ImageDigest>();
  for (const [key, digest] of digests) if (digest !== undefined) found.set(key, digest);
  return found;
}

function missing<K>(digests: ReadonlyMap<K, ImageDigest | undefined>): ReadonlySet<K> {
  return new Set(Array.from(digests.keys()).filter((key) => digests.get(key) === undefined));
}
