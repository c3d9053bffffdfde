// Nickel's regular expressions, which are those of Rust's regex crate, as JavaScript's: look-around and back-references
// are refused, as there; flags are worked into what they bear on, since they may change anywhere in a pattern.

import {
  literal,
  type PatternCursor,
  peekCharacter,
  readCharacterEscape,
  readClass,
  readSetEscape,
  type SetFlags,
  wordSet,
} from "./regex-class.ts";
import { RegexFault } from "./regex-fault.ts";

const known = new Map<string, RegExp>();

/** A global regular expression of Unicode characters. @throws RegexFault */
export function compileRegex(pattern: string): RegExp {
  const present = known.get(pattern);
  if (present !== undefined) return present;
  const translation: Translation = { pattern, at: 0, names: new Set(), depth: 0 };
  const source = readAlternatives(translation, plainFlags);
  if (translation.at < pattern.length) throw new RegexFault("a group is closed that was not opened");
  const compiled = compileSource(source);
  known.set(pattern, compiled);
  return compiled;
}

function compileSource(source: string): RegExp {
  try {
    return new RegExp(source, "gv");
  } catch (fault) {
    throw new RegexFault(fault instanceof Error ? fault.message : String(fault));
  }
}

interface Translation extends PatternCursor {
  /** Of the groups so far. */
  readonly names: Set<string>;
  /** Groups around. */
  depth: number;
}

interface Flags extends SetFlags {
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
  readonly swapGreed: boolean;
  readonly carriageReturns: boolean;
}

const plainFlags: Flags = {
  unicode: true,
  extended: false,
  ignoreCase: false,
  multiline: false,
  dotAll: false,
  swapGreed: false,
  carriageReturns: false,
};

const flagNames: Readonly<Record<string, keyof Flags>> = {
  i: "ignoreCase",
  m: "multiline",
  s: "dotAll",
  U: "swapGreed",
  u: "unicode",
  x: "extended",
  R: "carriageReturns",
};

/** As deep as groups may nest in the crate. */
const deepestGroup = 250;

/** Reads up to a closing parenthesis or the end. Flags set on the way hold from there on, in later alternatives too. */
function readAlternatives(cursor: Translation, outer: Flags): string {
  let flags = outer;
  let source = "";
  for (;;) {
    skipBlanks(cursor, flags);
    const character = peekCharacter(cursor);
    if (character === "" || character === ")") return source;
    if (character === "|") {
      source += "|";
      cursor.at += 1;
      continue;
    }
    const changed = readFlagSwitch(cursor, flags);
    if (changed !== undefined) flags = changed;
    else source += readRepeated(cursor, flags);
  }
}

