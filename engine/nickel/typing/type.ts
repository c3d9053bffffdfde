// Types as the checker works on them: those that people write, and variables that stand for what is not known yet.
// Records and enums are lists of rows that end in nothing, in `Dyn` or in a variable; both share one form.

import type { Span } from "../../core/source.ts";
import type { Term, VariableKind } from "../syntax/ast.ts";
import type { Terms } from "./context.ts";

interface Written {
  /** Where it was written, if it was. */
  readonly span?: Span | undefined;
}

export interface ArrowType extends Written {
  readonly kind: "arrow";
  readonly domain: Type;
  readonly codomain: Type;
}

/** Any term used as a type; equal to another only as contract-equality.ts says. */
export interface ContractType extends Written {
  readonly kind: "contract";
  readonly term: Term;
  readonly terms: Terms;
}

export interface ForallType extends Written {
  readonly kind: "forall";
  readonly variable: string;
  readonly variableKind: VariableKind;
  readonly body: Type;
}

export interface RowsType extends Written {
  readonly kind: "record" | "enum";
  readonly rows: Rows;
}

export type Type =
  | (Written & { readonly kind: "dyn" | "number" | "bool" | "string" | "symbol" })
  | ContractType
  | ArrowType
  | ForallType
  | RowsType
  | (Written & { readonly kind: "array"; readonly element: Type })
  | (Written & {
      readonly kind: "dictionary";
      readonly flavour: "type" | "contract";
      readonly element: Type;
    })
  /** `_`, by its number within the file. */
  | (Written & { readonly kind: "wildcard"; readonly id: number })
  /** The variable of a `forall` around it. */
  | (Written & { readonly kind: "bound"; readonly name: string })
  /** What the variable of a `forall` is while its body is checked: equal to itself alone. */
  | { readonly kind: "rigid"; readonly rigid: Rigid }
  | { readonly kind: "flexible"; readonly variable: TypeVariable };

/** The tail `Dyn` occurs in records alone. */
export type Rows =
  | { readonly kind: "empty" }
  | { readonly kind: "dyn" }
  | ExtendedRows
  | { readonly kind: "bound"; readonly name: string }
  | { readonly kind: "rigid"; readonly rigid: Rigid }
  | { readonly kind: "flexible"; readonly variable: RowVariable };

export interface ExtendedRows {
  readonly kind: "extend";
  readonly row: Row;
  readonly tail: Rows;
}

/** A field with its type, a tag (no type), or a tag with its argument's type. */
export interface Row {
  readonly name: string;
  readonly type: Type | undefined;
  readonly span: Span | undefined;
  /** The type mentions no variable that is bound outside of it: nothing need look into it. */
  readonly isClosed?: boolean;
}

/** The level tells how many `forall`s were around when it came to be. */
export interface Rigid {
  readonly name: string;
  readonly level: number;
}

/** Stands for one type: unknown until `type` is set. */
export interface TypeVariable {
  type: Type | undefined;
  /** It must not become a rigid variable of a higher level: that one means nothing where this one is known. */
  level: number;
  /** Of the `forall` variable that it was made for. */
  readonly name: string | undefined;
}

/** Stands for the rest of a row: unknown until `rows` is set. */
export interface RowVariable {
  rows: Rows | undefined;
  level: number;
  readonly name: string | undefined;
  /** Names that the rest must not have: they stand before it (only those with an argument in enums). */
  readonly lacks: Set<string>;
}

export const dyn: Type = { kind: "dyn" };
export const number: Type = { kind: "number" };
export const bool: Type = { kind: "bool" };
export const string: Type = { kind: "string" };
export const emptyRows: Rows = { kind: "empty" };

export function arrow(domain: Type, codomain: Type): ArrowType {
  return { kind: "arrow", domain, codomain };
}

export function arrayOf(element: Type): Type {
  return { kind: "array", element };
}

export function dictionaryOf(element: Type): Type {
  return { kind: "dictionary", flavour: "type", element };
}

/** What a variable was found to stand for, else the type itself. */
export function resolve(type: Type): Type {
  let at = type;
  while (at.kind === "flexible" && at.variable.type !== undefined) at = at.variable.type;
  return at;
}

/** What a variable was found to stand for, else the rows themselves. */
export function resolveRows(rows: Rows): Rows {
  let at = rows;
  while (at.kind === "flexible" && at.variable.rows !== undefined) at = at.variable.rows;
  return at;
}

/** The rows one by one, and what they end in. */
export function listRows(rows: Rows): { readonly list: readonly Row[]; readonly tail: Rows } {
  const list: Row[] = [];
  let at = resolveRows(rows);
  for (; at.kind === "extend"; at = resolveRows(at.tail)) list.push(at.row);
  return { list, tail: at };
}

/** The rows, in their order, in front of a tail. */
export function extendRows(list: readonly Row[], tail: Rows): Rows {
  return list.reduceRight<Rows>((rest, row) => ({ kind: "extend", row, tail: rest }), tail);
}
