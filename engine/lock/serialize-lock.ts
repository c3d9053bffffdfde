// A Lock as text: keys in order of their code units, one value a line, a line end at the end, so that equal locks are
// equal bytes and a diff shows what changed and nothing else. Between two layers, and between two bases, the comma stands
// on a line of its own: to put one in or take one out then changes no line of its neighbours, and git merges that with
// what another branch did to them.

import type { Lock } from "../../schemas/lock.ts";
import type { Json } from "../nickel/located.ts";

/** The text of a lock; `parseLock` gives the lock back, and its text again is the same to the byte. */
export function serializeLock(lock: Lock): string {
  const { bases, layers, version } = lock;
  return `{
  "bases": ${writeApart(bases)},
  "layers": ${writeApart(layers)},
  "version": ${version}
}
`;
}

/** The objects of the second level, each apart from the next. */
function writeApart(record: Readonly<Record<string, Json>>): string {
  const blocks = writeFields(record, "    ");
  return blocks.length === 0 ? "{}" : `{\n${blocks.join("\n    ,\n")}\n  }`;
}

function write(value: Json, indent: string): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const inner = `${indent}  `;
  if (isArray(value)) {
    const items = value.map((item) => inner + write(item, inner));
    return items.length === 0 ? "[]" : `[\n${items.join(",\n")}\n${indent}]`;
  }
  const fields = writeFields(value, inner);
  return fields.length === 0 ? "{}" : `{\n${fields.join(",\n")}\n${indent}}`;
}

function writeFields(record: Readonly<Record<string, Json>>, indent: string): string[] {
  // Object.keys would put names made of digits first, in order of their number.
  const keys = Object.keys(record).sort(compareCodeUnits);
  return keys.map((key) => `${indent}${JSON.stringify(key)}: ${write(record[key] ?? null, indent)}`);
}

function isArray(value: readonly Json[] | { readonly [key: string]: Json }): value is readonly Json[] {
  return Array.isArray(value);
}

function compareCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
