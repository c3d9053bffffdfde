// The JSON writers: non-ASCII text as it is, fields in the order they have, every number with all its digits.

import { unreachable } from "../../core/unreachable.ts";
import type { Located } from "../located.ts";

/** Over several lines, with two blanks of indentation, as `nickel export` prints it; without a final newline. */
export function writeJson(value: Located, indent = ""): string {
  const inner = `${indent}  `;
  return write(value, {
    comma: `,\n${inner}`,
    colon: ": ",
    within: (text) => `\n${inner}${text}\n${indent}`,
    nested: (child) => writeJson(child, inner),
  });
}

/** On one line, without blanks. */
export function writeJsonLine(value: Located): string {
  return write(value, { comma: ",", colon: ":", within: (text) => text, nested: writeJsonLine });
}

interface Layout {
  readonly comma: string;
  readonly colon: string;
  /** What stands between the brackets of an array or record that is not empty. */
  readonly within: (text: string) => string;
  readonly nested: (value: Located) => string;
}

function write(value: Located, { comma, colon, within, nested }: Layout): string {
  switch (value.kind) {
    case "null":
      return "null";
    case "bool":
      return String(value.value);
    case "number":
      return value.text;
    case "string":
      return JSON.stringify(value.value);
    case "enum":
      return JSON.stringify(value.tag);
    case "array":
      return value.items.length === 0 ? "[]" : `[${within(value.items.map(nested).join(comma))}]`;
    case "record": {
      const fields = Array.from(
        value.fields,
        ([name, field]) => `${JSON.stringify(name)}${colon}${nested(field.value)}`,
      );
      return fields.length === 0 ? "{}" : `{${within(fields.join(comma))}}`;
    }
    default:
      return unreachable(value);
  }
}
