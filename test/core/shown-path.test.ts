// Paths as people are shown them.

import { expect, test } from "vitest";
import { pathWithin, shownPath } from "../../engine/core/shown-path.ts";

test.each([
  ["/project/catalog/a", "catalog/a", "catalog/a"],
  ["/project", "", "."],
  ["/project/..a/b", "..a/b", "..a/b"],
  ["/projects/a", undefined, "/projects/a"],
  ["/", undefined, "/"],
  ["/etc/passwd", undefined, "/etc/passwd"],
])("%s from /project", (file, within, shown) => {
  expect(pathWithin("/project", file)).toBe(within);
  expect(shownPath("/project", file)).toBe(shown);
});
