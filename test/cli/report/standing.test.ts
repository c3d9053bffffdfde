// Of several reasons the one that says most.

import { expect, test } from "vitest";
import { mainReason } from "../../../cli/report/standing.ts";

test.each([
  ["", []],
  ["file-changed", ["file-changed"]],
  ["file-changed, and 1 more reason", ["file-changed", "image-missing"]],
  ["file-changed, and 2 more reasons", ["file-changed", "image-missing", "forced"]],
  // Of what was never built, nothing else needs to be said,
  ["never-built", ["parent-pending", "never-built"]],
  // but what holds it back does.
  ["parent-not-current, and 1 more reason", ["never-built", "parent-not-current"]],
  ["parent-not-current, and 2 more reasons", ["file-changed", "parent-not-current", "image-missing"]],
] as const)("%j of %j", (told, kinds) => {
  expect(
    mainReason(
      kinds.map((kind) => ({ kind })),
      kinds,
    ),
  ).toBe(told);
});
