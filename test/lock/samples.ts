// Small locks for tests: digests that are told apart at a glance, entries with the parts that matter spelt out.

import { type ImageDigest, imageDigest, inputDigest } from "../../engine/core/digest.ts";
import { recipeVersion } from "../../engine/graph/fingerprint.ts";
import { type LayerName, layerName } from "../../schemas/layer-name.ts";
import type { Lock, LockEntry, LockInputs } from "../../schemas/lock.ts";
import { type Platform, platform } from "../../schemas/platform.ts";

/** The digest of one hexadecimal digit, 64 times. */
export function digestOf(digit: string): ImageDigest {
  return imageDigest(`sha256:${digit.repeat(64)}`);
}

export const a = digestOf("a");
export const b = digestOf("b");
export const amd64: Platform = platform.parse("linux/amd64");
export const arm64: Platform = platform.parse("linux/arm64");

export function layer(name: string): LayerName {
  return layerName.parse(name);
}

export function entry(inputs: Partial<LockInputs>, rest: Partial<LockEntry> = {}): LockEntry {
  return {
    input: inputDigest(b),
    image: a,
    sizeBytes: 1000,
    tools: {},
    caches: [],
    inputs: { recipe: recipeVersion, declaration: {}, files: {}, parents: {}, bases: {}, ...inputs },
    ...rest,
  };
}

/** A lock with these entries, all for linux/amd64. */
export function lockWith(entries: Readonly<Record<string, LockEntry>>): Lock {
  const layers = Object.entries(entries).map(([name, each]) => [name, { [amd64]: each }]);
  return { version: 1, bases: {}, layers: Object.fromEntries(layers) };
}
