// Terms and types share one grammar: `a -> b`, `{ x : Number }` or a variable may be either until its use tells. This
// is the form in between, and its conversion to the one or the other.

import type { Span } from "../../core/source.ts";
import type {
  Annotations,
  FieldDefinition,
  FieldMetadata,
  Include,
  Name,
  RecordRow,
  RecordTail,
  RecordTerm,
  Term,
  TypeNode,
  TypeTerm,
} from "./ast.ts";
import type { Cursor } from "./cursor.ts";
import { invalidRecordType, notAContract, typedFieldWithoutDefinition } from "./diagnostics.ts";
import { fixTypeVariables } from "./type-variables.ts";

/** A bare `variable` term stands for a type variable too. */
export type Uniterm = Term | RecordUniterm | TypeUniterm;

/** A type whose variables are not fixed: each is a `variable`, bound or not. */
export interface TypeUniterm {
  readonly kind: "unfixed-type";
  readonly type: TypeNode;
  readonly span: Span;
}

/** A record literal or record type. The types in its fields' annotations are not fixed, those of includes are. */
export interface RecordUniterm {
  readonly kind: "unfixed-record";
  readonly fields: readonly FieldDefinition[];
  readonly includes: readonly Include[];
  readonly ellipsis: Span | undefined;
  readonly tail: RecordTail;
  readonly span: Span;
}

/** The uniterm as a term: types become first-class values, contracts among them the terms that they hold. */
export function asTerm(cursor: Cursor, uniterm: Uniterm): Term {
  switch (uniterm.kind) {
    case "unfixed-record":
      return recordAsTerm(cursor, uniterm);
    case "unfixed-type": {
      const type = fixTypeVariables(cursor, uniterm.type);
      return type.kind === "contract" ? type.term : { kind: "type", type, span: type.span };
    }
    default:
      return uniterm;
  }
}

/** The uniterm as a type, with variables unfixed: terms become contracts, constants are refused. */
export function asType(cursor: Cursor, uniterm: Uniterm): TypeNode {
  switch (uniterm.kind) {
    case "variable":
      return { kind: "variable", name: uniterm.name, span: uniterm.span };
    case "unfixed-type":
    case "type":
      return uniterm.type;
    case "unfixed-record": {
      if (uniterm.tail.kind !== "closed" || typeFault(uniterm) === undefined)
        return recordAsType(cursor, uniterm);
      return { kind: "contract", term: recordAsTerm(cursor, uniterm), span: uniterm.span };
    }
    default: {
      const constant = constantName(uniterm);
      if (constant !== undefined) {
        const isAfterColon = /:\s*$/.test(cursor.file.text.slice(0, uniterm.span.start));
        cursor.fail(notAContract, { what: constant, isAfterColon }, uniterm.span);
      }
      return { kind: "contract", term: uniterm, span: uniterm.span };
    }
  }
}

/** What to call a term that cannot be a contract. */
function constantName(term: Term): string | undefined {
  switch (term.kind) {
    case "null":
      return "null";
    case "bool":
      return "a boolean";
    case "number":
      return "a number";
    case "string":
    case "template":
      return "a string";
    case "array":
      return "an array";
    case "tag":
    case "variant":
      return "an enum value";
    default:
      return undefined;
  }
}

interface TypeFault {
  readonly why: string;
  readonly span: Span;
  readonly note?: { readonly message: string; readonly span: Span };
}

/** The first reason why the record is no record type, if there is one. */
function typeFault(record: RecordUniterm): TypeFault | undefined {
  if (record.ellipsis !== undefined) return { why: "cannot be open with `..`", span: record.ellipsis };
  const include = record.includes[0];
  if (include !== undefined) return { why: "cannot include fields", span: include.span };
  const seen = new Map<string, Span>();
  for (const field of record.fields) {
    const [name] = field.path;
    if (field.path.length > 1) return { why: "cannot have a field path", span: pathSpan(field) };
    if (name.kind === "dynamic") return { why: "cannot have a computed field name", span: name.span };
    if (!isRow(field)) return { why: "cannot hold anything but `name : Type`", span: field.span };
    const first = seen.get(name.name);
    if (first !== undefined) {
      const note = { message: "it is first given here", span: first };
      return { why: `cannot have the field \`${name.name}\` twice`, span: name.span, note };
    }
    seen.set(name.name, name.span);
  }
  return undefined;
}

