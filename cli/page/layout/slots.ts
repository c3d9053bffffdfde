// The columns of a layered drawing, filled: a slot for each box, and one for each column that links of a box pass through on
// their way to boxes further right. All links of one box share these bends, so that they run as one trunk and branch off.

import type { Box } from "./ranks.ts";

export interface Slot {
  /** Undefined for a bend. */
  readonly box: Box | undefined;
  readonly rank: number;
  /** Pixels. */
  readonly height: number;
  /** What it is linked to in the column before, and after. */
  readonly before: Slot[];
  readonly after: Slot[];
  /** From the top of its column, from 0; and the same as a share of the column, above 0 and below 1. */
  order: number;
  share: number;
  /** Of its middle, pixels. */
  y: number;
}

export interface Slots {
  /** By rank, each in its order. */
  readonly columns: Slot[][];
  readonly ofBox: ReadonlyMap<Box, Slot>;
  /** The way of a link from column to column, both ends included; only the ends where a trunk is left out. */
  wayOf(parent: Box, child: Box): readonly Slot[];
}

/** Where all trunks together would bend more often, the longest go straight instead. */
const maxBends = 40_000;

/** A slot for each box and bend, boxes in the order given. */
export function fillColumns(
  boxes: readonly Box[],
  heights: { readonly box: number; readonly bend: number },
): Slots {
  const columns: Slot[][] = [];
  const add = (box: Box | undefined, rank: number, height: number): Slot => {
    while (columns.length <= rank) columns.push([]);
    const column = columns[rank] ?? [];
    const slot: Slot = { box, rank, height, before: [], after: [], order: column.length, share: 0, y: 0 };
    column.push(slot);
    return slot;
  };
  const ofBox = new Map(boxes.map((box) => [box, add(box, box.rank, heights.box)]));
  const trunks = new Map<Box, readonly Slot[]>();
  let bendsLeft = maxBends;
  for (const box of boxes.toSorted((a, b) => trunkLength(a) - trunkLength(b))) {
    const start = ofBox.get(box);
    const length = trunkLength(box);
    if (start === undefined || length > bendsLeft) continue;
    bendsLeft -= length;
    const trunk = [start];
    for (let last = start; trunk.length <= length; ) {
      const bend = add(undefined, last.rank + 1, heights.bend);
      link(last, bend);
      trunk.push(bend);
      last = bend;
    }
    trunks.set(box, trunk);
    for (const child of box.children) {
      const end = ofBox.get(child);
      const from = trunk[child.rank - box.rank - 1];
      if (end !== undefined && from !== undefined) link(from, end);
    }
  }
  return {
    columns,
    ofBox,
    wayOf: (parent, child) => {
      const ends = [ofBox.get(parent), ofBox.get(child)].filter((slot) => slot !== undefined);
      const trunk = trunks.get(parent)?.slice(0, child.rank - parent.rank);
      return trunk === undefined ? ends : [...trunk, ...ends.slice(1)];
    },
  };
}

/** In columns between it and the one before its furthest child. */
function trunkLength(box: Box): number {
  return box.children.reduce((longest, { rank }) => Math.max(longest, rank - box.rank - 1), 0);
}

function link(from: Slot, to: Slot): void {
  from.after.push(to);
  to.before.push(from);
}
