// What a layer's build can see, hashed: the same inputs give the same digest on every machine.

import type { LayerName } from "../../schemas/layer-name.ts";
import type { LockInputs } from "../../schemas/lock.ts";
import type { Platform } from "../../schemas/platform.ts";
import type { Digest, ImageDigest, InputDigest } from "../core/digest.ts";
import type { Json } from "../nickel/located.ts";

/** Version of this recipe: raised when the meaning of an input digest changes. */
export const recipeVersion = 1;

/** The part of a layer's inputs that its own folder decides. */
export interface OwnInputs {
  readonly layer: LayerName;
  /** Only keys that can change the image or its proof. */
  readonly declaration: Readonly<Record<string, Json>>;
  /** Path relative to the layer's folder, with "/", to a digest over kind, mode and content. Sorted by path. */
  readonly files: ReadonlyMap<string, Digest>;
}

export interface Fingerprint {
  readonly digest: InputDigest;
  /** What stands in the lock, so that a later plan can tell what changed. */
  readonly inputs: LockInputs;
}

export type CombineInputs = (
  own: OwnInputs,
  platform: Platform,
  parents: ReadonlyMap<LayerName, ImageDigest>,
  bases: ReadonlyMap<string, ImageDigest>,
) => Fingerprint;
