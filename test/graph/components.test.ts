import * as fc from "fast-check";
import { expect, test } from "vitest";
import { findKnots } from "../../engine/graph/components.ts";

type Edges = ReadonlyMap<number, readonly number[]>;

/** All nodes that are reached by one edge or more. */
function reach(from: number, edges: Edges): ReadonlySet<number> {
  const reached = new Set<number>();
  const pending = [...(edges.get(from) ?? [])];
  for (let node = pending.pop(); node !== undefined; node = pending.pop())
    if (!reached.has(node)) {
      reached.add(node);
      pending.push(...(edges.get(node) ?? []));
    }
  return reached;
}

test("two nodes are in one knot if each reaches the other; a node is in one if it reaches itself", () => {
  const graphs = fc.integer({ min: 1, max: 9 }).chain((count) =>
    fc.tuple(
      fc.constant(Array.from({ length: count }, (_, node) => node)),
      fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 20 }).map((pairs): Edges => {
        const groups = Map.groupBy(pairs, ([from]) => from);
        return new Map(Array.from(groups, ([from, group]) => [from, group.map(([, to]) => to)]));
      }),
    ),
  );
  fc.assert(
    fc.property(graphs, ([nodes, edges]) => {
      const reached = new Map(nodes.map((node) => [node, reach(node, edges)]));
      const expected = nodes
        .map((node) =>
          nodes.filter((other) => reached.get(node)?.has(other) && reached.get(other)?.has(node)),
        )
        .filter((knot, node) => knot[0] === node);
      const knots = findKnots(nodes, (node) => edges.get(node) ?? []);
      expect(knots.toSorted((a, b) => (a[0] ?? 0) - (b[0] ?? 0))).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});

test("a chain of a hundred thousand nodes is walked without recursion", () => {
  const nodes = Array.from({ length: 100_000 }, (_, node) => node);
  expect(findKnots(nodes, (node) => (node + 1 < nodes.length ? [node + 1] : []))).toEqual([]);
  expect(findKnots(nodes, (node) => [(node + 1) % nodes.length])).toEqual([nodes]);
});
