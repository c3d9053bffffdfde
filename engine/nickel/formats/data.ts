// What imported data files hold, with places: the common form that the readers of JSON, YAML, TOML and text produce.

import type { Span } from "../../core/source.ts";
import type { Num } from "../number.ts";

/**
 * One value of a data file. A YAML alias is the anchored node itself: a node may stand in several places, even within
 * itself, so whoever walks the whole must remember what was seen.
 */
export type DataNode =
  | { readonly kind: "null"; readonly span: Span }
  | { readonly kind: "bool"; readonly value: boolean; readonly span: Span }
  /** Exact: JSON's and YAML's decimals as written, TOML's floats the nearest double's value. */
  | { readonly kind: "number"; readonly value: Num; readonly span: Span }
  | { readonly kind: "string"; readonly value: string; readonly span: Span }
  | { readonly kind: "array"; readonly items: readonly DataNode[]; readonly span: Span }
  | { readonly kind: "record"; readonly entries: readonly DataEntry[]; readonly span: Span };

/** Entries stand as written. A key may occur twice (JSON, YAML): that is a piecewise definition, to be merged. */
export interface DataEntry {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: DataNode;
}

/** yaml-documents: an array of the documents, however many there are. */
export type DataFormat = "json" | "yaml" | "yaml-documents" | "toml" | "text";
