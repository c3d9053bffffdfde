// The JSON reader (RFC 8259, nothing looser), with the place of every value and key. Numbers stay exact.

import type { SourceFile, Span } from "../../core/source.ts";
import { parseNumber } from "../number.ts";
import type { DataEntry, DataNode } from "./data.ts";
import { DataFault, nestingLimit } from "./data-fault.ts";

/** @throws DataFault at the first fault. */
export function readJson(file: SourceFile): DataNode {
  return new JsonReader(file).read();
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

const numberPattern = /-?\d*(?:\.\d*)?(?:[eE][+-]?\d*)?/y;
const strictNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

class JsonReader {
  readonly #file: SourceFile;
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(file: SourceFile) {
    this.#file = file;
    this.#text = file.text;
  }

  read(): DataNode {
    const value = this.#value();
    this.#skipBlanks();
    if (this.#at < this.#text.length) throw new DataFault("expected the end of the file", this.#at);
    return value;
  }

  #span(start: number): Span {
    return { file: this.#file, start, end: this.#at };
  }

  #skipBlanks(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at += 1;
    }
  }

  /** Skips blanks and takes the character if it is this one. */
  #eat(character: string): boolean {
    this.#skipBlanks();
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #value(): DataNode {
    this.#skipBlanks();
    const start = this.#at;
    const character = this.#text[start];
    switch (character) {
      case "{":
        return this.#record(start);
      case "[":
        return this.#array(start);
      case '"': {
        const value = this.#string();
        return { kind: "string", value, span: this.#span(start) };
      }
      case "t":
        this.#word("true");
        return { kind: "bool", value: true, span: this.#span(start) };
      case "f":
        this.#word("false");
        return { kind: "bool", value: false, span: this.#span(start) };
      case "n":
        this.#word("null");
        return { kind: "null", span: this.#span(start) };
      default:
        if (character !== undefined && /[-\d]/.test(character)) return this.#number(start);
        throw new DataFault("expected a value", start, start + 1, habitHelp(this.#text, start));
    }
  }

  #word(word: string): void {
    if (!this.#text.startsWith(word, this.#at)) throw new DataFault(`expected \`${word}\``, this.#at);
    this.#at += word.length;
  }

  #number(start: number): DataNode {
    numberPattern.lastIndex = start;
    const text = numberPattern.exec(this.#text)?.[0] ?? "";
    const end = start + text.length;
    if (!strictNumber.test(text)) {
      const zero = /^-?0\d/.test(text);
      throw new DataFault(zero ? "a number with a leading zero" : "an incomplete number", start, end);
    }
    const value = parseNumber(text);
    if (value === undefined) throw new DataFault("a number beyond all bounds", start, end);
    this.#at = end;
    return { kind: "number", value, span: this.#span(start) };
  }

  #enter(start: number): void {
    this.#depth += 1;
    if (this.#depth > nestingLimit)
      throw new DataFault(`nested more than ${nestingLimit} levels deep`, start);
  }

  #array(start: number): DataNode {
    this.#enter(start);
    this.#at += 1;
    const items: DataNode[] = [];
    if (!this.#eat("]")) {
      do items.push(this.#value());
      while (this.#eat(","));
      if (!this.#eat("]")) throw this.#unclosed("`,` or `]`");
    }
    this.#depth -= 1;
    return { kind: "array", items, span: this.#span(start) };
  }

  #record(start: number): DataNode {
    this.#enter(start);
    this.#at += 1;
    const entries: DataEntry[] = [];
    if (!this.#eat("}")) {
      do entries.push(this.#entry());
      while (this.#eat(","));
      if (!this.#eat("}")) throw this.#unclosed("`,` or `}`");
    }
    this.#depth -= 1;
    return { kind: "record", entries, span: this.#span(start) };
  }

  #entry(): DataEntry {
    this.#skipBlanks();
    const start = this.#at;
    if (this.#text[start] !== '"') {
      throw new DataFault("expected a key in double quotes", start, start + 1, habitHelp(this.#text, start));
    }
    const key = this.#string();
    const keySpan = this.#span(start);
    if (!this.#eat(":")) throw new DataFault("expected `:` after the key", this.#at);
    return { key, keySpan, value: this.#value() };
  }

  #unclosed(expected: string): DataFault {
    return new DataFault(`expected ${expected}`, this.#at);
  }

  #string(): string {
    const text = this.#text;
    const open = this.#at;
    this.#at += 1;
    let value = "";
    let from = this.#at;
    for (;;) {
      const code = text.charCodeAt(this.#at);
      if (code === 0x22) {
        value += text.slice(from, this.#at);
        this.#at += 1;
        return value;
      }
      if (code === 0x5c) {
        value += text.slice(from, this.#at) + this.#escape();
        from = this.#at;
      } else if (code >= 0x20) this.#at += 1;
      else if (Number.isNaN(code)) throw new DataFault("an unclosed string", open);
      else
        throw new DataFault(
          "a control character in a string",
          this.#at,
          this.#at + 1,
          "write it as an escape, such as \\n",
        );
    }
  }

  /** What the escape at the present place stands for; surrogates must come in pairs. */
  #escape(): string {
    const start = this.#at;
    const letter = this.#text.charAt(start + 1);
    const plain = escapes.get(letter);
    if (plain !== undefined) {
      this.#at = start + 2;
      return plain;
    }
    if (letter !== "u") throw new DataFault(`an invalid escape \`\\${letter}\``, start, start + 2);
    const unit = this.#unit(start);
    if (unit < 0xd800 || unit > 0xdfff) return String.fromCharCode(unit);
    const low = unit < 0xdc00 && this.#text.startsWith("\\u", this.#at) ? this.#unit(this.#at) : 0;
    if (low < 0xdc00 || low > 0xdfff) throw new DataFault("half of a surrogate pair", start, start + 6);
    return String.fromCharCode(unit, low);
  }

  /** The code unit of the `\uHHHH` that begins there. */
  #unit(start: number): number {
    const digits = this.#text.slice(start + 2, start + 6);
    if (!/^[\dA-Fa-f]{4}$/.test(digits))
      throw new DataFault("an escape \\u without four hexadecimal digits", start, start + 2);
    this.#at = start + 6;
    return Number.parseInt(digits, 16);
  }
}

/** What to do about things that only looser dialects of JSON have. */
function habitHelp(text: string, at: number): string | undefined {
  const character = text[at];
  if (character === "'") return "strings and keys stand in double quotes";
  if (character === "/" || character === "#") return "JSON has no comments";
  if (character === "}" || character === "]") return "drop the comma before it";
  if (character === "\ufeff") return "drop the byte-order mark";
  return undefined;
}
