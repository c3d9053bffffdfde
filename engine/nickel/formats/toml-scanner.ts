// The lexical half of the TOML reader (TOML 1.0): blanks, keys, strings, numbers, dates, at a place in the text.

import type { SourceFile, Span } from "../../core/source.ts";
import { fromBigInt, fromDoubleExactly } from "../number.ts";
import type { DataNode } from "./data.ts";
import { DataFault } from "./data-fault.ts";

export interface TomlKey {
  readonly name: string;
  readonly span: Span;
}

const escapes: ReadonlyMap<string, string> = new Map([
  ["b", "\b"],
  ["t", "\t"],
  ["n", "\n"],
  ["f", "\f"],
  ["r", "\r"],
  ['"', '"'],
  ["\\", "\\"],
]);

const bareKey = /[A-Za-z0-9_-]+/y;
const scalarText = /[^\s,\]}#=]+(?: \d\d:[^\s,\]}#]*)?/y;
const decimalInteger = /^[+-]?(?:0|[1-9](?:_?\d)*)$/;
const radixInteger = /^0x[\dA-Fa-f](?:_?[\dA-Fa-f])*$|^0o[0-7](?:_?[0-7])*$|^0b[01](?:_?[01])*$/;
const float = /^[+-]?(?:0|[1-9](?:_?\d)*)(?:\.\d(?:_?\d)*)?(?:[eE][+-]?\d(?:_?\d)*)?$/;
const dateTime =
  /^(?:(\d{4})-(\d\d)-(\d\d))?(?:(^|[Tt ])(\d\d):(\d\d):(\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)?)?$/;

export class TomlScanner {
  readonly file: SourceFile;
  readonly text: string;
  at = 0;

  constructor(file: SourceFile) {
    this.file = file;
    this.text = file.text;
    if (file.text.startsWith("\ufeff")) this.at = 1;
  }

  span(start: number): Span {
    return { file: this.file, start, end: this.at };
  }

  /** The present character; "" at the end. */
  get character(): string {
    return this.text.charAt(this.at);
  }

  /** Takes the text if it stands here. */
  eat(text: string): boolean {
    if (!this.text.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  expect(text: string, where: string): void {
    if (!this.eat(text)) throw new DataFault(`expected \`${text}\` ${where}`, this.at);
  }

  skipBlanks(): void {
    while (this.character === " " || this.character === "\t") this.at += 1;
  }

  /** Skips blanks, line ends and comments. */
  skipLines(): void {
    for (;;) {
      this.skipBlanks();
      this.#skipComment();
      if (!this.#eatLineEnd()) return;
    }
  }

  /** What may stand behind a value or header: blanks, a comment, then the end of the line. */
  endLine(): void {
    this.skipBlanks();
    this.#skipComment();
    if (this.at < this.text.length && !this.#eatLineEnd())
      throw new DataFault("expected the end of the line", this.at);
  }

  #eatLineEnd(): boolean {
    return this.eat("\n") || this.eat("\r\n");
  }

  #skipComment(): void {
    if (this.character !== "#") return;
    const end = this.text.indexOf("\n", this.at);
    this.at = end === -1 ? this.text.length : end;
  }

  // --- keys

  /** `a."b c".d`, with the blanks behind it. */
  keys(): TomlKey[] {
    const keys = [this.#key()];
    this.skipBlanks();
    while (this.eat(".")) {
      this.skipBlanks();
      keys.push(this.#key());
      this.skipBlanks();
    }
    return keys;
  }

  #key(): TomlKey {
    const start = this.at;
    if (this.character === '"' || this.character === "'") {
      if (this.text.startsWith(this.character.repeat(3), start)) {
        throw new DataFault("a multi-line string as a key", start, start + 3);
      }
      const name = this.string();
      return { name, span: this.span(start) };
    }
    bareKey.lastIndex = start;
    const name = bareKey.exec(this.text)?.[0];
    if (name === undefined) throw new DataFault("expected a key", start);
    this.at += name.length;
    return { name, span: this.span(start) };
  }

  // --- strings

  /** Any of the four forms; the present character is a quote. */
  string(): string {
    const quote = this.character;
    const open = this.at;
    if (this.eat(quote.repeat(3))) {
      this.#eatLineEnd();
      return this.#multilineString(quote, open);
    }
    this.at += 1;
    let value = "";
    for (;;) {
      const character = this.character;
      if (character === "" || character === "\n" || character === "\r")
        throw new DataFault("an unclosed string", open);
      if (this.eat(quote)) return value;
      value += character === "\\" && quote === '"' ? this.#escape() : this.#textCharacter();
    }
  }

  #multilineString(quote: string, open: number): string {
    let value = "";
    for (;;) {
      if (this.at >= this.text.length) throw new DataFault("an unclosed string", open, open + 3);
      if (this.text.startsWith(quote.repeat(3), this.at)) {
        // Up to two quotes may stand right before the closing three.
        let extra = 0;
        while (extra < 2 && this.text.charAt(this.at + 3 + extra) === quote) extra += 1;
        this.at += 3 + extra;
        return value + quote.repeat(extra);
      }
      if (this.#eatLineEnd()) value += "\n";
      else if (this.character === "\\" && quote === '"')
        value += this.#trimmedLineEnd() ? "" : this.#escape();
      else value += this.#textCharacter();
    }
  }

  /** A backslash at the end of a line swallows the blanks and lines up to the next text. */
  #trimmedLineEnd(): boolean {
    const match = /^\\[ \t]*\r?\n[ \t\r\n]*/.exec(this.text.slice(this.at, this.at + 4096));
    if (match === null) return false;
    this.at += match[0].length;
    return true;
  }

  #textCharacter(): string {
    const code = this.text.codePointAt(this.at) ?? 0;
    if ((code < 0x20 && code !== 0x09) || code === 0x7f)
      throw new DataFault("a control character in a string", this.at);
    const character = String.fromCodePoint(code);
    this.at += character.length;
    return character;
  }

  #escape(): string {
    const start = this.at;
    const letter = this.text.charAt(start + 1);
    const plain = escapes.get(letter);
    if (plain !== undefined) {
      this.at = start + 2;
      return plain;
    }
    const length = letter === "u" ? 4 : letter === "U" ? 8 : 0;
    const digits = this.text.slice(start + 2, start + 2 + length);
    const code = Number.parseInt(digits, 16);
    const valid = length > 0 && /^[\dA-Fa-f]+$/.test(digits) && digits.length === length;
    if (!valid || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
      throw new DataFault(`an invalid escape \`\\${letter}\``, start, start + 2);
    }
    this.at = start + 2 + length;
    return String.fromCodePoint(code);
  }

