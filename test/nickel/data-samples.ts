// Plain data for the tests of readers and writers: to and from the located forms, and at random.

import * as fc from "fast-check";
import { SourceFile, type Span } from "../../engine/core/source.ts";
import { unreachable } from "../../engine/core/unreachable.ts";
import type { DataNode } from "../../engine/nickel/formats/data.ts";
import type { Json, Located, LocatedField } from "../../engine/nickel/located.ts";
import { exportNumber, parseNumber, toDouble } from "../../engine/nickel/number.ts";

const nowhere: Span = { file: new SourceFile("/nowhere", ""), start: 0, end: 0 };

/** The value as `evaluate` would hand it out; fields in order of their UTF-8. */
export function locate(json: Json): Located {
  if (json === null) return { kind: "null", span: nowhere };
  switch (typeof json) {
    case "boolean":
      return { kind: "bool", value: json, span: nowhere };
    case "string":
      return { kind: "string", value: json, span: nowhere };
    case "number": {
      const text = exportNumber(parseNumber(String(json)) ?? 0) ?? "";
      return { kind: "number", value: json, text, span: nowhere };
    }
    default: {
      if (isArray(json)) return { kind: "array", items: json.map(locate), span: nowhere };
      const names = Object.keys(json).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      const fields = new Map<string, LocatedField>();
      for (const name of names) fields.set(name, { keySpan: nowhere, value: locate(json[name] ?? null) });
      return { kind: "record", fields, span: nowhere };
    }
  }
}

function isArray(json: readonly Json[] | { readonly [key: string]: Json }): json is readonly Json[] {
  return Array.isArray(json);
}

/** The data without places; of a repeated key the last value. */
export function plain(node: DataNode): Json {
  switch (node.kind) {
    case "null":
      return null;
    case "bool":
    case "string":
      return node.value;
    case "number":
      return toDouble(node.value);
    case "array":
      return node.items.map(plain);
    case "record":
      return Object.fromEntries(node.entries.map(({ key, value }) => [key, plain(value)]));
    default:
      return unreachable(node);
  }
}

/** Strings that make writers quote and readers guess, parted by blanks; a few that blanks cannot part follow. */
const tricks =
  "a b : # ' \" \\ - ? 0 1 x true null ~ é 😀 . e + { [ , & * ! | > % @ ` = yes _ \"\"\" ''' .inf 0x 1.5 --- ...";
const controls = [
  " ",
  "  ",
  "\n",
  "\n\n",
  "\t",
  "\r",
  "\u0001",
  "\u007f",
  "\u0085",
  "\u00a0",
  "\u2028",
  "\ufeff",
];
const trickyText = fc
  .array(fc.constantFrom(...tricks.split(" "), ...controls), { maxLength: 5 })
  .map((parts) => parts.join(""));

/** Other readers lose integers between 2^53 and 2^64. */
const arbitraryDouble = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .filter((x) => !Number.isInteger(x) || Number.isSafeInteger(x) || Math.abs(x) > 1e20)
  .map((x) => (x === 0 ? 0 : x));

const scalar: fc.Arbitrary<Json> = fc.oneof(
  trickyText,
  fc.string({ unit: "grapheme", maxLength: 8 }),
  fc.boolean(),
  fc.integer(),
  arbitraryDouble,
);

/** Records of anything but null, which TOML has not. */
export const arbitraryRecord: fc.Arbitrary<{ readonly [key: string]: Json }> = fc.letrec<{
  record: { readonly [key: string]: Json };
  value: Json;
}>((tie) => ({
  record: fc.dictionary(
    trickyText.filter((key) => key !== "__proto__"),
    tie("value"),
    { maxKeys: 5, noNullPrototype: true },
  ),
  value: fc.oneof({ depthSize: "small" }, scalar, fc.array(tie("value"), { maxLength: 4 }), tie("record")),
})).record;
