import { describe, expect, test } from "vitest";
import { nearestRank } from "../../engine/core/percentile.ts";

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => count - index);

describe("nearest rank", () => {
  test("of nothing there is none", () => {
    expect(nearestRank([], 95)).toBeUndefined();
  });

  test.each([
    [1, 1],
    [2, 2],
    [19, 19],
    [20, 19],
    [21, 20],
    [40, 38],
    [100, 95],
  ])("of the numbers up to %d the 95th percentile is %d", (count, expected) => {
    expect(nearestRank(upTo(count), 95)).toBe(expected);
  });

  test("is one of the figures, and leaves their order alone", () => {
    const figures = [5, 0.25, 3];
    expect(nearestRank(figures, 50)).toBe(3);
    expect(figures).toEqual([5, 0.25, 3]);
  });
});
