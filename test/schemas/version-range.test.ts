// The form of version ranges, which Nickel holds by a pattern as well, lets through only what semver reads.

import { assert, property, stringMatching } from "fast-check";
import semver from "semver";
import { expect, test } from "vitest";
import { versionRangePattern } from "../../schemas/workflow.ts";

test("every range of the form is one that semver reads", () => {
  assert(
    property(stringMatching(versionRangePattern), (range) => {
      expect(semver.validRange(range)).not.toBeNull();
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ">=1.80",
  "^1.2 || ~2.0.1",
  "1.x",
  "*",
  ">= 1.2.3-rc.1 <2",
  "v1.2",
  "=3",
  "~1.2.x",
  "1.0.0-0.a-b",
])("%s is a range", (range) => {
  expect(versionRangePattern.test(range)).toBe(true);
});

test.each(["", "latest", "=>1", "1.2.3.4", "01.2", ">=", "1 ||", "1.2 - 1.3", "*.1", ">*", "1.2-rc"])(
  "%o is none",
  (range) => {
    expect(versionRangePattern.test(range)).toBe(false);
  },
);
