// Located values as plain JSON and back: for keeping evaluated values from one process to the next. Each value is an array
// [kind, file, start, end, payload], `file` an index into a list that the caller keeps.

import type { SourceFile, Span } from "../core/source.ts";
import { unreachable } from "../core/unreachable.ts";
import type { Json, Located, LocatedField } from "./located.ts";

/** The value as JSON; undefined where something of it was written in none of `paths` (in the standard library, say). */
export function encodeLocated(value: Located, paths: readonly string[]): Json | undefined {
  const indexes = new Map(paths.map((path, index) => [path, index]));
  let isWhole = true;
  const place = ({ file, start, end }: Span): [number, number, number] => {
    const index = indexes.get(file.path);
    if (index === undefined) isWhole = false;
    return [index ?? -1, start, end];
  };
  const encode = (located: Located): Json => {
    const head = [located.kind, ...place(located.span)];
    switch (located.kind) {
      case "null":
        return head;
      case "bool":
      case "string":
        return [...head, located.value];
      case "number":
        return [...head, located.value, located.text];
      case "enum":
        return [...head, located.tag];
      case "array":
        return [...head, located.items.map(encode)];
      case "record": {
        const fields = Array.from(located.fields, ([name, field]) => [
          name,
          ...place(field.keySpan),
          encode(field.value),
        ]);
        return [...head, fields];
      }
      default:
        return unreachable(located);
    }
  };
  const encoded = encode(value);
  return isWhole ? encoded : undefined;
}

/** The value that `encodeLocated` made `json` of; undefined where it made no such thing. */
export function decodeLocated(json: unknown, files: readonly SourceFile[]): Located | undefined {
  try {
    return decode(json, files);
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

class Malformed extends Error {}

function decode(json: unknown, files: readonly SourceFile[]): Located {
  const [kind, file, start, end, payload, text] = list(json);
  const span = readSpan(file, start, end, files);
  switch (kind) {
    case "null":
      return { kind, span };
    case "bool":
      if (typeof payload !== "boolean") throw new Malformed();
      return { kind, value: payload, span };
    case "string":
      if (typeof payload !== "string") throw new Malformed();
      return { kind, value: payload, span };
    case "number":
      if (typeof payload !== "number" || typeof text !== "string") throw new Malformed();
      return { kind, value: payload, text, span };
    case "enum":
      if (typeof payload !== "string") throw new Malformed();
      return { kind, tag: payload, span };
    case "array":
      return { kind, items: list(payload).map((item) => decode(item, files)), span };
    case "record":
      return { kind, fields: new Map(list(payload).map((field) => decodeField(field, files))), span };
    default:
      throw new Malformed();
  }
}

function decodeField(json: unknown, files: readonly SourceFile[]): [string, LocatedField] {
  const [name, file, start, end, value] = list(json);
  if (typeof name !== "string") throw new Malformed();
  return [name, { keySpan: readSpan(file, start, end, files), value: decode(value, files) }];
}

function list(json: unknown): readonly unknown[] {
  if (!Array.isArray(json)) throw new Malformed();
  return json;
}

function readSpan(index: unknown, start: unknown, end: unknown, files: readonly SourceFile[]): Span {
  const file = typeof index === "number" ? files[index] : undefined;
  if (file === undefined || typeof start !== "number" || typeof end !== "number") throw new Malformed();
  return { file, start, end };
}
