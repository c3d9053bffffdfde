// The JSON writer: two blanks of indentation, non-ASCII text as it is, fields in the order they have.

import { unreachable } from "../../core/unreachable.ts";
import type { Located } from "../located.ts";

/** Without a final newline. */
export function writeJson(value: Located, indent = ""): string {
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
    case "array": {
      const inner = `${indent}  `;
      const items = value.items.map((item) => inner + writeJson(item, inner));
      return items.length === 0 ? "[]" : `[\n${items.join(",\n")}\n${indent}]`;
    }
    case "record": {
      const inner = `${indent}  `;
      const fields = Array.from(
        value.fields,
        ([name, field]) => `${inner}${JSON.stringify(name)}: ${writeJson(field.value, inner)}`,
      );
      return fields.length === 0 ? "{}" : `{\n${fields.join(",\n")}\n${indent}}`;
    }
    default:
      return unreachable(value);
  }
}
