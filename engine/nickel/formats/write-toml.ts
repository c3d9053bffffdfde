// The TOML writer: values of a table first, then its tables, as `[a.b]` and `[[a.b]]`; arrays of two and more items on
// lines of their own; the same choice of quotes as Nickel's export.

import { unreachable } from "../../core/unreachable.ts";
import type { Located } from "../located.ts";

type Fields = Extract<Located, { kind: "record" }>["fields"];

/** A whole document, with a final newline unless it is empty. Holds no null: see `writeData`. */
export function writeToml(fields: Fields): string {
  const tables: string[] = [];
  collectTable(fields, [], false, tables);
  return tables.join("\n");
}

/** Adds the table's own text, then those of the tables in it. */
function collectTable(fields: Fields, path: readonly string[], isElement: boolean, tables: string[]): void {
  let body = "";
  const children: { key: string; value: Located }[] = [];
  for (const [name, { value }] of fields) {
    if (isTable(value) || isArrayOfTables(value)) children.push({ key: tomlKey(name), value });
    else body += `${tomlKey(name)} = ${inline(value)}\n`;
  }
  const name = path.join(".");
  if (path.length === 0) {
    if (body !== "") tables.push(body);
  } else if (isElement) tables.push(`[[${name}]]\n${body}`);
  else if (body !== "" || children.length === 0) tables.push(`[${name}]\n${body}`);
  for (const { key, value } of children) {
    const inner = [...path, key];
    if (value.kind === "record") collectTable(value.fields, inner, false, tables);
    else if (value.kind === "array") {
      for (const item of value.items)
        if (item.kind === "record") collectTable(item.fields, inner, true, tables);
    }
  }
}

function isTable(value: Located): boolean {
  return value.kind === "record";
}

function isArrayOfTables(value: Located): boolean {
  return value.kind === "array" && value.items.length > 0 && value.items.every(isTable);
}

function inline(value: Located): string {
  switch (value.kind) {
    case "null":
      return "";
    case "bool":
      return String(value.value);
    case "number":
      return tomlNumber(value.value, value.text);
    case "string":
      return tomlString(value.value);
    case "enum":
      return tomlString(value.tag);
    case "array": {
      const items = value.items.map(inline);
      return items.length < 2
        ? `[${items.join("")}]`
        : `[\n${items.map((item) => `    ${item},\n`).join("")}]`;
    }
    case "record": {
      const fields = Array.from(value.fields, ([name, field]) => `${tomlKey(name)} = ${inline(field.value)}`);
      return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
    }
    default:
      return unreachable(value);
  }
}

/** Integers as they are; others as the double's shortest digits without an exponent, always with a point. */
function tomlNumber(value: number, text: string): string {
  if (/^-?\d+$/.test(text)) return text;
  if (value === 0) return "0.0";
  const [mantissa = "", exponentText = "0"] = Math.abs(value).toExponential().split("e");
  const digits = mantissa.replace(".", "");
  const exponent = Number(exponentText);
  const sign = value < 0 ? "-" : "";
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  const fraction = digits.slice(exponent + 1);
  return `${sign}${whole}.${fraction === "" ? "0" : fraction}`;
}

/** Characters that need an escape code, whatever the quotes. */
const controls = /[^\t\n\u0020-\u007e\u0080-\uffff]/;

function tomlKey(name: string): string {
  if (/^[A-Za-z0-9_-]+$/.test(name)) return name;
  const controlled = controls.test(name) || name.includes("\n");
  return (name.includes('"') || name.includes("\\")) && !controlled && !name.includes("'")
    ? `'${name}'`
    : basic(name, false);
}

function tomlString(text: string): string {
  const controlled = controls.test(text);
  const newline = text.includes("\n");
  const escape = text.includes("\\");
  if (!controlled && !escape && !text.includes('"') && !newline) return basic(text, false);
  if (!controlled && !text.includes("'") && !newline) return `'${text}'`;
  if (!controlled && !escape && !text.includes('"""')) return basic(text, true);
  if (!controlled && !text.includes("'''")) return `'''${newline ? "\n" : ""}${text}'''`;
  return basic(text, newline);
}

const escapes: ReadonlyMap<string, string> = new Map([
  ["\b", "\\b"],
  ["\t", "\\t"],
  ["\f", "\\f"],
  ["\r", "\\r"],
  ["\\", "\\\\"],
]);

/** In double quotes, or three of them, where newlines and up to two quotes in a row stand as they are. */
function basic(text: string, multiline: boolean): string {
  let body = "";
  let quotes = 0;
  for (const character of text) {
    quotes = character === '"' ? quotes + 1 : 0;
    if (quotes > (multiline ? 2 : 0)) {
      body += '\\"';
      quotes = 0;
    } else if (character === "\n") body += multiline ? "\n" : "\\n";
    else {
      const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
      body += escapes.get(character) ?? (controls.test(character) ? `\\u${code}` : character);
    }
  }
  if (!multiline) return `"${body}"`;
  return `"""${text.includes("\n") ? "\n" : ""}${body}"""`;
}