  // --- other scalars

  /** A boolean, number or date. */
  scalar(): DataNode {
    const start = this.at;
    scalarText.lastIndex = start;
    const text = scalarText.exec(this.text)?.[0] ?? "";
    if (text === "") throw new DataFault("expected a value", start);
    this.at += text.length;
    const span = this.span(start);
    if (text === "true" || text === "false") return { kind: "bool", value: text === "true", span };
    if (/^[+-]?(?:inf|nan)$/.test(text)) {
      throw new DataFault("Nickel numbers cannot be infinite or NaN", start, this.at);
    }
    const plain = text.replaceAll("_", "");
    if (decimalInteger.test(text) || radixInteger.test(text)) {
      const value = text.startsWith("-") ? -BigInt(plain.slice(1)) : BigInt(plain.replace("+", ""));
      if (value >= 1n << 63n || value < -(1n << 63n))
        throw new DataFault("an integer beyond 64 bits", start, this.at);
      return { kind: "number", value: fromBigInt(value), span };
    }
    if (float.test(text)) {
      const value = fromDoubleExactly(Number(plain));
      if (value === undefined) throw new DataFault("a number beyond all bounds", start, this.at);
      return { kind: "number", value, span };
    }
    const date = normaliseDate(text);
    if (date !== undefined) return { kind: "string", value: date, span };
    throw new DataFault("expected a value", start, this.at, "strings stand in quotes");
  }
}

/** A date, time or both as TOML's own tools print it; undefined if it is none. */
function normaliseDate(text: string): string | undefined {
  const match = dateTime.exec(text);
  if (match === null || text === "") return undefined;
  const [, year, month, day, separator, hour, minute, second, fraction, offset] = match;
  const hasDate = year !== undefined;
  const hasTime = hour !== undefined;
  if (hasDate && hasTime && separator === "") return undefined;
  if (!hasDate && (offset !== undefined || separator !== "")) return undefined;
  if (hasDate && !isDay(Number(year), Number(month), Number(day))) return undefined;
  if (hasTime && (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60)) return undefined;
  const date = hasDate ? `${year}-${month}-${day}` : "";
  if (!hasTime) return date;
  const digits = (fraction ?? "").slice(0, 9).replace(/0+$/, "");
  const time = `${hour}:${minute}:${second}${digits === "" ? "" : `.${digits}`}${(offset ?? "").toUpperCase()}`;
  return hasDate ? `${date}T${time}` : time;
}

function isDay(year: number, month: number, day: number): boolean {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
  return days !== undefined && day >= 1 && day <= days;
}
