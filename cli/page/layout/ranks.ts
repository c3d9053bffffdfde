// In which column each box of a layered drawing stands: always right of all that it stands on, and no column longer
// than is good to look at.

export interface Box {
  readonly id: string;
  /** Pixels, that of its text: boxes of a column are all as wide as its widest. */
  readonly width: number;
  readonly parents: Box[];
  readonly children: Box[];
  /** Column from the left, from 0. */
  rank: number;
}

/**
 * List scheduling with a bound on the width, as in Coffman and Graham's layering: column by column, of what is free those first
 * that have the longest way ahead of them, else in the order given. What stands on nothing moves right, next to what stands on
 * it. `boxes` come parents before children.
 */
export function assignRanks(boxes: readonly Box[], maxPerColumn: number): void {
  const ahead = new Map<Box, number>();
  for (const box of boxes.toReversed())
    ahead.set(
      box,
      box.children.reduce((longest, child) => Math.max(longest, (ahead.get(child) ?? 0) + 1), 0),
    );
  const waitingFor = new Map(boxes.map((box) => [box, box.parents.length]));
  let free = boxes.filter((box) => box.parents.length === 0);
  for (let rank = 0; free.length > 0; rank += 1) {
    free.sort((a, b) => (ahead.get(b) ?? 0) - (ahead.get(a) ?? 0));
    const column = free.slice(0, maxPerColumn);
    free = free.slice(maxPerColumn);
    for (const box of column) {
      box.rank = rank;
      for (const child of box.children) {
        const left = (waitingFor.get(child) ?? 0) - 1;
        waitingFor.set(child, left);
        if (left === 0) free.push(child);
      }
    }
  }
  for (const box of boxes)
    if (box.parents.length === 0 && box.children.length > 0)
      box.rank =
        box.children.reduce((least, { rank }) => Math.min(least, rank), Number.POSITIVE_INFINITY) - 1;
}
