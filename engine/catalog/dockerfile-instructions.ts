// A Dockerfile's text cut into instructions, each character with its place in the file: continued lines joined, comments
// and here-documents taken out, flags split off. Follows frontend/dockerfile/parser of BuildKit 0.34, quirks included.

import type { SourceFile, Span } from "../core/source.ts";

/** Text of a file put together from pieces: `offsets[i]` is where its i-th code unit stands in the file. */
export interface PlacedText {
  readonly text: string;
  readonly offsets: readonly number[];
}

/** A flag such as --from=rust; `value` is undefined for a flag without "=". Quotes and escapes are resolved. */
export interface Flag {
  readonly name: string;
  readonly value: PlacedText | undefined;
  readonly span: Span;
}

export interface Instruction {
  /** In capitals. */
  readonly keyword: string;
  readonly keywordSpan: Span;
  /** Keyword to the end of its last line, here-documents left out. */
  readonly span: Span;
  readonly flags: readonly Flag[];
  /** What follows the flags, trimmed. */
  readonly rest: PlacedText;
  /** The texts of its here-documents, to the byte. */
  readonly heredocs: readonly string[];
}

export interface InstructionFault {
  readonly message: string;
  readonly span: Span;
}

export interface Instructions {
  readonly instructions: readonly Instruction[];
  /** "\\" or "`". */
  readonly escape: string;
  readonly faults: readonly InstructionFault[];
}

/** Cuts a Dockerfile into instructions. `# syntax=` and `# check=` are read over; `# escape=` is heard. */
export function readInstructions(file: SourceFile): Instructions {
  const faults: InstructionFault[] = [];
  const instructions: Instruction[] = [];
  const lines = splitLines(file.text);
  const escape = escapeDirective(file, lines, faults);
  let next = 0;
  while (next < lines.length) {
    const first = at(lines, next++);
    let piece = isComment(first.text) ? empty : trimStart(first);
    if (piece.text === "") continue;
    let continued = continues(piece.text, escape);
    if (continued) piece = withoutContinuation(piece, escape);
    const pieces = [piece];
    while (continued && next < lines.length) {
      const line = at(lines, next++);
      if (isComment(line.text) || line.text.trim() === "") continue;
      continued = continues(line.text, escape);
      pieces.push(continued ? withoutContinuation(line, escape) : line);
    }
    const logical = trimEnd(trimStart(join(pieces)));
    if (logical.text === "") {
      faults.push({
        message: `a ${escape} that continues nothing`,
        span: spanOf(file, trimEnd(trimStart(first))),
      });
      continue;
    }
    const instruction = cut(file, logical, escape);
    const heredocs: string[] = [];
    instructions.push({ ...instruction, heredocs });
    for (const heredoc of heredocsOf(instruction)) {
      const start = lineStart(file, next);
      let closed = false;
      while (!closed && next < lines.length) {
        const text = at(lines, next++).text;
        closed = (heredoc.chomp ? text.replace(/^\t+/, "") : text) === heredoc.name;
      }
      heredocs.push(file.text.slice(start, lineStart(file, closed ? next - 1 : next)));
      if (!closed)
        faults.push({
          message: `the here-document "${heredoc.name}" is never closed`,
          span: instruction.span,
        });
    }
  }
  return { instructions, escape, faults };
}

/** The instruction that an ONBUILD holds back for the images that stand on this one. */
export function readTrigger(file: SourceFile, onbuild: Instruction, escape: string): Instruction {
  return cut(file, onbuild.rest, escape);
}

/** The words of a text, separated by blanks; quotes are kept. */
export function splitWords(placed: PlacedText): readonly PlacedText[] {
  return Array.from(placed.text.matchAll(/[^\t\v\f\r ]+/g), (match) =>
    slice(placed, match.index, match.index + match[0].length),
  );
}

/** From its first to its last character, whatever stands between them in the file. */
export function spanOf(file: SourceFile, placed: PlacedText): Span {
  const start = placed.offsets[0] ?? file.text.length;
  return { file, start, end: (placed.offsets.at(-1) ?? start - 1) + 1 };
}

export function slice(placed: PlacedText, start: number, end?: number): PlacedText {
  return { text: placed.text.slice(start, end), offsets: placed.offsets.slice(start, end) };
}

