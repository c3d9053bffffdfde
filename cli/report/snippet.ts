// A place in a source text as people read it: path, line and column, the lines themselves, and an underline.

import { pathWithin } from "../../engine/core/shown-path.ts";
import type { Span } from "../../engine/core/source.ts";
import { displayWidth, printable, sliceColumns, truncateEnd } from "./text-width.ts";

export interface Place {
  /** Relative to the root where it lies below it, else absolute. */
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** What the snippet's parts are painted with. */
export interface SnippetPaint {
  readonly gutter: (text: string) => string;
  readonly mark: (text: string) => string;
}

/** Both absolute. */
export interface ShownFrom {
  /** The project: paths below it are shown relative to it. */
  readonly root: string;
  /** Where lamina's own contracts are imported from; the same for paths below it. */
  readonly library?: string | undefined;
}

export interface SnippetOptions extends ShownFrom {
  /** Columns of the gutter's line numbers. */
  readonly gutterWidth: number;
  /** Columns of the whole line. */
  readonly width: number;
  /** The character of the underline. */
  readonly mark: "^" | "-";
  readonly label?: string | undefined;
  /** The place alone, without what stands there. */
  readonly isConcealed?: boolean | undefined;
  readonly paint: SnippetPaint;
}

const tabWidth = 4;
/** Of a longer span only the first lines and the last are shown. */
const maxLines = 6;

/** Where a span stands, ready to be printed: an end of file without text counts as the end of the last line. */
export function locate(span: Span, from: ShownFrom): Place {
  const { start, end } = visibleRange(span);
  const begin = span.file.position(start);
  const to = span.file.position(end);
  return {
    path: placePath(span.file.path, from),
    line: begin.line,
    column: begin.column,
    endLine: to.line,
    endColumn: to.column,
  };
}

function placePath(path: string, { root, library }: ShownFrom): string {
  const within = [root, library].flatMap((folder) =>
    folder === undefined ? [] : (pathWithin(folder, path) ?? []),
  );
  return within.find((each) => each !== "") ?? path;
}

/** Lines from "--> path:line:column" to the underline, for one span. */
export function renderSnippet(span: Span, options: SnippetOptions): string[] {
  const place = locate(span, options);
  const { gutterWidth, paint } = options;
  const bar = paint.gutter(`${" ".repeat(gutterWidth)} |`);
  const numbered = (line: number) => paint.gutter(`${String(line).padStart(gutterWidth)} |`);
  const lines = [
    `${" ".repeat(gutterWidth)}${paint.gutter("-->")} ${printable(place.path)}:${place.line}:${place.column}`,
    bar,
  ];
  if (options.isConcealed === true) return lines.slice(0, 1);
  const label = options.label === undefined ? "" : ` ${printable(options.label)}`;
  if (place.line === place.endLine) {
    const room = Math.max(20, options.width - gutterWidth - 3);
    const { text, column, length } = fit(markedLine(span, place), room);
    lines.push(`${numbered(place.line)} ${text}`.trimEnd());
    lines.push(`${bar} ${" ".repeat(column)}${paint.mark(options.mark.repeat(Math.max(1, length)) + label)}`);
    return lines;
  }
  const room = Math.max(20, options.width - gutterWidth - 5);
  const first = markedLine(span, place);
  const onlyBlanksBefore = first.text.slice(0, first.column).trim() === "";
  const rule = paint.mark("|");
  lines.push(
    `${numbered(place.line)} ${onlyBlanksBefore ? paint.mark("/") : " "} ${cut(first.text, room)}`.trimEnd(),
  );
  if (!onlyBlanksBefore) {
    const underline = `${"_".repeat(Math.min(first.column, room - 1) + 1)}${options.mark}`;
    lines.push(`${bar}  ${paint.mark(underline)}`);
  }
  const between = place.endLine - place.line - 1;
  const shownBetween = between + 2 > maxLines ? maxLines - 3 : between;
  for (let line = place.line + 1; line <= place.line + shownBetween; line++)
    lines.push(`${numbered(line)} ${rule} ${cut(expand(span.file.line(line)), room)}`.trimEnd());
  if (shownBetween < between) lines.push(`${paint.gutter("...".padEnd(gutterWidth + 2))} ${rule}`);
  lines.push(
    `${numbered(place.endLine)} ${rule} ${cut(expand(span.file.line(place.endLine)), room)}`.trimEnd(),
  );
  const lastBefore = beginningOf(span.file.line(place.endLine), place.endColumn - 1);
  const reach = Math.min(room, Math.max(1, displayWidth(expand(lastBefore))));
  lines.push(`${bar} ${paint.mark(`|${"_".repeat(reach)}${options.mark}${label}`)}`);
  return lines;
}

interface MarkedLine {
  readonly text: string;
  /** Columns before the underline, and of it. */
  readonly column: number;
  readonly length: number;
}

function markedLine(span: Span, place: Place): MarkedLine {
  const source = span.file.line(place.line);
  const before = beginningOf(source, place.column - 1);
  const upTo = place.endLine === place.line ? beginningOf(source, place.endColumn - 1) : source;
  const column = displayWidth(expand(before));
  return { text: expand(source), column, length: displayWidth(expand(upTo)) - column };
}

/** Drops what lies outside of a window around the underline, where the line is wider than the room. */
function fit(line: MarkedLine, room: number): MarkedLine {
  if (displayWidth(line.text) <= room) return line;
  const skip = line.column + line.length <= room - 1 ? 0 : Math.max(0, line.column - Math.floor(room / 4));
  const head = skip > 0 ? "…" : "";
  const { text: taken, start } = sliceColumns(line.text, skip, room - 2);
  const tail = start + displayWidth(taken) < displayWidth(line.text) ? "…" : "";
  const column = line.column - start + head.length;
  return {
    text: `${head}${taken}${tail}`,
    column,
    length: Math.max(1, Math.min(line.length, room - column)),
  };
}

function cut(text: string, room: number): string {
  return truncateEnd(text, room);
}

function beginningOf(line: string, codePoints: number): string {
  return Array.from(line).slice(0, codePoints).join("");
}

/** Tabs become spaces up to the next stop and control characters pictures: one printed column for each counted one. */
function expand(line: string): string {
  if (!line.includes("\t")) return printable(line);
  let expanded = "";
  for (const part of line.split(/(\t)/)) {
    if (part === "\t") expanded += " ".repeat(tabWidth - (displayWidth(expanded) % tabWidth));
    else expanded += printable(part);
  }
  return expanded;
}

/** The span without line ends at its own end, and, at the end of a file, moved back to the last line with text. */
function visibleRange(span: Span): { start: number; end: number } {
  const { text } = span.file;
  let end = Math.min(Math.max(span.end, span.start, 0), text.length);
  let start = Math.min(Math.max(span.start, 0), text.length);
  while (end > start && isLineEnd(text[end - 1])) end--;
  if (start === end && text.slice(start).trim() === "") {
    const lineStart = text.lastIndexOf("\n", start - 1) + 1;
    if (text.slice(lineStart, start).trim() === "") {
      start = text.trimEnd().length;
      end = start;
    }
  }
  return { start, end };
}

function isLineEnd(character: string | undefined): boolean {
  return character === "\n" || character === "\r";
}
