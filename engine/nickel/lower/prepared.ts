// A text that was parsed and lowered beforehand, as plain data and back. lamina's own Nickel texts are so when it is built: in a
// process that has just started, to read their cores takes a tenth of the time that it takes to make them (6 ms against 65 for the
// library's larger modules and the contract of workflows). Of an author's file, small as they are, it would save next to nothing.

import type { SourceFile } from "../../core/source.ts";
import { Rational } from "../number.ts";
import type { OuterType } from "../typing/outer-type.ts";
import type { Lowered } from "./lower.ts";

export interface PreparedText extends Pick<Lowered, "core" | "imports"> {
  readonly outer: OuterType | undefined;
}

/** What was packed for the text of a path, as structured cloning gives it back; anything else is left aside. */
export type FindPrepared = (path: string) => unknown;

export interface PackedText extends PreparedText {
  readonly text: string;
  /** All places in the core, to be told their file: a search for them would take three times as long as all the rest. */
  readonly places: readonly Placed[];
}

interface Placed {
  file: SourceFile;
}

/** To be cloned or serialized; `undefined` for a text with a fraction in it, which would not come back as one. */
export function packText({ text }: SourceFile, prepared: PreparedText): PackedText | undefined {
  const places: Placed[] = [];
  for (const part of partsOf(prepared)) {
    if (part instanceof Rational) return undefined;
    if (isPlace(part)) places.push(part);
  }
  return { text, places, ...prepared };
}

/** What was packed for this very text, its places in `file`; `undefined` where it was another text, or none. */
export function unpackText(packed: unknown, file: SourceFile): PreparedText | undefined {
  if (!isPacked(packed) || packed.text !== file.text) return undefined;
  for (const place of packed.places) place.file = file;
  return packed;
}

function isPacked(value: unknown): value is PackedText {
  return typeof value === "object" && value !== null && "text" in value && "core" in value;
}

function isPlace(part: object): part is Placed {
  return "start" in part && "file" in part;
}

/** All objects that hang together with one, each once. */
function* partsOf(root: object): Generator<object> {
  const seen = new Set<object>([root]);
  for (const part of seen) {
    yield part;
    if (isPlace(part)) continue;
    const inner: readonly unknown[] = Object.values(part);
    for (const one of inner) if (typeof one === "object" && one !== null) seen.add(one);
  }
}
