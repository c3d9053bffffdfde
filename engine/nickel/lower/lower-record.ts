// Record literals to core: dotted paths become nested records, piecewise definitions of one field become one
// field, includes become fields that take their value from the scope around, and every part is marked as
// depending on its siblings or not.

import type { Span } from "../../core/source.ts";
import { type Num, parseNumber } from "../number.ts";
import type {
  FieldDefinition,
  FieldMetadata,
  PathElement,
  RecordTerm,
  Term,
  TypeNode,
} from "../syntax/ast.ts";
import type { Core, CoreContract, CoreDynamicField, CoreField, CoreRecord } from "./core.ts";
import { lowerContract, lowerStatic } from "./lower-type.ts";
import { comparePriorities, type Priority } from "./priority.ts";
import { type Lowering, Scope } from "./scope.ts";

/** What one definition says of a field. */
interface Piece {
  readonly keySpan: Span;
  readonly metadata: FieldMetadata;
  readonly value: Term | undefined;
  /** Of a definition with a longer path: what is left of it. */
  readonly inner: FieldDefinition | undefined;
  /** Of an include: where to look the name up. */
  readonly included: string | undefined;
}

const noMetadata: FieldMetadata = {
  annotations: { type: undefined, contracts: [] },
  doc: undefined,
  priorities: [],
  optional: false,
  notExported: false,
};

/** The fields of a record made by a dotted path are not in scope by their bare names. */
export function lowerRecord(
  lowering: Lowering,
  term: RecordTerm,
  outer: Scope,
  fromPath: boolean,
): CoreRecord {
  const pieces = new Map<string, Piece[]>();
  const dynamic: { readonly name: Term; readonly piece: Piece }[] = [];
  for (const definition of term.fields) {
    const [first, ...rest] = definition.path;
    const piece = toPiece(definition, first.span, rest);
    if (first.kind === "static") push(pieces, first.name, piece);
    else dynamic.push({ name: first.term, piece });
  }
  for (const include of term.includes) {
    push(pieces, include.name.text, {
      keySpan: include.name.span,
      metadata: include.metadata,
      value: undefined,
      inner: undefined,
      included: include.name.text,
    });
  }
  const scope = new Scope(outer, new Set(fromPath ? [] : pieces.keys()));
  const fields = Array.from(
    pieces,
    ([name, parts]): CoreField => ({ name, ...lowerField(lowering, name, parts, scope, outer) }),
  );
  const dynamicFields: CoreDynamicField[] = [];
  for (const { name, piece } of dynamic) {
    const field = lowerField(lowering, undefined, [piece], scope, outer);
    dynamicFields.push({ ...field, name: lowering.term(name, outer) });
  }
  return {
    kind: "record",
    frame: scope.frame,
    names: scope.slotNames(),
    fields,
    dynamicFields,
    open: term.open,
    span: term.span,
  };
}

function toPiece(definition: FieldDefinition, keySpan: Span, rest: readonly PathElement[]): Piece {
  const [next, ...more] = rest;
  if (next === undefined) {
    return {
      keySpan,
      metadata: definition.metadata,
      value: definition.value,
      inner: undefined,
      included: undefined,
    };
  }
  const inner: FieldDefinition = { ...definition, path: [next, ...more] };
  return { keySpan, metadata: noMetadata, value: undefined, inner, included: undefined };
}

function push(pieces: Map<string, Piece[]>, name: string, piece: Piece): void {
  const parts = pieces.get(name);
  if (parts === undefined) pieces.set(name, [piece]);
  else parts.push(piece);
}

/** All pieces of one field as one: metadata combined, the values of the highest priority merged. */
function lowerField(
  lowering: Lowering,
  name: string | undefined,
  pieces: readonly Piece[],
  scope: Scope,
  outer: Scope,
): Omit<CoreField, "name"> {
  const keySpan = pieces[0]?.keySpan;
  if (keySpan === undefined) throw new Error("a field without a definition");
  // Definitions by longer paths make one record together.
  const inner = pieces.flatMap((piece) => (piece.inner === undefined ? [] : [piece.inner]));
  const nested: RecordTerm | undefined =
    inner[0] === undefined
      ? undefined
      : { kind: "record", fields: inner, includes: [], open: false, span: inner[0].span };
  const whole = pieces.filter((piece) => piece.inner === undefined);

  const types: TypeNode[] = [];
  const contractNodes: TypeNode[] = [];
  for (const { metadata } of whole) {
    const { type, contracts } = metadata.annotations;
    if (type !== undefined) {
      if (types.length === 0) types.push(type);
      else contractNodes.push(type);
    }
    contractNodes.push(...contracts);
  }
  const contracts = contractNodes.map((node) => lowerContract(lowering, node, scope, name));

  const values: { readonly priority: Priority; readonly lower: () => Core }[] = [];
  if (nested !== undefined) values.push({ priority: 0, lower: () => lowering.pathRecord(nested, scope) });
  for (const { value, metadata, included, keySpan: span } of whole) {
    const priority = lowerPriority(metadata);
    if (included !== undefined) {
      values.push({
        priority,
        lower: () => lowering.term({ kind: "variable", name: included, span }, outer),
      });
    } else if (value !== undefined) values.push({ priority, lower: () => lowering.term(value, scope) });
  }
  const highest = values.reduce<Priority | undefined>(
    (best, { priority }) => (best === undefined || comparePriorities(priority, best) > 0 ? priority : best),
    undefined,
  );
  const wins = ({ priority }: { readonly priority: Priority }) =>
    highest !== undefined && comparePriorities(priority, highest) === 0;
  // What is outranked is never computed; its names and imports have to be there all the same.
  for (const one of values) if (!wins(one)) one.lower();
  const { result: value, recursive } = scope.track(() => {
    const lowered = values.filter(wins).map(({ lower }) => lower());
    const statics = types.flatMap((type) => lowerStatic(lowering, type, scope, name));
    return annotate(mergeAll(lowered), statics);
  });
  // An annotation without a value of its own still holds for what merging will bring.
  const pending =
    value === undefined
      ? [...types.map((type) => lowerContract(lowering, type, scope, name)), ...contracts]
      : contracts;
  return {
    keySpan,
    value,
    recursive,
    contracts: pending,
    optional: pieces.every((piece) => piece.metadata.optional),
    notExported: pieces.some((piece) => piece.metadata.notExported),
    priority:
      highest ?? (pieces.length === 1 && whole[0] !== undefined ? lowerPriority(whole[0].metadata) : 0),
    doc: pieces.find((piece) => piece.metadata.doc !== undefined)?.metadata.doc,
  };
}

function mergeAll(values: readonly Core[]): Core | undefined {
  return values.reduce<Core | undefined>(
    (left, right) =>
      left === undefined
        ? right
        : { kind: "primop", name: "merge-pieces", arguments: [left, right], span: right.span },
    undefined,
  );
}

function annotate(value: Core | undefined, contracts: readonly CoreContract[]): Core | undefined {
  if (value === undefined || contracts.length === 0) return value;
  return { kind: "annotated", term: value, contracts, span: value.span };
}

/** The highest of those written; none is 0. */
function lowerPriority(metadata: FieldMetadata): Priority {
  let highest: Priority | undefined;
  for (const written of metadata.priorities) {
    const priority = written.kind === "number" ? signedNumber(written.text) : written.kind;
    if (highest === undefined || comparePriorities(priority, highest) > 0) highest = priority;
  }
  return highest ?? 0;
}

function signedNumber(text: string): Num {
  return parseNumber(text.replace(/\s+/g, "")) ?? 0;
}
