// Locks merged: what one side changed is taken, what both changed is decided by rule, and what comes out is a lock.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { emptyLock, withEntry, withPin } from "../../engine/lock/lock.ts";
import { mergeLocks } from "../../engine/lock/merge-locks.ts";
import { parseLock } from "../../engine/lock/parse-lock.ts";
import { serializeLock } from "../../engine/lock/serialize-lock.ts";
import type { Lock } from "../../schemas/lock.ts";
import { anyLock } from "./arbitraries.ts";
import { a, amd64, arm64, b, digestOf, entry, layer, lockWith } from "./samples.ts";

const keepOurs = { contestedEntries: "ours" } as const;
const keepNone = { contestedEntries: "none" } as const;
const c = digestOf("c");

/** Nothing in it stands on an external image, so that no pin is kept for that. */
const anyFreeLock = anyLock.map(
  (lock): Lock => ({
    ...lock,
    layers: Object.fromEntries(
      Object.entries(lock.layers).map(([name, platforms]) => [
        name,
        Object.fromEntries(
          Object.entries(platforms).map(([platform, each]) => [
            platform,
            { ...each, inputs: { ...each.inputs, bases: {} } },
          ]),
        ),
      ]),
    ),
  }),
);

describe("laws", () => {
  test("what one side changed is taken, and what both changed alike", () => {
    fc.assert(
      fc.property(anyFreeLock, anyFreeLock, (base, changed) => {
        const expected = { lock: changed, contested: [] };
        expect(mergeLocks(base, changed, base, keepOurs)).toEqual(expected);
        expect(mergeLocks(base, base, changed, keepOurs)).toEqual(expected);
        expect(mergeLocks(base, changed, changed, keepNone)).toEqual(expected);
      }),
    );
  });

  test("whatever is merged, a lock comes out, with nothing that no side has", () => {
    fc.assert(
      fc.property(
        anyLock,
        anyLock,
        anyLock,
        fc.constantFrom(keepOurs, keepNone),
        (base, ours, theirs, rules) => {
          const { lock } = mergeLocks(base, ours, theirs, rules);
          expect(parseLock(serializeLock(lock), "/lamina.lock")).toEqual({ ok: true, value: lock });
          for (const [name, platforms] of Object.entries(lock.layers))
            for (const [platform, each] of Object.entries(platforms)) {
              const sides = [ours, theirs].map((side) =>
                new Map(Object.entries(side.layers)).get(layer(name)),
              );
              expect(sides.map((side) => new Map(Object.entries(side ?? {})).get(platform))).toContainEqual(
                each,
              );
            }
        },
      ),
    );
  });

  test("the sides may be swapped where nothing is contested", () => {
    fc.assert(
      fc.property(anyLock, anyLock, anyLock, (base, ours, theirs) => {
        const merged = mergeLocks(base, ours, theirs, keepOurs);
        fc.pre(merged.contested.length === 0);
        expect(mergeLocks(base, theirs, ours, keepOurs).contested).toEqual([]);
      }),
    );
  });
});

function rebuilt(lock: Lock, name: string, image: typeof a): Lock {
  return withEntry(lock, layer(name), amd64, entry({}, { image }));
}

describe("rules", () => {
  const base = withPin(lockWith({ go: entry({}), rust: entry({}) }), "debian", amd64, a);

  test("layers and bases that each side changed alone", () => {
    const ours = rebuilt(base, "go", b);
    const theirs = withPin(withPin(rebuilt(base, "rust", c), "debian", arm64, c), "alpine", amd64, b);
    expect(mergeLocks(base, ours, theirs, keepOurs)).toEqual({
      lock: rebuilt(theirs, "go", b),
      contested: [],
    });
  });

  test("a layer that both built: ours, or none", () => {
    const ours = rebuilt(base, "go", b);
    const theirs = rebuilt(base, "go", c);
    const contested = [{ kind: "layer", name: "go", platform: amd64 }];
    expect(mergeLocks(base, ours, theirs, keepOurs)).toEqual({ lock: ours, contested });
    const without = withPin(lockWith({ rust: entry({}) }), "debian", amd64, a);
    expect(mergeLocks(base, ours, theirs, keepNone)).toEqual({ lock: without, contested });
  });

  test("a base that both pinned anew is ours", () => {
    const ours = withPin(base, "debian", amd64, b);
    const theirs = withPin(base, "debian", amd64, c);
    const contested = [{ kind: "base", name: "debian", platform: amd64 }];
    expect(mergeLocks(base, ours, theirs, keepNone)).toEqual({ lock: ours, contested });
  });

  test("what one side took out stays out, also where the other built it again", () => {
    const without = withPin(lockWith({ rust: entry({}) }), "debian", amd64, a);
    expect(mergeLocks(base, without, rebuilt(base, "go", b), keepOurs)).toEqual({
      lock: without,
      contested: [],
    });
    expect(mergeLocks(base, rebuilt(base, "go", b), without, keepOurs)).toEqual({
      lock: without,
      contested: [],
    });
  });

  test("a pin that one side dropped stays where a layer of the other stands on it", () => {
    const ours = lockWith({ go: entry({}), rust: entry({}) });
    const theirs = withEntry(base, layer("new"), amd64, entry({ bases: { debian: a } }));
    expect(mergeLocks(base, ours, theirs, keepOurs).lock).toEqual(theirs);
  });

  test("without a common lock everything of both is taken", () => {
    const ours = lockWith({ go: entry({}) });
    const theirs = lockWith({ rust: entry({}) });
    expect(mergeLocks(emptyLock, ours, theirs, keepOurs)).toEqual({
      lock: lockWith({ go: entry({}), rust: entry({}) }),
      contested: [],
    });
  });
});
