// Changes of a lock: each gives a new one and touches nothing else.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { emptyLock, entryOf, pinOf, pruneLock, withEntry, withPin } from "../../engine/lock/lock.ts";
import { anyEntry, anyImageDigest, anyLayerName, anyLock, anyPlatform } from "./arbitraries.ts";
import { a, amd64, arm64, b, entry, layer, lockWith } from "./samples.ts";

describe("lock", () => {
  test("an entry that is put in is found, every other stays, the old lock is as it was", () => {
    fc.assert(
      fc.property(anyLock, anyLayerName, anyPlatform, anyEntry, (lock, name, platform, added) => {
        const before = structuredClone(lock);
        const after = withEntry(lock, name, platform, added);
        expect(entryOf(after, name, platform)).toEqual(added);
        for (const [other, platforms] of Object.entries(lock.layers)) {
          for (const [on, old] of Object.entries(platforms)) {
            if (other === name && on === platform) continue;
            expect(after.layers[layer(other)]).toHaveProperty([on], old);
          }
        }
        expect(after.bases).toEqual(lock.bases);
        expect(lock).toEqual(before);
      }),
    );
  });

  test("a pin that is put in is found", () => {
    fc.assert(
      fc.property(anyLock, anyPlatform, anyImageDigest, (lock, platform, digest) => {
        const after = withPin(lock, "debian:trixie-slim", platform, digest);
        expect(pinOf(after, "debian:trixie-slim", platform)).toBe(digest);
        expect(after.layers).toEqual(lock.layers);
      }),
    );
  });

  test("the platforms of one image are pinned one by one", () => {
    const lock = withPin(withPin(emptyLock, "debian", amd64, a), "debian", arm64, b);
    expect(pinOf(lock, "debian", amd64)).toBe(a);
    expect(pinOf(lock, "debian", arm64)).toBe(b);
  });

  test("names that every object inherits are not in a lock", () => {
    expect(entryOf(emptyLock, layer("constructor"), amd64)).toBeUndefined();
    expect(pinOf(emptyLock, "constructor", amd64)).toBeUndefined();
    const added = withEntry(emptyLock, layer("constructor"), amd64, entry({}));
    expect(entryOf(added, layer("constructor"), amd64)).toEqual(entry({}));
  });

  test("what no catalog has any more is pruned", () => {
    const lock = withPin(lockWith({ go: entry({}), rust: entry({}) }), "alpine", amd64, a);
    const pruned = pruneLock(withPin(lock, "debian", amd64, b), new Set(["rust"]), new Set(["debian"]));
    expect(pruned).toEqual(withPin(lockWith({ rust: entry({}) }), "debian", amd64, b));
  });
});
