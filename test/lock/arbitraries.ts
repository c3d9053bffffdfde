// Locks of every kind, for property tests.

import * as fc from "fast-check";
import { type ImageDigest, imageDigest, inputDigest } from "../../engine/core/digest.ts";
import { type LayerName, layerName } from "../../schemas/layer-name.ts";
import type { Lock, LockEntry } from "../../schemas/lock.ts";
import { type Platform, platform } from "../../schemas/platform.ts";

const hexDigit = fc.constantFrom(..."0123456789abcdef".split(""));

function hex(length: number): fc.Arbitrary<string> {
  return fc.string({ unit: hexDigit, minLength: length, maxLength: length });
}

export const anyImageDigest: fc.Arbitrary<ImageDigest> = hex(64).map((digits) =>
  imageDigest(`sha256:${digits}`),
);

export const anyLayerName: fc.Arbitrary<LayerName> = fc
  .oneof(
    fc.constantFrom("constructor", "0", "10", "9", "rust", "rust-deps"),
    fc.stringMatching(/^[a-z0-9]{1,8}([._-][a-z0-9]{1,4}){0,2}$/),
  )
  .map((name) => layerName.parse(name));

export const anyPlatform: fc.Arbitrary<Platform> = fc
  .constantFrom("linux/amd64", "linux/arm64", "linux/arm/v7")
  .map((name) => platform.parse(name));

const anyPath = fc.oneof(
  fc.constantFrom("Dockerfile", "__proto__", "toString", "0", "src/"),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }),
);

/** JSON.stringify writes -0 as 0: a lock has none. */
const anyJson = fc.jsonValue({ depthSize: "small" }).map((value) => JSON.parse(JSON.stringify(value)));

export const anyEntry: fc.Arbitrary<LockEntry> = fc.record({
  input: hex(64).map((digits) => inputDigest(`sha256:${digits}`)),
  image: anyImageDigest,
  sizeBytes: fc.nat(),
  tools: fc.dictionary(fc.string({ minLength: 1 }), fc.string(), { noNullPrototype: true }),
  caches: fc.array(fc.string(), { maxLength: 2 }),
  inputs: fc.record({
    recipe: fc.nat(5),
    declaration: fc.dictionary(fc.string({ minLength: 1 }), anyJson, { maxKeys: 4, noNullPrototype: true }),
    files: fc.dictionary(anyPath, hex(16), { maxKeys: 5, noNullPrototype: true }),
    parents: fc.dictionary(anyLayerName, anyImageDigest, { maxKeys: 3, noNullPrototype: true }),
    bases: fc.dictionary(anyPath, anyImageDigest, { maxKeys: 2, noNullPrototype: true }),
  }),
});

const perPlatform = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Record<Platform, T>> =>
  fc.dictionary(anyPlatform, value, { minKeys: 1, maxKeys: 2, noNullPrototype: true });

export const anyLock: fc.Arbitrary<Lock> = fc.record({
  version: fc.constant(1 as const),
  bases: fc.dictionary(anyPath, perPlatform(anyImageDigest), { maxKeys: 3, noNullPrototype: true }),
  layers: fc.dictionary(anyLayerName, perPlatform(anyEntry), { maxKeys: 4, noNullPrototype: true }),
});
