// The sets of characters of Rust's regular expressions, as JavaScript's (flag v): classes with their operations, POSIX
// classes, Unicode properties by any of their names, and the escapes that stand for one character.

import { RegexFault } from "./regex-fault.ts";

/** A place in a pattern. */
export interface PatternCursor {
  readonly pattern: string;
  at: number;
}

/** What bears on sets: `unicode` makes \d, \s and \w know all of Unicode, `extended` lets blanks stand for nothing. */
export interface SetFlags {
  readonly unicode: boolean;
  readonly extended: boolean;
}

const posix: Readonly<Record<string, string>> = {
  alnum: "0-9A-Za-z",
  alpha: "A-Za-z",
  ascii: "\\x00-\\x7F",
  blank: "\\t\\x20",
  cntrl: "\\x00-\\x1F\\x7F",
  digit: "0-9",
  graph: "\\x21-\\x7E",
  lower: "a-z",
  print: "\\x20-\\x7E",
  punct: "\\x21-\\x2F\\x3A-\\x40\\x5B-\\x60\\x7B-\\x7E",
  space: "\\t\\n\\v\\f\\r\\x20",
  upper: "A-Z",
  word: "0-9A-Za-z_",
  xdigit: "0-9A-Fa-f",
};

const unicodeSets: Readonly<Record<string, string>> = {
  d: "\\p{Nd}",
  s: "\\p{White_Space}",
  w: "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}",
};

const asciiSets: Readonly<Record<string, string>> = {
  d: "0-9",
  s: "\\t\\n\\v\\f\\r\\x20",
  w: "0-9A-Za-z_",
};

/** The characters that make a word. */
export function wordSet({ unicode }: SetFlags): string {
  return `[${(unicode ? unicodeSets : asciiSets)["w"] ?? ""}]`;
}

