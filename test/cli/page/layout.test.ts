// The layered drawing: what holds for every graph, and what makes it good to look at.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Layout, type Link, layOut, type Place } from "../../../cli/page/layout/layout.ts";
import { countCrossings } from "../../../cli/page/layout/order.ts";
import type { Slot } from "../../../cli/page/layout/slots.ts";

/** Boxes 0 to size - 1, with links from lower to higher ones, each pair once. */
const graphs = fc.integer({ min: 1, max: 40 }).chain((size) =>
  fc.record({
    size: fc.constant(size),
    links: fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 120 }).map(linksOf),
  }),
);

function linksOf(pairs: readonly (readonly [number, number])[]): readonly Link[] {
  const links = new Map<string, Link>();
  for (const [a, b] of pairs) if (a < b) links.set(`${a} ${b}`, { from: String(a), to: String(b) });
  return [...links.values()];
}

function draw(size: number, links: readonly Link[], width = 100): Layout {
  return layOut(
    Array.from({ length: size }, (_, index) => ({ id: String(index), width })),
    links,
  );
}

function placeOf(layout: Layout, id: string): Place {
  const place = layout.places.get(id);
  if (place === undefined) throw new Error(`${id} has no place`);
  return place;
}

describe("every graph", () => {
  test("has each box in the frame, none over another, each right of all that it stands on", () => {
    fc.assert(
      fc.property(graphs, ({ size, links }) => {
        const layout = draw(size, links);
        const places = [...layout.places.values()];
        expect(places).toHaveLength(size);
        for (const { x, y, width, height } of places) {
          expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
          expect(x + width).toBeLessThanOrEqual(layout.width);
          expect(y + height).toBeLessThanOrEqual(layout.height);
        }
        for (const { from, to } of links)
          expect(placeOf(layout, to).x).toBeGreaterThan(
            placeOf(layout, from).x + placeOf(layout, from).width,
          );
        for (const column of Map.groupBy(places, ({ column }) => column).values()) {
          const down = column.toSorted((a, b) => a.row - b.row);
          for (const [row, place] of down.entries()) {
            expect(place.row).toBe(row);
            const above = down[row - 1];
            expect(place.y).toBeGreaterThan(above === undefined ? -1 : above.y + above.height);
          }
        }
      }),
    );
  });

  test("has each link from the right edge of one box to the left edge of the other, never backwards", () => {
    fc.assert(
      fc.property(graphs, ({ size, links }) => {
        const layout = draw(size, links);
        for (const [index, { from, to }] of links.entries()) {
          const path = layout.paths[index] ?? "";
          const [start, end] = [placeOf(layout, from), placeOf(layout, to)];
          expect(path.startsWith(`M${start.x + start.width} ${start.y + start.height / 2}C`)).toBe(true);
          expect(path.endsWith(` ${end.x} ${end.y + end.height / 2}`)).toBe(true);
          const xs = (path.match(/[MCH][^MCH]*/g) ?? []).map((step) => {
            const numbers = step.slice(1).split(" ").map(Number);
            return step.startsWith("C") ? numbers[4] : numbers[0];
          });
          expect(xs).toEqual(xs.toSorted((a, b) => (a ?? 0) - (b ?? 0)));
        }
      }),
    );
  });

  test("is drawn the same each time", () => {
    fc.assert(
      fc.property(graphs, ({ size, links }) => {
        expect(draw(size, links)).toEqual(draw(size, links));
      }),
    );
  });
});

test("nothing takes no room", () => {
  expect(draw(0, [])).toEqual({ width: 0, height: 0, places: new Map(), paths: [] });
});

test("a chain is one straight line", () => {
  const links = Array.from({ length: 9 }, (_, index) => ({ from: String(index), to: String(index + 1) }));
  const layout = draw(10, links);
  expect(layout.height).toBe(46);
});

test("a base that a thousand layers stand on is drawn about as wide as a screen, not as one column", () => {
  const links = Array.from({ length: 1000 }, (_, index) => ({ from: "0", to: String(index + 1) }));
  const { width, height } = draw(1001, links);
  expect(width / height).toBeGreaterThan(1);
  expect(width / height).toBeLessThan(2.5);
});

test("what stands on nothing stands next to what stands on it", () => {
  const links = [
    { from: "0", to: "2" },
    { from: "2", to: "3" },
    { from: "1", to: "3" },
  ];
  const layout = draw(4, links);
  expect(placeOf(layout, "1").column).toBe(1);
});

test("a tree has no crossings, and a parent stands level with the middle of its children", () => {
  const links = [
    { from: "0", to: "1" },
    { from: "0", to: "2" },
    { from: "1", to: "3" },
    { from: "2", to: "4" },
    { from: "1", to: "5" },
    { from: "2", to: "6" },
  ];
  const layout = draw(7, links);
  const yOf = (id: string) => placeOf(layout, id).y;
  expect(Math.sign(yOf("1") - yOf("2"))).toBe(Math.sign(yOf("3") - yOf("4")));
  expect(Math.sign(yOf("1") - yOf("2"))).toBe(Math.sign(yOf("5") - yOf("6")));
  expect(Math.abs(yOf("1") - (yOf("3") + yOf("5")) / 2)).toBeLessThan(1);
  expect(Math.abs(yOf("0") - (yOf("1") + yOf("2")) / 2)).toBeLessThan(1);
});

function columnOf(rank: number): Slot[] {
  return Array.from({ length: 8 }, (_, order) => ({
    box: undefined,
    rank,
    height: 1,
    before: [],
    after: [],
    order,
    share: 0,
    y: 0,
  }));
}

test("crossings are counted as drawn", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { maxLength: 30 }), (pairs) => {
      const [left, right] = [columnOf(0), columnOf(1)];
      for (const [from, to] of pairs) {
        const end = right[to];
        if (end !== undefined) left[from]?.after.push(end);
      }
      const crossing = pairs.flatMap(([a, b], index) =>
        pairs.slice(index + 1).filter(([c, d]) => (a - c) * (b - d) < 0),
      );
      expect(countCrossings([left, right])).toBe(crossing.length);
    }),
  );
});
