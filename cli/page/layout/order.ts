// The order of slots within their columns, so that few links cross: barycentres of neighbours, sweeping right and left (Sugiyama,
// Tagawa and Toda 1981), the best order seen kept.

import type { Slot } from "./slots.ts";

const sweeps = 16;

/** Sorts each column in place, and numbers its slots. */
export function reduceCrossings(columns: Slot[][]): void {
  for (const column of columns) number(column);
  let best = countCrossings(columns);
  let bestOrder = columns.map((column) => [...column]);
  for (let sweep = 0; sweep < sweeps && (best > 0 || sweep < 2); sweep += 1) {
    if (sweep % 2 === 0) for (const column of columns) sortByNeighbours(column, (slot) => slot.before);
    else for (const column of columns.toReversed()) sortByNeighbours(column, (slot) => slot.after);
    const crossings = countCrossings(columns);
    if (crossings > best) continue;
    best = crossings;
    bestOrder = columns.map((column) => [...column]);
  }
  for (const [rank, column] of bestOrder.entries()) {
    columns[rank] = column;
    number(column);
  }
}

/** Slots without neighbours on that side stay about where they are. */
function sortByNeighbours(column: Slot[], neighboursOf: (slot: Slot) => readonly Slot[]): void {
  const wishes = new Map(
    column.map((slot) => {
      const neighbours = neighboursOf(slot);
      const sum = neighbours.reduce((total, neighbour) => total + neighbour.share, 0);
      return [slot, neighbours.length === 0 ? slot.share : sum / neighbours.length];
    }),
  );
  column.sort((a, b) => (wishes.get(a) ?? 0) - (wishes.get(b) ?? 0) || a.order - b.order);
  const groups = Map.groupBy(column, (slot) => wishes.get(slot) ?? 0);
  column.splice(0, column.length, ...Array.from(groups.values()).flatMap(putLeavesOutside));
  number(column);
}

/** Of slots that wish for the same place those in the middle from which more goes on, so that it goes on straight. */
function putLeavesOutside(group: readonly Slot[]): readonly Slot[] {
  const { stems = [], leaves = [] } = Object.groupBy(group, ({ after }) =>
    after.length === 0 ? "leaves" : "stems",
  );
  const half = leaves.length >> 1;
  return [...leaves.slice(0, half), ...stems, ...leaves.slice(half)];
}

function number(column: readonly Slot[]): void {
  for (const [order, slot] of column.entries()) {
    slot.order = order;
    slot.share = (order + 0.5) / column.length;
  }
}

/** Over all neighbouring columns, each in O(links x log slots), with a tree of partial sums (Barth, Juenger, Mutzel 2002). */
export function countCrossings(columns: readonly (readonly Slot[])[]): number {
  return columns.reduce((total, column, rank) => total + crossingsAfter(column, columns[rank + 1] ?? []), 0);
}

function crossingsAfter(column: readonly Slot[], next: readonly Slot[]): number {
  const size = next.length;
  const sums = new Int32Array(size + 1);
  let crossings = 0;
  let seen = 0;
  for (const slot of column) {
    const ends = slot.after.map(({ order }) => order).sort((a, b) => a - b);
    for (const end of ends) {
      let notBelow = 0;
      for (let index = end + 1; index > 0; index -= index & -index) notBelow += sums[index] ?? 0;
      crossings += seen - notBelow;
    }
    for (const end of ends)
      for (let index = end + 1; index <= size; index += index & -index) sums[index] = (sums[index] ?? 0) + 1;
    seen += ends.length;
  }
  return crossings;
}
