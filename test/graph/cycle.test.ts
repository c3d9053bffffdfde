import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { shortestCycle } from "../../engine/graph/cycle.ts";

type Edges = ReadonlyMap<number, readonly number[]>;

function cycleOf(count: number, edges: Edges) {
  const nodes = Array.from({ length: count }, (_, node) => node);
  return shortestCycle(nodes, (node) => edges.get(node) ?? []);
}

describe("shortestCycle", () => {
  test.each<[string, number, [number, number[]][], number[] | undefined]>([
    [
      "none in a diamond",
      4,
      [
        [0, [1, 2]],
        [1, [3]],
        [2, [3]],
      ],
      undefined,
    ],
    ["a node that stands on itself", 2, [[1, [1]]], [1]],
    [
      "the shorter of two",
      5,
      [
        [0, [1]],
        [1, [2]],
        [2, [0]],
        [3, [4]],
        [4, [3]],
      ],
      [3, 4],
    ],
    [
      "a short cut within a longer one",
      4,
      [
        [0, [1]],
        [1, [2]],
        [2, [3, 0]],
        [3, [0]],
      ],
      [0, 1, 2],
    ],
    [
      "of equally short ones the first",
      4,
      [
        [0, [1]],
        [1, [0]],
        [2, [3]],
        [3, [2]],
      ],
      [0, 1],
    ],
  ])("%s", (_, count, edges, expected) => {
    expect(cycleOf(count, new Map(edges))).toEqual(expected);
  });

  const graphs = fc.integer({ min: 1, max: 7 }).chain((count) =>
    fc
      .array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 14 })
      .map((pairs): readonly [number, Edges] => [
        count,
        new Map(
          Array.from(
            Map.groupBy(pairs, ([from]) => from),
            ([from, group]) => [from, [...new Set(group.map(([, to]) => to))]],
          ),
        ),
      ]),
  );

  test("the trail is real, without repetitions, and none is shorter; none is said only where there is none", () => {
    fc.assert(
      fc.property(graphs, ([count, edges]) => {
        const cycle = cycleOf(count, edges);
        const shortest = shortestByPowers(count, edges);
        expect(cycle?.length).toBe(shortest);
        if (cycle === undefined) return;
        expect(new Set(cycle).size).toBe(cycle.length);
        cycle.forEach((node, index) => {
          expect(edges.get(node)).toContain(cycle[(index + 1) % cycle.length]);
        });
      }),
    );
  });
});

/** Walks of exactly n edges from each node, for growing n: the first that comes home. */
function shortestByPowers(count: number, edges: Edges): number | undefined {
  let reached = Array.from({ length: count }, (_, node) => new Set([node]));
  for (let length = 1; length <= count; length++) {
    reached = reached.map((ends) => new Set([...ends].flatMap((end) => edges.get(end) ?? [])));
    if (reached.some((ends, node) => ends.has(node))) return length;
  }
  return undefined;
}
