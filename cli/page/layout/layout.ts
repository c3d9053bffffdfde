// A layered drawing of a DAG, left to right: boxes and the links between them in, places and paths out. Pure, the same for the
// same input, fast enough for thousands of boxes: columns, then orders, then heights (Sugiyama's steps).

import { placeSlots } from "./heights.ts";
import { reduceCrossings } from "./order.ts";
import { assignRanks, type Box } from "./ranks.ts";
import { fillColumns, type Slot } from "./slots.ts";

/** `to` stands on `from`, and comes out right of it. */
export interface Link {
  readonly from: string;
  readonly to: string;
}

export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** From the left, and from the top among the boxes of its column; from 0. */
  readonly column: number;
  readonly row: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly places: ReadonlyMap<string, Place>;
  /** SVG path data, in the order of the links given. */
  readonly paths: readonly string[];
}

const heights = { box: 46, bend: 2 } as const;
const rowGap = 14;
const bendGap = 7;
/** Of width to height, about that of a screen. */
const aspect = 1.7;
const minColumnLength = 12;

/** `boxes` come parents before children, and links name boxes among them, each pair once. */
export function layOut(boxes: readonly Pick<Box, "id" | "width">[], links: readonly Link[]): Layout {
  const byId = new Map(
    boxes.map(({ id, width }): [string, Box] => [id, { id, width, parents: [], children: [], rank: 0 }]),
  );
  const ends = links.map((link) => {
    const [from, to] = [byId.get(link.from), byId.get(link.to)];
    if (from === undefined || to === undefined) throw new Error(`no box ${link.from} or ${link.to}`);
    from.children.push(to);
    to.parents.push(from);
    return { from, to };
  });
  const all = [...byId.values()];
  assignRanks(all, columnLength(all));
  const filled = fillColumns(all, heights);
  const { columns } = filled;
  reduceCrossings(columns);
  placeSlots(columns, (above, below) =>
    above.box === undefined || below.box === undefined ? bendGap : rowGap,
  );

  const spans = spanColumns(columns);
  const slots = columns.flat();
  const top = slots.reduce(
    (least, { y, height }) => Math.min(least, y - height / 2),
    Number.POSITIVE_INFINITY,
  );
  const bottom = slots.reduce((most, { y, height }) => Math.max(most, y + height / 2), top);
  const places = new Map<string, Place>();
  for (const [column, members] of columns.entries()) {
    const { left, right } = spanOf(spans, column);
    let row = 0;
    for (const { box, y, height } of members) {
      if (box === undefined) continue;
      places.set(box.id, {
        x: left,
        y: round(y - height / 2 - top),
        width: right - left,
        height,
        column,
        row,
      });
      row += 1;
    }
  }
  return {
    width: spans.at(-1)?.right ?? 0,
    height: slots.length === 0 ? 0 : round(bottom - top),
    places,
    paths: ends.map(({ from, to }) => drawPath(filled.wayOf(from, to), spans, top)),
  };
}

/** So many boxes to a column that the whole is about as wide as a screen for its height. */
function columnLength(boxes: readonly Box[]): number {
  const meanWidth = boxes.reduce((sum, { width }) => sum + width, 0) / Math.max(1, boxes.length);
  const area = boxes.length * (meanWidth + minColumnGap) * (heights.box + rowGap);
  return Math.max(minColumnLength, Math.ceil(Math.sqrt(area / aspect) / (heights.box + rowGap)));
}

interface Span {
  readonly left: number;
  readonly right: number;
}

const minColumnGap = 56;
const maxColumnGap = 200;

/** From left to right; the more links pass between two columns, the more room for them. */
function spanColumns(columns: readonly (readonly Slot[])[]): readonly Span[] {
  let left = 0;
  return columns.map((column) => {
    const width = column.reduce((widest, { box }) => Math.max(widest, box?.width ?? 0), 0);
    const passing = column.reduce((sum, { after }) => sum + after.length, 0);
    const span = { left, right: left + width };
    left = span.right + Math.min(maxColumnGap, minColumnGap + Math.round(4 * Math.sqrt(passing)));
    return span;
  });
}

function spanOf(spans: readonly Span[], rank: number): Span {
  return spans[rank] ?? { left: 0, right: 0 };
}

/** A curve from column to column, straight through the columns between. */
function drawPath(way: readonly Slot[], spans: readonly Span[], top: number): string {
  const [start, ...rest] = way;
  if (start === undefined) return "";
  let [x, y] = [spanOf(spans, start.rank).right, round(start.y - top)];
  let path = `M${x} ${y}`;
  for (const slot of rest) {
    const { left, right } = spanOf(spans, slot.rank);
    const nextY = round(slot.y - top);
    const middle = round((x + left) / 2);
    path += `C${middle} ${y} ${middle} ${nextY} ${left} ${nextY}`;
    if (slot.box === undefined) path += `H${right}`;
    [x, y] = [right, nextY];
  }
  return path;
}

/** Half pixels are fine enough, and short to write. */
function round(pixels: number): number {
  return Math.round(pixels * 2) / 2;
}
