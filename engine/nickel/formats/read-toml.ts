// The TOML reader (TOML 1.0), with the place of every value and key. Dates become strings, floats the exact value of
// their double, as Nickel has it.

import type { SourceFile, Span } from "../../core/source.ts";
import type { DataEntry, DataNode } from "./data.ts";
import { DataFault, nestingLimit } from "./data-fault.ts";
import { type TomlKey, TomlScanner } from "./toml-scanner.ts";

/** @throws DataFault at the first fault. */
export function readToml(file: SourceFile): DataNode {
  return new TomlReader(file).read();
}

/** Who made a table decides who may add to it: a header once to `implied` ones, dotted keys to `dotted` ones alone. */
type Origin = "implied" | "header" | "dotted" | "element";

interface Table {
  readonly kind: "table";
  origin: Origin;
  readonly entries: Map<string, Entry>;
  span: Span;
}

interface Entry {
  readonly key: TomlKey;
  readonly value: Slot;
}

type Slot = Table | { readonly kind: "tables"; readonly items: Table[]; readonly span: Span } | DataNode;

class TomlReader {
  readonly #scanner: TomlScanner;
  #depth = 0;

  constructor(file: SourceFile) {
    this.#scanner = new TomlScanner(file);
  }

  read(): DataNode {
    const s = this.#scanner;
    const root = newTable("header", { file: s.file, start: 0, end: s.text.length });
    let current = root;
    s.skipLines();
    while (s.at < s.text.length) {
      if (s.character === "[") current = this.#header(root);
      else {
        this.#keyValue(current);
        s.endLine();
      }
      s.skipLines();
    }
    return finish(root);
  }

  /** `[a.b]` or `[[a.b]]`: the table that the following lines fill. */
  #header(root: Table): Table {
    const s = this.#scanner;
    const start = s.at;
    const isElement = s.text.startsWith("[[", start);
    s.at += isElement ? 2 : 1;
    s.skipBlanks();
    const keys = s.keys();
    s.expect(isElement ? "]]" : "]", "after the table's name");
    const span = s.span(start);
    s.endLine();
    let table = root;
    for (const key of keys.slice(0, -1)) table = stepInto(table, key, span);
    const last = keys.at(-1);
    if (last === undefined) throw new DataFault("expected a key", start);
    const present = table.entries.get(last.name)?.value;
    if (isElement) {
      const element = newTable("element", span);
      if (present === undefined) {
        table.entries.set(last.name, { key: last, value: { kind: "tables", items: [element], span } });
      } else if (present.kind === "tables") present.items.push(element);
      else throw duplicate(last);
      return element;
    }
    if (present === undefined) {
      const made = newTable("header", span);
      table.entries.set(last.name, { key: last, value: made });
      return made;
    }
    if (present.kind !== "table" || present.origin !== "implied") throw duplicate(last);
    present.origin = "header";
    present.span = span;
    return present;
  }

  /** `a.b = value` in a table. */
  #keyValue(into: Table): void {
    const s = this.#scanner;
    const keys = s.keys();
    s.expect("=", "after the key");
    let table = into;
    for (const key of keys.slice(0, -1)) table = stepDotted(table, key);
    const last = keys.at(-1);
    if (last === undefined || table.entries.has(last.name))
      throw duplicate(last ?? { name: "", span: into.span });
    s.skipBlanks();
    table.entries.set(last.name, { key: last, value: this.#value() });
  }

  #value(): DataNode {
    const s = this.#scanner;
    const start = s.at;
    this.#depth += 1;
    if (this.#depth > nestingLimit)
      throw new DataFault(`nested more than ${nestingLimit} levels deep`, start);
    const value = this.#anyValue(start);
    this.#depth -= 1;
    return value;
  }

  #anyValue(start: number): DataNode {
    const s = this.#scanner;
    switch (s.character) {
      case '"':
      case "'": {
        const value = s.string();
        return { kind: "string", value, span: s.span(start) };
      }
      case "[":
        return this.#array(start);
      case "{":
        return this.#inlineTable(start);
      default:
        return s.scalar();
    }
  }

  #array(start: number): DataNode {
    const s = this.#scanner;
    s.at += 1;
    const items: DataNode[] = [];
    s.skipLines();
    while (s.character !== "]") {
      if (s.at >= s.text.length) throw new DataFault("an unclosed array", start);
      items.push(this.#value());
      s.skipLines();
      if (!s.eat(",")) break;
      s.skipLines();
    }
    s.expect("]", "or `,` in the array");
    return { kind: "array", items, span: s.span(start) };
  }

  #inlineTable(start: number): DataNode {
    const s = this.#scanner;
    s.at += 1;
    const table = newTable("header", s.span(start));
    s.skipBlanks();
    if (!s.eat("}")) {
      do {
        s.skipBlanks();
        this.#keyValue(table);
        s.skipBlanks();
      } while (s.eat(","));
      s.expect("}", "or `,` in the inline table");
    }
    table.span = s.span(start);
    return finish(table);
  }
}

function newTable(origin: Origin, span: Span): Table {
  return { kind: "table", origin, entries: new Map(), span };
}

function duplicate(key: TomlKey): DataFault {
  return new DataFault(`duplicate key \`${key.name}\``, key.span.start, key.span.end);
}

/** One key of a header's path but the last: into a table, or the last of an array of tables. */
function stepInto(table: Table, key: TomlKey, span: Span): Table {
  const present = table.entries.get(key.name)?.value;
  if (present === undefined) {
    const made = newTable("implied", span);
    table.entries.set(key.name, { key, value: made });
    return made;
  }
  if (present.kind === "table") return present;
  const last = present.kind === "tables" ? present.items.at(-1) : undefined;
  if (last === undefined) throw duplicate(key);
  return last;
}

/** One key of a dotted key but the last. */
function stepDotted(table: Table, key: TomlKey): Table {
  const present = table.entries.get(key.name)?.value;
  if (present === undefined) {
    const made = newTable("dotted", key.span);
    table.entries.set(key.name, { key, value: made });
    return made;
  }
  if (present.kind !== "table" || present.origin !== "dotted") throw duplicate(key);
  return present;
}

function finish(slot: Slot): DataNode {
  if (slot.kind === "tables") return { kind: "array", items: slot.items.map(finish), span: slot.span };
  if (slot.kind !== "table") return slot;
  const entries: DataEntry[] = [];
  for (const { key, value } of slot.entries.values()) {
    entries.push({ key: key.name, keySpan: key.span, value: finish(value) });
  }
  return { kind: "record", entries, span: slot.span };
}
