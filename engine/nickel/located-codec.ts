// Located values as plain JSON and back: for keeping evaluated values from one process to the next, and for handing them
// from one thread to another. All nodes of a value stand in one list, each behind what holds it, so that no depth of the
// value is too much for anybody's stack. A node is an array [kind, file, start, end, payload], `file` an index into a list
// that the caller keeps; the payload of an array is its length, that of a record its keys with their places.

import type { SourceFile, Span } from "../core/source.ts";
import { unreachable } from "../core/unreachable.ts";
import type { Json, Located, LocatedField } from "./located.ts";

/** The value as JSON; undefined where something of it was written in none of `paths` (in the standard library, say). */
export function encodeLocated(value: Located, paths: readonly string[]): Json | undefined {
  const indexes = new Map(paths.map((path, index) => [path, index]));
  let isWhole = true;
  const nodes = encodeNodes(value, (file) => {
    const index = indexes.get(file.path);
    if (index === undefined) isWhole = false;
    return index ?? -1;
  });
  return isWhole ? nodes : undefined;
}

/** The value as JSON, its files by the numbers that `indexOf` gives them. */
export function encodeNodes(value: Located, indexOf: (file: SourceFile) => number): Json {
  const nodes: Json[] = [];
  /** What is still to be written, the next one last. */
  const rest: Located[] = [value];
  for (let located = rest.pop(); located !== undefined; located = rest.pop()) {
    const { file, start, end } = located.span;
    const head = [located.kind, indexOf(file), start, end];
    switch (located.kind) {
      case "null":
        nodes.push(head);
        break;
      case "bool":
      case "string":
        nodes.push([...head, located.value]);
        break;
      case "number":
        nodes.push([...head, located.value, located.text]);
        break;
      case "enum":
        nodes.push([...head, located.tag]);
        break;
      case "array":
        nodes.push([...head, located.items.length]);
        for (let at = located.items.length - 1; at >= 0; at -= 1) {
          const item = located.items[at];
          if (item !== undefined) rest.push(item);
        }
        break;
      case "record": {
        const keys: Json[] = [];
        const values: Located[] = [];
        for (const [name, { keySpan, value: inner }] of located.fields) {
          keys.push([name, indexOf(keySpan.file), keySpan.start, keySpan.end]);
          values.push(inner);
        }
        nodes.push([...head, keys]);
        for (const inner of values.reverse()) rest.push(inner);
        break;
      }
      default:
        unreachable(located);
    }
  }
  return nodes;
}

/** The value that `encodeLocated` made `json` of; undefined where it made no such thing. */
export function decodeLocated(json: unknown, files: readonly SourceFile[]): Located | undefined {
  try {
    return decode(list(json), files);
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

class Malformed extends Error {}

/** An array or record that waits for its parts. */
interface Container {
  readonly located: Located;
  readonly length: number;
  /** How many of its parts are there. */
  filled: number;
  readonly add: (part: Located) => void;
}

function decode(nodes: readonly unknown[], files: readonly SourceFile[]): Located {
  const open: Container[] = [];
  for (const [at, node] of nodes.entries()) {
    let done = decodeNode(node, files);
    // A part that is complete may complete what holds it.
    for (;;) {
      if ("add" in done) {
        if (done.filled < done.length) {
          open.push(done);
          break;
        }
        done = done.located;
      }
      const around = open.pop();
      if (around === undefined) {
        if (at !== nodes.length - 1) throw new Malformed();
        return done;
      }
      around.add(done);
      around.filled += 1;
      done = around;
    }
  }
  throw new Malformed();
}

function decodeNode(json: unknown, files: readonly SourceFile[]): Located | Container {
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
    case "array": {
      if (typeof payload !== "number") throw new Malformed();
      const items: Located[] = [];
      return { located: { kind, items, span }, length: payload, filled: 0, add: (item) => items.push(item) };
    }
    case "record": {
      const keys = list(payload).map((key) => decodeKey(key, files));
      const fields = new Map<string, LocatedField>();
      const add = (value: Located) => {
        const key = keys[fields.size];
        if (key === undefined) throw new Malformed();
        fields.set(key.name, { keySpan: key.span, value });
      };
      return { located: { kind, fields, span }, length: keys.length, filled: 0, add };
    }
    default:
      throw new Malformed();
  }
}

function decodeKey(json: unknown, files: readonly SourceFile[]): { name: string; span: Span } {
  const [name, file, start, end] = list(json);
  if (typeof name !== "string") throw new Malformed();
  return { name, span: readSpan(file, start, end, files) };
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