/** With the flag x, blanks and comments stand for nothing. */
function skipBlanks(cursor: Translation, { extended }: Flags): void {
  if (!extended) return;
  const blanks = /(?:\s|#[^\n]*)*/y;
  blanks.lastIndex = cursor.at;
  cursor.at += blanks.exec(cursor.pattern)?.[0].length ?? 0;
}

/** `(?flags)`. */
function readFlagSwitch(cursor: Translation, flags: Flags): Flags | undefined {
  const form = /\(\?([A-Za-z-]+)\)/y;
  form.lastIndex = cursor.at;
  const found = form.exec(cursor.pattern);
  if (found === null) return undefined;
  cursor.at += found[0].length;
  return changeFlags(flags, found[1] ?? "");
}

function changeFlags(flags: Flags, text: string): Flags {
  const changed: Record<keyof Flags, boolean> = { ...flags };
  let value = true;
  for (const letter of text) {
    const name = flagNames[letter];
    if (letter === "-" && value) value = false;
    else if (name === undefined) throw new RegexFault(`unknown flag ${letter}`);
    else changed[name] = value;
  }
  if (text.endsWith("-")) throw new RegexFault("a minus without a flag");
  return changed;
}

const repetition = /[*+?]|\{\s*(\d+)\s*(?:,\s*(\d+)?\s*)?\}/y;

/** An atom with the repetitions behind it. */
function readRepeated(cursor: Translation, flags: Flags): string {
  let source = readAtom(cursor, flags);
  for (let isRepeated = false; ; isRepeated = true) {
    skipBlanks(cursor, flags);
    repetition.lastIndex = cursor.at;
    const found = repetition.exec(cursor.pattern);
    if (found === null) {
      if (cursor.pattern[cursor.at] === "{")
        throw new RegexFault("a repetition is not closed or not counted");
      return source;
    }
    cursor.at += found[0].length;
    const isLazy = cursor.pattern[cursor.at] === "?";
    if (isLazy) cursor.at += 1;
    const [from, to] = [Number(found[1]), Number(found[2])];
    if (from > to) throw new RegexFault(`the repetition ${found[0]} ends before it begins`);
    const sign = found[0].replace(/\s/g, "");
    // What is repeated already, or matches no character, must be a group to be repeated in JavaScript.
    const atom = isRepeated || /^[\^$]$|^\(\?<?[!=]/.test(source) ? `(?:${source})` : source;
    source = `${atom}${sign}${isLazy === flags.swapGreed ? "" : "?"}`;
  }
}

function readAtom(cursor: Translation, flags: Flags): string {
  const character = peekCharacter(cursor);
  switch (character) {
    case "(":
      return readGroup(cursor, flags);
    case "[":
      return cased(readClass(cursor, flags), flags);
    case "\\":
      return readEscape(cursor, flags);
    case "*":
    case "+":
    case "?":
    case "{":
      throw new RegexFault("nothing to repeat");
    default:
      cursor.at += character.length;
  }
  switch (character) {
    case ".":
      if (!flags.unicode) throw new RegexFault("a pattern that may match a part of a character");
      if (flags.dotAll) return "[^]";
      return flags.carriageReturns ? "[^\\r\\n]" : "[^\\n]";
    case "^":
      if (!flags.multiline) return "^";
      return flags.carriageReturns ? "(?:(?<![^\\r\\n])(?!(?<=\\r)\\n))" : "(?<![^\\n])";
    case "$":
      if (!flags.multiline) return "$";
      return flags.carriageReturns ? "(?:(?![^\\r\\n])(?!(?<=\\r)\\n))" : "(?![^\\n])";
    default:
      return cased(literal(character), flags);
  }
}

/** A part under the flag i. */
function cased(source: string, { ignoreCase }: Flags): string {
  return ignoreCase ? `(?i:${source})` : source;
}

function readGroup(cursor: Translation, outer: Flags): string {
  const form = /\((?:\?(?:P?<([A-Za-z_][\w.[\]]*)>|([A-Za-z]*(?:-[A-Za-z]+)?):))?/y;
  form.lastIndex = cursor.at;
  const opening = form.exec(cursor.pattern);
  const [text = "(", name, changes] = opening ?? [];
  if (/^\?<?[=!]/.test(cursor.pattern.slice(cursor.at + 1)))
    throw new RegexFault("look-around is not supported");
  cursor.at += text.length;
  if (text === "(" && cursor.pattern[cursor.at] === "?")
    throw new RegexFault("this form of group is not known");
  if (name !== undefined) {
    if (cursor.names.has(name)) throw new RegexFault(`two groups have the name ${name}`);
    cursor.names.add(name);
  }
  cursor.depth += 1;
  if (cursor.depth > deepestGroup) throw new RegexFault("groups nest too deep");
  const body = readAlternatives(cursor, changes === undefined ? outer : changeFlags(outer, changes));
  if (cursor.pattern[cursor.at] !== ")") throw new RegexFault("an unclosed group");
  cursor.at += 1;
  cursor.depth -= 1;
  return `(${changes === undefined ? "" : "?:"}${body})`;
}

function readEscape(cursor: Translation, flags: Flags): string {
  const place = readPlaceEscape(cursor, flags);
  if (place !== undefined) return place;
  const set = readSetEscape(cursor, flags);
  if (set !== undefined) {
    if (!flags.unicode && set.startsWith("[^"))
      throw new RegexFault("a pattern that may match a part of a character");
    return cased(set, flags);
  }
  const character = readCharacterEscape(cursor);
  if (character !== undefined) return cased(literal(character), flags);
  const next = cursor.pattern[cursor.at + 1] ?? "";
  if (/\d/.test(next)) throw new RegexFault("back-references are not supported");
  throw new RegexFault(`the escape \\${next} is not known`);
}

/** Escapes that match a place and no character. */
function readPlaceEscape(cursor: Translation, flags: Flags): string | undefined {
  const form = /\\(?:([AzBb<>])(?:\{(start|end|start-half|end-half)\})?)/y;
  form.lastIndex = cursor.at;
  const found = form.exec(cursor.pattern);
  if (found === null) return undefined;
  const [text, letter = "", side] = found;
  if (side !== undefined && letter !== "b") return undefined;
  cursor.at += text.length;
  const word = wordSet(flags);
  const isEnd = `(?<=${word})(?!${word})`;
  const isStart = `(?<!${word})(?=${word})`;
  if (letter === "A") return "(?<![^])";
  if (letter === "z") return "(?![^])";
  if (letter === "B") return `(?:(?<=${word})(?=${word})|(?<!${word})(?!${word}))`;
  if (side === "start-half") return `(?<!${word})`;
  if (side === "end-half") return `(?!${word})`;
  if (letter === "<" || side === "start") return `(?:${isStart})`;
  if (letter === ">" || side === "end") return `(?:${isEnd})`;
  return `(?:${isStart}|${isEnd})`;
}
