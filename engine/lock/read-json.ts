// JSON text (RFC 8259) into located data, so that a complaint about a lock underlines the very value. Stops at the
// first fault of syntax; a key that stands twice, which JSON.parse would let pass, is a fault as well.

import { type Diagnostic, diagnose } from "../core/diagnostic.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { SourceFile, Span } from "../core/source.ts";
import type { Located, LocatedField } from "../nickel/located.ts";
import { duplicateKey, notJson } from "./diagnostics.ts";

/** Reads a whole text as one JSON value. */
export function readJson(file: SourceFile): Result<Located, Diagnostic> {
  const reader = new Reader(file);
  try {
    return ok(reader.readDocument());
  } catch (fault) {
    if (fault instanceof Fault) return err(fault.diagnostic);
    throw fault;
  }
}

/** Never leaves this file. */
class Fault extends Error {
  readonly diagnostic: Diagnostic;
  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message);
    this.diagnostic = diagnostic;
  }
}

const whitespace = /[ \t\r\n]*/y;
const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
// Any code unit from the space on but the quote and the backslash, or an escape.
const string = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const word = /[A-Za-z0-9_]+/y;

class Reader {
  readonly #file: SourceFile;
  #at = 0;

  constructor(file: SourceFile) {
    this.#file = file;
  }

  readDocument(): Located {
    const value = this.#readValue();
    this.#skip();
    if (this.#at < this.#file.text.length) this.#refuse("the end of the text");
    return value;
  }

  #readValue(): Located {
    this.#skip();
    const start = this.#at;
    switch (this.#file.text[start]) {
      case "{":
        return this.#readObject(start);
      case "[":
        return this.#readArray(start);
      case '"':
        return { kind: "string", value: this.#readString("a string"), span: this.#spanFrom(start) };
      case "t":
      case "f":
      case "n":
        return this.#readWord(start);
      default: {
        const text = this.#match(number) ?? this.#refuse("a value");
        return { kind: "number", value: Number(text), text, span: this.#spanFrom(start) };
      }
    }
  }

  #readWord(start: number): Located {
    const text = this.#match(word);
    const span = this.#spanFrom(start);
    if (text === "true" || text === "false") return { kind: "bool", value: text === "true", span };
    if (text === "null") return { kind: "null", span };
    this.#at = start;
    return this.#refuse("a value");
  }

  #readArray(start: number): Located {
    const items: Located[] = [];
    this.#at += 1;
    if (!this.#takes("]")) {
      do items.push(this.#readValue());
      while (this.#takes(","));
      if (!this.#takes("]")) this.#refuse('"," or "]"');
    }
    return { kind: "array", items, span: this.#spanFrom(start) };
  }

  #readObject(start: number): Located {
    const fields = new Map<string, LocatedField>();
    this.#at += 1;
    if (!this.#takes("}")) {
      do this.#readField(fields);
      while (this.#takes(","));
      if (!this.#takes("}")) this.#refuse('"," or "}"');
    }
    return { kind: "record", fields, span: this.#spanFrom(start) };
  }

  #readField(fields: Map<string, LocatedField>): void {
    this.#skip();
    const start = this.#at;
    const key = this.#readString("a key in double quotes");
    const keySpan = this.#spanFrom(start);
    const first = fields.get(key);
    if (first !== undefined) {
      const notes = [{ message: "first named here", span: first.keySpan }];
      throw new Fault(diagnose(duplicateKey, { key }, { span: keySpan, notes }));
    }
    if (!this.#takes(":")) this.#refuse('":"');
    fields.set(key, { keySpan, value: this.#readValue() });
  }

  #readString(expected: string): string {
    const text = this.#match(string) ?? this.#refuse(expected);
    const value: unknown = JSON.parse(text);
    return String(value);
  }

  #takes(character: string): boolean {
    this.#skip();
    if (this.#file.text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #skip(): void {
    this.#match(whitespace);
  }

  /** What the sticky pattern matches here, taken; undefined when it matches nothing. */
  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#file.text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #spanFrom(start: number): Span {
    return { file: this.#file, start, end: this.#at };
  }

  #refuse(expected: string): never {
    const end = Math.min(this.#at + 1, this.#file.text.length);
    throw new Fault(diagnose(notJson, { expected }, { span: { file: this.#file, start: this.#at, end } }));
  }
}
