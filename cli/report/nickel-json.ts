// Evaluated Nickel as JSON text, every number with all its digits.

import { unreachable } from "../../engine/core/unreachable.ts";
import type { Located } from "../../engine/nickel/located.ts";

/** With `indent`, a line a field or item; without, one line. */
export function renderNickelJson(value: Located, indent = "", margin = ""): string {
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
      const items = value.items.map((item) => renderNickelJson(item, indent, margin + indent));
      return enclose("[", items, "]", indent, margin);
    }
    case "record": {
      const colon = indent === "" ? ":" : ": ";
      const fields = Array.from(
        value.fields,
        ([name, field]) =>
          `${JSON.stringify(name)}${colon}${renderNickelJson(field.value, indent, margin + indent)}`,
      );
      return enclose("{", fields, "}", indent, margin);
    }
    default:
      return unreachable(value);
  }
}

function enclose(
  open: string,
  parts: readonly string[],
  close: string,
  indent: string,
  margin: string,
): string {
  if (parts.length === 0) return open + close;
  if (indent === "") return `${open}${parts.join(",")}${close}`;
  const inner = `\n${margin}${indent}`;
  return `${open}${inner}${parts.join(`,${inner}`)}\n${margin}${close}`;
}
