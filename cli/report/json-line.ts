// Evaluated Nickel as one line of JSON, every number with all its digits.

import { unreachable } from "../../engine/core/unreachable.ts";
import type { Located } from "../../engine/nickel/located.ts";

export function renderJsonLine(value: Located): string {
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
      return `[${value.items.map(renderJsonLine).join(",")}]`;
    case "record":
      return `{${Array.from(
        value.fields,
        ([name, field]) => `${JSON.stringify(name)}:${renderJsonLine(field.value)}`,
      ).join(",")}}`;
    default:
      return unreachable(value);
  }
}
