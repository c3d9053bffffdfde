// Indentation of multi-line strings: the least indentation of the lines that hold something is taken from every line,
// blank first and last lines are dropped, and an interpolation that begins its line remembers how much deeper it stands.

import type { Chunk } from "./ast.ts";

const tab = 0x09;
const newline = 0x0a;
const blank = 0x20;

/** The chunks without their common indentation; as many chunks as before. Interpolations count as something. */
export function stripIndentation(chunks: readonly Chunk[]): Chunk[] {
  const least = leastIndentation(chunks);
  const stripped: Chunk[] = [];
  let column = 0;
  let atLineStart = true;
  /** Where in `stripped` the interpolation stands that began the present line. */
  let lineOpener: number | undefined;
  chunks.forEach((chunk, index) => {
    if (chunk.kind === "interpolation") {
      if (atLineStart) {
        stripped.push({ ...chunk, indent: column - least });
        lineOpener = index;
        atLineStart = false;
        return;
      }
      stripped.push(chunk);
      // Two on a line: neither is indented. Plain text behind the first one changes nothing.
      const opener = lineOpener === undefined ? undefined : stripped[lineOpener];
      if (opener?.kind === "interpolation" && lineOpener !== undefined)
        stripped[lineOpener] = { ...opener, indent: 0 };
      lineOpener = undefined;
      return;
    }
    const { text } = chunk;
    let kept = "";
    let from = 0;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === newline) {
        column = 0;
        atLineStart = true;
        lineOpener = undefined;
      } else if (atLineStart && (code === blank || code === tab)) {
        if (column < least) {
          kept += text.slice(from, at);
          from = at + 1;
        }
        column += 1;
      } else atLineStart = false;
    }
    kept += text.slice(from);
    if (index === 0) kept = withoutBlankFirstLine(kept);
    if (index === chunks.length - 1) kept = withoutBlankLastLine(kept);
    stripped.push({ ...chunk, text: kept });
  });
  return stripped;
}

/** Infinity where every line is blank. */
function leastIndentation(chunks: readonly Chunk[]): number {
  let least = Number.POSITIVE_INFINITY;
  let column = 0;
  let atLineStart = true;
  for (const chunk of chunks) {
    if (chunk.kind === "interpolation") {
      if (atLineStart) least = Math.min(least, column);
      atLineStart = false;
      continue;
    }
    const { text } = chunk;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === newline) {
        column = 0;
        atLineStart = true;
      } else if (atLineStart && (code === blank || code === tab)) column += 1;
      else if (atLineStart) {
        least = Math.min(least, column);
        atLineStart = false;
      }
    }
  }
  return least;
}

function isBlank(text: string): boolean {
  return /^[ \t]*$/.test(text);
}

function withoutBlankFirstLine(text: string): string {
  const end = text.indexOf("\n");
  return end !== -1 && isBlank(text.slice(0, end)) ? text.slice(end + 1) : text;
}

function withoutBlankLastLine(text: string): string {
  const start = text.lastIndexOf("\n");
  return start !== -1 && isBlank(text.slice(start + 1)) ? text.slice(0, start) : text;
}
