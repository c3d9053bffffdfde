// The last lines of a terminal, redrawn in place: one write a drawing, nothing erased that is not drawn again at once,
// and the cursor back whatever ends the process.

import type { Output } from "../output.ts";
import { displayWidth, truncateEnd } from "./text-width.ts";

const hideCursor = "\x1b[?25l";
const showCursor = "\x1b[?25h";
const eraseToEnd = "\x1b[J";
const eraseLineRest = "\x1b[K";
// Terminals that know it hold the picture back until the end (synchronized output); others ignore it.
const beginUpdate = "\x1b[?2026h";
const endUpdate = "\x1b[?2026l";

export interface LiveLine {
  /** Without control characters: it is cut to the terminal's width. */
  readonly text: string;
  readonly paint: (text: string) => string;
}

export interface LiveArea {
  /** Draws these lines in place of those drawn before. */
  draw(lines: readonly LiveLine[]): void;
  /** Prints text above the area for good; it ends with a line end. */
  print(text: string): void;
  /** Erases the area and gives the cursor back. */
  close(): void;
}

const defaultColumns = 80;

export function openLiveArea(output: Output): LiveArea {
  let drawn: readonly string[] = [];
  let isHidden = false;
  const restore = () => {
    if (isHidden) output.remark(showCursor);
    isHidden = false;
  };
  process.on("exit", restore);

  /** To the beginning of the area. A terminal made narrower since has wrapped its lines. */
  const home = (): string => {
    const columns = output.stderr.columns() ?? defaultColumns;
    const rows = drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(displayWidth(line) / columns)), 0);
    return rows === 0 ? "" : `\x1b[${rows}A\r`;
  };
  const picture = (lines: readonly LiveLine[]): string => {
    const columns = output.stderr.columns() ?? defaultColumns;
    const cut = lines.map(({ text, paint }) => ({ text: truncateEnd(text, columns - 1), paint }));
    drawn = cut.map(({ text }) => text);
    return cut.map(({ text, paint }) => `${paint(text)}${eraseLineRest}\n`).join("");
  };
  let last: readonly LiveLine[] = [];

  return {
    draw: (lines) => {
      const before = home();
      const hide = isHidden ? "" : hideCursor;
      isHidden = true;
      last = lines;
      output.remark(`${beginUpdate}${hide}${before}${picture(lines)}${eraseToEnd}${endUpdate}`);
    },
    print: (text) => {
      const before = home();
      output.remark(`${beginUpdate}${before}${eraseToEnd}${text}${picture(last)}${endUpdate}`);
    },
    close: () => {
      const before = home();
      drawn = [];
      last = [];
      if (before !== "") output.remark(`${before}${eraseToEnd}`);
      restore();
      process.off("exit", restore);
    },
  };
}
