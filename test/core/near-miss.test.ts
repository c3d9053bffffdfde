// Which name is meant: the nearest within an edit in three letters, and none where nothing is near.

import { expect, test } from "vitest";
import { nearMiss } from "../../engine/core/near-miss.ts";

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
