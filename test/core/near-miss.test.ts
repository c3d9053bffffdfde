// Which name is meant: the nearest within an edit in three letters, and none where nothing is near.

import { expect, test } from "vitest";
import { KnownNames, nearMiss } from "../../engine/core/near-miss.ts";

const fields = ["name", "kind", "build_base", "tools_provided", "tools_required", "secrets"];

test.each([
  ["tool_provided", "tools_provided"],
  ["tools_requried", "tools_required"],
  ["secret", "secrets"],
  ["Name", "name"],
  ["nmae", "name"],
  ["build-base", "build_base"],
])("%s means %s", (word, meant) => {
  expect(nearMiss(word, fields)).toBe(meant);
});

test.each(["", "x", "tools", "entirely_else"])("%o means nothing known", (word) => {
  expect(nearMiss(word, fields)).toBeUndefined();
});

test("a known word is no near miss of itself", () => {
  expect(nearMiss("name", ["name"])).toBeUndefined();
});

test("of two that are as near the first is meant", () => {
  expect(nearMiss("bat", ["cat", "hat"])).toBe("cat");
});

test("known names have the near misses that a search finds, in the order of the names", () => {
  const names = new KnownNames(["hat", "cat", "secrets"]);
  expect(names.sorted).toEqual(["cat", "hat", "secrets"]);
  expect([names.has("cat"), names.has("bat")]).toEqual([true, false]);
  expect(["bat", "bat", "secret", "entirely_else"].map((name) => names.near(name))).toEqual([
    "cat",
    "cat",
    "secrets",
    undefined,
  ]);
});

test.each([
  ["layer-0123x", "layer-0123", true],
  ["abxcd-suffix", "abyxcd-suffix", true],
  ["ab-cd", "ba-cd", true],
  ["same-start-aaaa", "same-start-bbbbbb", false],
])("what both begin and end with does not count: %s, %s", (word, known, isNear) => {
  expect(nearMiss(word, [known])).toBe(isNear ? known : undefined);
});
