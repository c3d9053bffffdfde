// Evaluated Nickel as data, every leaf with the place it was written at: what comes out of `evaluate` and goes
// into the catalog, so that a complaint about a value can underline the very token.

import type { Span } from "../core/source.ts";
import { unreachable } from "../core/unreachable.ts";

/** JSON as this program uses it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A fully evaluated value. `span` is where its literal stands, not where it was merged or asked for. */
export type Located =
  | { readonly kind: "null"; readonly span: Span }
  | { readonly kind: "bool"; readonly value: boolean; readonly span: Span }
  /** `text` is the exact decimal or integer as the export prints it; `value` the nearest double. */
  | { readonly kind: "number"; readonly value: number; readonly text: string; readonly span: Span }
  | { readonly kind: "string"; readonly value: string; readonly span: Span }
  /** A bare enum tag such as 'toolchain; exported as the string of its name. */
  | { readonly kind: "enum"; readonly tag: string; readonly span: Span }
  | { readonly kind: "array"; readonly items: readonly Located[]; readonly span: Span }
  | { readonly kind: "record"; readonly fields: ReadonlyMap<string, LocatedField>; readonly span: Span };

/** Fields stand in order of their names (UTF-8 bytes), as the export prints them. */
export interface LocatedField {
  readonly keySpan: Span;
  readonly value: Located;
}

/** The same value without its places; enum tags become strings. */
export function toJson(located: Located): Json {
  switch (located.kind) {
    case "null":
      return null;
    case "bool":
    case "number":
    case "string":
      return located.value;
    case "enum":
      return located.tag;
    case "array":
      return located.items.map(toJson);
    case "record":
      // `Object.fromEntries` defines own properties, also for a field named __proto__.
      return Object.fromEntries(Array.from(located.fields, ([name, field]) => [name, toJson(field.value)]));
    default:
      return unreachable(located);
  }
}

/** The value at a path of keys and indexes, or the deepest one that exists on the way. */
export function nearest(
  located: Located,
  path: readonly PropertyKey[],
): { value: Located; keySpan: Span | undefined; found: boolean } {
  let value = located;
  let keySpan: Span | undefined;
  for (const step of path) {
    if (value.kind === "record") {
      const field = value.fields.get(String(step));
      if (field === undefined) return { value, keySpan, found: false };
      value = field.value;
      keySpan = field.keySpan;
    } else if (value.kind === "array" && typeof step === "number" && value.items[step] !== undefined) {
      value = value.items[step];
      keySpan = undefined;
    } else return { value, keySpan, found: false };
  }
  return { value, keySpan, found: true };
}
