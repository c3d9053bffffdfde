// Evaluated Nickel in Nickel's own syntax.

import { unreachable } from "../../engine/core/unreachable.ts";
import type { Located } from "../../engine/nickel/located.ts";

const identifier = /^_*[A-Za-z][A-Za-z0-9_'-]*$/;
const keywords = new Set(
  "let in fun if then else match import forall rec true false null or as include not_exported optional doc default force priority".split(
    " ",
  ),
);

/** Short values in one line, others a line a field or item. */
export function renderNickelValue(value: Located, margin = ""): string {
  switch (value.kind) {
    case "null":
      return "null";
    case "bool":
      return String(value.value);
    case "number":
      return value.text;
    case "string":
      return quote(value.value);
    case "enum":
      return `'${identifier.test(value.tag) ? value.tag : quote(value.tag)}`;
    case "array": {
      const inner = `${margin}  `;
      return enclose(
        "[",
        value.items.map((item) => renderNickelValue(item, inner)),
        "]",
        margin,
      );
    }
    case "record": {
      const inner = `${margin}  `;
      const fields = Array.from(value.fields, ([name, field]) => {
        const key = identifier.test(name) && !keywords.has(name) ? name : quote(name);
        return `${key} = ${renderNickelValue(field.value, inner)}`;
      });
      return enclose("{", fields, "}", margin);
    }
    default:
      return unreachable(value);
  }
}

const lineWidth = 80;

function enclose(open: string, parts: readonly string[], close: string, margin: string): string {
  if (parts.length === 0) return open + close;
  const space = open === "{" ? " " : "";
  const short = `${open}${space}${parts.join(", ")}${space}${close}`;
  if (!short.includes("\n") && margin.length + short.length <= lineWidth) return short;
  return `${open}\n${parts.map((part) => `${margin}  ${part},\n`).join("")}${margin}${close}`;
}

/** Escapes as Nickel's strings have them; "%{" would begin an interpolation. */
function quote(text: string): string {
  const escaped = text
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replaceAll("%{", "\\%{")
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")
    .replaceAll("\t", "\\t");
  return `"${escaped}"`;
}
