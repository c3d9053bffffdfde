// The YAML writer: block style, sequences not indented below their key, strings plain where that reads back as the
// same string, and in the same choice of quotes as Nickel's export.

import { unreachable } from "../../core/unreachable.ts";
import type { Located } from "../located.ts";
import { isSimpleKey, literalString, yamlKey, yamlString } from "./yaml-scalar.ts";

/** One document, with a final newline. */
export function writeYaml(value: Located): string {
  const text = block(value, -2, "root");
  return text.endsWith("\n") ? text : `${text}\n`;
}

/** Behind what a value stands: nothing, `- ` (or the colon of a complex key), or `key:`. */
type Place = "root" | "item" | "field";

/** The value's text from behind its indicator; `outer` is the column of the collection around it. */
function block(value: Located, outer: number, place: Place): string {
  const lead = place === "root" ? "" : " ";
  switch (value.kind) {
    case "null":
      return `${lead}null`;
    case "bool":
      return `${lead}${value.value}`;
    case "number":
      return lead + value.text;
    case "string":
      return lead + yamlString(value.value, literalColumn(outer));
    case "enum":
      return lead + yamlString(value.tag, literalColumn(outer));
    case "array": {
      if (value.items.length === 0) return `${lead}[]`;
      const column = place === "field" ? Math.max(outer, 0) : outer + 2;
      const lines = value.items.map((item) => `-${block(item, column, "item")}`);
      return lead.trimEnd() + joinLines(lines, column, place);
    }
    case "record": {
      if (value.fields.size === 0) return `${lead}{}`;
      const column = outer + 2;
      const lines = Array.from(value.fields, ([name, field]) => entry(name, field.value, column));
      return joinLines(lines, column, place);
    }
    default:
      return unreachable(value);
  }
}

/** The column of a literal string's text. */
function literalColumn(outer: number): number {
  return outer < 0 ? 2 : outer + 2;
}

function entry(name: string, value: Located, column: number): string {
  if (isSimpleKey(name)) return `${yamlKey(name)}:${block(value, column, "field")}`;
  const key = name.includes("\n") ? literalString(name, column + 2) : yamlKey(name);
  return `? ${key.endsWith("\n") ? key : `${key}\n`}${" ".repeat(column)}:${block(value, column, "item")}`;
}

/** Lines of a collection at their column; the first one stands on the present line behind `- `, else on a new one. */
function joinLines(lines: readonly string[], column: number, place: Place): string {
  const pad = " ".repeat(column);
  const first = place === "root" ? "" : place === "item" ? " " : `\n${pad}`;
  return first + lines.map((line) => (line.endsWith("\n") ? line : `${line}\n`)).join(pad);
}
