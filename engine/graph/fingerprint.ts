// What a layer's build can see, hashed: the same inputs give the same digest on every machine.

import type { LayerName } from "../../schemas/layer-name.ts";
import type { LockInputs } from "../../schemas/lock.ts";
import type { Platform } from "../../schemas/platform.ts";
import type { Layer } from "../catalog/layer.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { Digest, ImageDigest, InputDigest } from "../core/digest.ts";
import type { Files } from "../core/host.ts";
import type { Result } from "../core/result.ts";
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

/** Reads and hashes what a build of the layer can see of its own folder. Diagnostics name files that cannot be read. */
export function readOwnInputs(layer: Layer, files: Files): Result<OwnInputs, readonly Diagnostic[]> {
  void layer;
  void files;
  throw new Error("not yet");
}

/** The input digest of a layer on a platform, standing on these images. */
export function combineInputs(
  own: OwnInputs,
  platform: Platform,
  parents: ReadonlyMap<LayerName, ImageDigest>,
  bases: ReadonlyMap<string, ImageDigest>,
): Fingerprint {
  void own;
  void platform;
  void parents;
  void bases;
  throw new Error("not yet");
}