function pathSpan(field: FieldDefinition): Span {
  return { ...field.span, end: field.path.at(-1)?.span.end ?? field.span.end };
}

/** Whether the field is just `name : T`. */
function isRow(field: FieldDefinition): boolean {
  const { annotations, doc, priorities, optional, notExported } = field.metadata;
  return (
    field.value === undefined &&
    field.path.length === 1 &&
    annotations.type !== undefined &&
    annotations.contracts.length === 0 &&
    doc === undefined &&
    priorities.length === 0 &&
    !optional &&
    !notExported
  );
}

function recordAsType(cursor: Cursor, record: RecordUniterm): TypeNode {
  const fault = typeFault(record);
  if (fault !== undefined) {
    cursor.fail(
      invalidRecordType,
      { why: fault.why, hasTail: record.tail.kind !== "closed" },
      fault.span,
      fault.note === undefined ? [] : [fault.note],
    );
  }
  const rows: RecordRow[] = [];
  for (const { path, metadata } of record.fields) {
    const [name] = path;
    const { type } = metadata.annotations;
    if (name.kind === "static" && type !== undefined)
      rows.push({ name: { text: name.name, span: name.span }, type });
  }
  return { kind: "record", rows, tail: record.tail, span: record.span };
}

function recordAsTerm(cursor: Cursor, record: RecordUniterm): RecordTerm | TypeTerm {
  const isType = record.fields.length > 0 && record.includes.length === 0 && record.fields.every(isRow);
  if (isType || record.tail.kind !== "closed") {
    const type = fixTypeVariables(cursor, recordAsType(cursor, record));
    return { kind: "type", type, span: record.span };
  }
  refuseTypeWithoutValue(cursor, record);
  const fields = record.fields.map((field) => fixField(cursor, field));
  return {
    kind: "record",
    fields,
    includes: record.includes,
    open: record.ellipsis !== undefined,
    span: record.span,
  };
}

/** A static type without a value would check nothing, unless another definition of the plain name gives the value. */
function refuseTypeWithoutValue(cursor: Cursor, record: RecordUniterm): void {
  const defined = new Set<string>();
  const candidates = new Map<string, { name: Name; type: TypeNode }>();
  for (const { path, metadata, value } of record.fields) {
    const [first] = path;
    const plain = path.length === 1 && first.kind === "static" ? first.name : undefined;
    if (value !== undefined) {
      if (plain !== undefined) defined.add(plain);
    } else if (metadata.annotations.type !== undefined) {
      const text = path.map((element) => (element.kind === "static" ? element.name : "…")).join(".");
      const key = plain ?? `${text}.`;
      if (!candidates.has(key))
        candidates.set(key, { name: { text, span: first.span }, type: metadata.annotations.type });
    }
  }
  for (const [key, { name, type }] of candidates) {
    if (defined.has(key)) continue;
    const note = { message: "the field is declared here", span: name.span };
    cursor.report(typedFieldWithoutDefinition, { field: name.text }, type.span, [note]);
  }
}

function fixField(cursor: Cursor, field: FieldDefinition): FieldDefinition {
  const { annotations } = field.metadata;
  const fixed = fixAnnotations(cursor, annotations);
  return fixed === annotations ? field : { ...field, metadata: { ...field.metadata, annotations: fixed } };
}

/** The same annotations with type variables fixed. */
export function fixAnnotations(cursor: Cursor, annotations: Annotations): Annotations {
  const { type, contracts } = annotations;
  if (type === undefined && contracts.length === 0) return annotations;
  return {
    type: type === undefined ? undefined : fixTypeVariables(cursor, type),
    contracts: contracts.map((contract) => fixTypeVariables(cursor, contract)),
  };
}

export const noAnnotations: Annotations = { type: undefined, contracts: [] };

export const noMetadata: FieldMetadata = {
  annotations: noAnnotations,
  doc: undefined,
  priorities: [],
  optional: false,
  notExported: false,
};
