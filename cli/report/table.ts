// Rows of text as columns, as wide as their widest cell.

import { displayWidth, pad } from "./text-width.ts";

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
  /** Applied after padding, so that colours do not count. */
  readonly paint?: (cell: string, row: number) => string;
}

/** Lines with line ends; columns two spaces apart; a column that is empty in all rows is left out. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  paintTitle: (title: string) => string = (title) => title,
): string {
  const shown = columns
    .map((column, index) => ({ ...column, index, cells: rows.map((row) => row[index] ?? "") }))
    .filter(({ cells, index }) => index === 0 || cells.some((cell) => cell !== ""));
  const laidOut = shown.map((column, position) => {
    // No arguments by the thousand: a table may have more rows than a call takes.
    const width = column.cells.reduce(
      (widest, cell) => Math.max(widest, displayWidth(cell)),
      displayWidth(column.title),
    );
    const isLast = position === shown.length - 1;
    const fit = (cell: string) =>
      column.align === "right" ? pad(cell, width, "left") : isLast ? cell : pad(cell, width);
    return Object.assign(column, { fit });
  });
  const lines = [
    laidOut.map(({ title, fit }) => paintTitle(fit(title))).join("  "),
    ...rows.map((row, rowIndex) =>
      laidOut
        .map(({ fit, index, paint }) => {
          const cell = fit(row[index] ?? "");
          return paint === undefined ? cell : paint(cell, rowIndex);
        })
        .join("  ")
        .trimEnd(),
    ),
  ];
  return `${lines.join("\n")}\n`;
}
