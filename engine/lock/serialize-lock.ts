// A Lock as text: keys in order of their code units, one value a line, a line end at the end, so that equal locks are
// equal bytes and a diff shows what changed and nothing else.

import type { Lock } from "../../schemas/lock.ts";
import type { Json } from "../nickel/located.ts";

/** The text of a lock; `parseLock` gives the lock back, and its text again is the same to the byte. */
export function serializeLock(lock: Lock): string {
  return `${write({ ...lock }, "")}\n`;
}

function write(value: Json, indent: string): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const inner = `${indent}  `;
  if (isArray(value)) {
    return bracket(
      "[",
      "]",
      indent,
      value.map((item) => inner + write(item, inner)),
    );
  }
  // Object.keys would put names made of digits first, in order of their number.
  const keys = Object.keys(value).sort(compareCodeUnits);
  const lines = keys.map((key) => `${inner}${JSON.stringify(key)}: ${write(value[key] ?? null, inner)}`);
  return bracket("{", "}", indent, lines);
}

function bracket(open: string, close: string, indent: string, lines: readonly string[]): string {
  return lines.length === 0 ? open + close : `${open}\n${lines.join(",\n")}\n${indent}${close}`;
}

function isArray(value: readonly Json[] | { readonly [key: string]: Json }): value is readonly Json[] {
  return Array.isArray(value);
}

function compareCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