/** One character, however it would have to be escaped. */
export function literal(character: string): string {
  return /^[A-Za-z0-9_\u0080-\u{10FFFF}]$/u.test(character)
    ? character
    : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** The character at a place, all of it. */
export function peekCharacter({ pattern, at }: PatternCursor): string {
  const code = pattern.codePointAt(at);
  return code === undefined ? "" : String.fromCodePoint(code);
}

const controls: Readonly<Record<string, string>> = {
  a: "\x07",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

const codePoint =
  /\\(?:x\{([0-9A-Fa-f]+)\}|u\{([0-9A-Fa-f]+)\}|U\{([0-9A-Fa-f]+)\}|x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))/y;

/** Reads an escape that stands for a character; `undefined` when it is none. */
export function readCharacterEscape(cursor: PatternCursor): string | undefined {
  const { pattern, at } = cursor;
  const next = peekCharacter({ pattern, at: at + 1 });
  if (next === "") throw new RegexFault("a backslash at the end");
  codePoint.lastIndex = at;
  const code = codePoint.exec(pattern);
  if (code !== null) {
    const value = Number.parseInt(code.slice(1).find((one) => one !== undefined) ?? "", 16);
    if (value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) throw new RegexFault("no such code point");
    cursor.at += code[0].length;
    return String.fromCodePoint(value);
  }
  const control = controls[next];
  if (control === undefined && !/^[!-/:;=?@[-`{-~ ]$/.test(next)) return undefined;
  cursor.at += 2;
  return control ?? next;
}

/** Reads \d, \p{…} and the like as a set in brackets; `undefined` when the escape is none of them. */
export function readSetEscape(cursor: PatternCursor, flags: SetFlags): string | undefined {
  const { pattern, at } = cursor;
  const letter = pattern[at + 1] ?? "";
  const members = (flags.unicode ? unicodeSets : asciiSets)[letter.toLowerCase()];
  if (members !== undefined) {
    cursor.at += 2;
    return letter === letter.toLowerCase() ? `[${members}]` : `[^${members}]`;
  }
  if (letter !== "p" && letter !== "P") return undefined;
  const property = /\\[pP](?:\{([^}]*)\}|([A-Za-z]))/y;
  property.lastIndex = at;
  const found = property.exec(pattern);
  if (found === null) throw new RegexFault("an incomplete Unicode property");
  cursor.at += found[0].length;
  return `[\\${letter}{${findProperty(found[1] ?? found[2] ?? "")}}]`;
}

/** As JavaScript writes most names of properties. */
function title(text: string): string {
  return text
    .toLowerCase()
    .split(/[\s_-]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join("_");
}

/** JavaScript's name of a property, a general category or a script. */
function findProperty(written: string): string {
  const [left = "", right] = written.split(/!?=|:/).map((one) => one.trim());
  const key =
    { sc: "Script", scx: "Script_Extensions", gc: "General_Category" }[left.toLowerCase()] ?? title(left);
  const names =
    right === undefined
      ? [left, title(left), left.toUpperCase(), `Script=${left}`, `Script=${title(left)}`]
      : [`${key}=${right}`, `${key}=${title(right)}`, `${key}=${right.toUpperCase()}`];
  const name = names.find(isProperty);
  if (name === undefined) throw new RegexFault(`unknown Unicode property ${written}`);
  return name;
}

function isProperty(name: string): boolean {
  if (!/^[A-Za-z0-9_=]+$/.test(name)) return false;
  try {
    return new RegExp(`\\p{${name}}`, "v").source !== "";
  } catch {
    return false;
  }
}

/** Reads a class, from its bracket to behind its closing one. */
export function readClass(cursor: PatternCursor, flags: SetFlags): string {
  const { pattern } = cursor;
  cursor.at += 1;
  const isNegated = pattern[cursor.at] === "^";
  if (isNegated) cursor.at += 1;
  let left: string | undefined;
  let operator = "";
  let members = "";
  let isFirst = true;
  for (;;) {
    const rest = pattern.slice(cursor.at, cursor.at + 2);
    if (rest === "") throw new RegexFault("an unclosed class");
    if (rest.startsWith("]") && !isFirst) {
      cursor.at += 1;
      const whole = left === undefined ? members : combine(left, operator, `[${members}]`);
      return `[${isNegated ? "^" : ""}${whole}]`;
    }
    if (rest === "&&" || rest === "~~" || (rest === "--" && !isFirst)) {
      left = left === undefined ? `[${members}]` : `[${combine(left, operator, `[${members}]`)}]`;
      operator = rest;
      members = "";
      cursor.at += 2;
    } else if (flags.extended && /^\s/.test(rest)) cursor.at += 1;
    else members += readMember(cursor, flags);
    isFirst = false;
  }
}

function combine(left: string, operator: string, right: string): string {
  return operator === "~~" ? `[${left}--${right}][${right}--${left}]` : `${left}${operator}${right}`;
}

/** A nested class, a named one, a character or a range of them. */
function readMember(cursor: PatternCursor, flags: SetFlags): string {
  const { pattern } = cursor;
  if (pattern[cursor.at] === "[") {
    const named = /\[:(\^?)([a-z]+):\]/y;
    named.lastIndex = cursor.at;
    const found = named.exec(pattern);
    const members = posix[found?.[2] ?? ""];
    if (found === null || members === undefined) return readClass(cursor, flags);
    cursor.at += found[0].length;
    return found[1] === "^" ? `[^${members}]` : members;
  }
  if (pattern[cursor.at] === "\\") {
    const set = readSetEscape(cursor, flags);
    if (set !== undefined) return set;
  }
  const from = readCharacter(cursor);
  const isRange = pattern[cursor.at] === "-" && !/^(?:-\]|--)/.test(pattern.slice(cursor.at, cursor.at + 2));
  if (!isRange || cursor.at + 1 >= pattern.length) return literal(from);
  cursor.at += 1;
  const to = readCharacter(cursor);
  if ((from.codePointAt(0) ?? 0) > (to.codePointAt(0) ?? 0))
    throw new RegexFault(`the range ${from}-${to} is empty`);
  return `${literal(from)}-${literal(to)}`;
}

function readCharacter(cursor: PatternCursor): string {
  if (cursor.pattern[cursor.at] === "\\") {
    const character = readCharacterEscape(cursor);
    if (character !== undefined) return character;
    throw new RegexFault(`the escape \\${cursor.pattern[cursor.at + 1] ?? ""} is not known inside a class`);
  }
  const character = peekCharacter(cursor);
  cursor.at += character.length;
  return character;
}