/** The elements of an array written as JSON, undefined where the text is none (BuildKit then reads words). */
export function readJsonArray(text: string): readonly unknown[] | undefined {
  if (!text.startsWith("[")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A word that opens a here-document, such as <<EOF, 3<<-"EOF"; undefined for any other word. */
export function readHeredocWord(
  word: string,
): { readonly name: string; readonly chomp: boolean } | undefined {
  const match = /^\d*<<(-?)\s*([^<]*)$/.exec(word);
  const raw = match?.[2] ?? "";
  if (match === null || raw === "") return undefined;
  const name = raw.replace(/'([^']*)'|"((?:\\["$\\]|[^"])*)"|\\(.)/g, (_, single, double, escaped) =>
    String(single ?? double?.replace(/\\(["$\\])/g, "$1") ?? escaped),
  );
  return name === "" ? undefined : { name, chomp: match[1] === "-" };
}

const empty: PlacedText = { text: "", offsets: [] };

/** Lines without their ends. */
function splitLines(text: string): PlacedText[] {
  const lines: PlacedText[] = [];
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf("\n", start);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(start, end).replace(/\r+$/, "");
    lines.push({ text: line, offsets: Array.from({ length: line.length }, (_, index) => start + index) });
    start = end + 1;
  }
  return lines;
}

/** Where a line begins; lines count from 0, and one past the last begins at the end. */
function lineStart(file: SourceFile, line: number): number {
  return file.lineStarts[line] ?? file.text.length;
}

function at(lines: readonly PlacedText[], index: number): PlacedText {
  return lines[index] ?? empty;
}

function join(pieces: readonly PlacedText[]): PlacedText {
  return {
    text: pieces.map((piece) => piece.text).join(""),
    offsets: pieces.flatMap((piece) => piece.offsets),
  };
}

function trimStart(placed: PlacedText): PlacedText {
  return slice(placed, placed.text.length - placed.text.trimStart().length);
}

function trimEnd(placed: PlacedText): PlacedText {
  return slice(placed, 0, placed.text.trimEnd().length);
}

function isComment(line: string): boolean {
  return line.trimStart().startsWith("#");
}

/** An escape character at the end, blanks after it allowed, that is not itself escaped. */
function continues(line: string, escape: string): boolean {
  const trimmed = line.replace(/[ \t]*$/, "");
  return trimmed.endsWith(escape) && !trimmed.endsWith(escape + escape);
}

function withoutContinuation(line: PlacedText, escape: string): PlacedText {
  return slice(line, 0, line.text.lastIndexOf(escape));
}

/** Directives stand in comments of the first lines, up to the first line that is none. */
function escapeDirective(file: SourceFile, lines: readonly PlacedText[], faults: InstructionFault[]): string {
  let escape = "\\";
  const seen = new Set<string>();
  for (const line of lines) {
    const match = /^\s*#\s*([A-Za-z][A-Za-z0-9]*)\s*=\s*(.+?)\s*$/.exec(line.text);
    const key = match?.[1]?.toLowerCase() ?? "";
    if (!["syntax", "escape", "check"].includes(key)) break;
    const span = spanOf(file, trimEnd(trimStart(line)));
    if (seen.has(key)) faults.push({ message: `only one ${key} directive can be used`, span });
    seen.add(key);
    if (key !== "escape") continue;
    const value = match?.[2] ?? "";
    if (value === "\\" || value === "`") escape = value;
    else faults.push({ message: `the escape character must be \\ or \`, not ${value}`, span });
  }
  return escape;
}

function cut(file: SourceFile, logical: PlacedText, escape: string): Instruction {
  const blank = /[\t\v\f\r ]+/.exec(logical.text);
  const keyword = slice(logical, 0, blank?.index);
  const { flags, rest } = cutFlags(
    file,
    blank === null ? empty : slice(logical, blank.index + blank[0].length),
    escape,
  );
  return {
    keyword: keyword.text.toUpperCase(),
    keywordSpan: spanOf(file, keyword),
    span: spanOf(file, logical),
    flags,
    rest: trimEnd(trimStart(rest)),
    heredocs: [],
  };
}

/** Words at the beginning that start with "--"; a bare "--" ends them. */
function cutFlags(file: SourceFile, text: PlacedText, escape: string): { flags: Flag[]; rest: PlacedText } {
  const flags: Flag[] = [];
  let position = 0;
  for (;;) {
    while (/\s/.test(text.text.charAt(position))) position++;
    if (!text.text.startsWith("--", position)) return { flags, rest: slice(text, position) };
    const start = position;
    const kept: number[] = [];
    let quote = "";
    for (; position < text.text.length; position++) {
      const char = text.text.charAt(position);
      if (quote === "" && /\s/.test(char)) break;
      if (quote === "" ? char === "'" || char === '"' : char === quote) {
        quote = quote === "" ? char : "";
        continue;
      }
      if (char === escape && ++position >= text.text.length) break;
      kept.push(position);
    }
    const word: PlacedText = {
      text: kept.map((index) => text.text.charAt(index)).join(""),
      offsets: kept.map((index) => text.offsets[index] ?? 0),
    };
    if (word.text === "--") return { flags, rest: slice(text, position) };
    const equals = word.text.indexOf("=");
    flags.push({
      name: word.text.slice(2, equals === -1 ? undefined : equals),
      value: equals === -1 ? undefined : slice(word, equals + 1),
      span: spanOf(file, slice(text, start, position)),
    });
  }
}

/** The here-documents that an instruction opens, in the order in which their texts follow. */
function heredocsOf(instruction: Instruction): { readonly name: string; readonly chomp: boolean }[] {
  let { keyword, rest } = instruction;
  if (keyword === "ONBUILD") {
    const match = /^(\S+)\s*/.exec(rest.text);
    keyword = (match?.[1] ?? "").toUpperCase();
    rest = slice(rest, match?.[0].length ?? 0);
  }
  if (!["ADD", "COPY", "RUN"].includes(keyword) || !rest.text.includes("<<")) return [];
  if (readJsonArray(rest.text) !== undefined) return [];
  return shellWords(rest.text).flatMap((word) => readHeredocWord(word) ?? []);
}

/** Words as a shell would split them, quotes and escapes kept; blanks between << and its word are part of the word. None at
 * all where a quote is left open. */
function shellWords(text: string): string[] {
  const word = /(?:<<\s*|'[^']*'|"(?:\\[^]|[^"\\])*"|\\[^]|[^\s'"\\])+/g;
  return /['"]/.test(text.replace(word, "")) ? [] : (text.match(word) ?? []);
}
