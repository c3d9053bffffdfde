// Records in typed blocks. Their fields see one another: a field that is annotated by its annotation, any other by a
// variable that is found while its value is checked. Includes are seen as they are outside.

import type { Span } from "../../core/source.ts";
import type { Annotations, Include, RecordTerm, Term } from "../syntax/ast.ts";
import { inferAnnotated } from "./annotations.ts";
import { type Apparent, apparentOf, inferableType } from "./apparent.ts";
import type { Checker } from "./checker.ts";
import { bindTypes, type Context, deeper } from "./context.ts";
import { convertType } from "./convert.ts";
import { freshType, instantiate } from "./instantiate.ts";
import { firstAnnotation } from "./outer-type.ts";
import {
  type FieldShape,
  joinAnnotations,
  type RecordShape,
  shapeRecord,
  simpleField,
} from "./record-shape.ts";
import { subsume } from "./subsume.ts";
import { dictionaryOf, dyn, emptyRows, extendRows, type Row, resolve, string, type Type } from "./type.ts";

/** @throws TypeFault where the record is not of the type. */
export function checkRecord(checker: Checker, record: RecordTerm, context: Context, expected: Type): void {
  checkShape(checker, shapeRecord(record), context, expected, true);
}

/** Fields of a record that a dotted path makes are not in scope by their names. */
function checkShape(
  checker: Checker,
  shape: RecordShape,
  context: Context,
  expected: Type,
  isRecursive: boolean,
): void {
  const type = resolve(expected);
  if (shape.dynamicFields.length > 0) checkComputed(checker, shape, context, type, isRecursive);
  else if (type.kind === "dictionary") checkElements(checker, shape, context, type.element, isRecursive);
  else checkFields(checker, shape, context, type, isRecursive);
}

/** With computed names it can only be a dictionary. */
function checkComputed(
  checker: Checker,
  shape: RecordShape,
  outer: Context,
  expected: Type,
  isRecursive: boolean,
): void {
  const element = freshType(outer.level);
  checker.demand(checker.solver.unify(expected, dictionaryOf(element), outer), shape.span);
  checkElements(checker, shape, outer, element, isRecursive);
}

/** Every field of the record, computed ones too, against the one type of a dictionary's elements. */
function checkElements(
  checker: Checker,
  shape: RecordShape,
  outer: Context,
  element: Type,
  isRecursive: boolean,
): void {
  const names = [...shape.fields.keys(), ...shape.includes.map(({ name }) => name.text)];
  const inner = isRecursive ? bindTypes(outer, new Map(names.map((name) => [name, element]))) : outer;
  for (const { name, field } of shape.dynamicFields) {
    checker.check(name, outer, string);
    checkField(checker, field, inner, element);
  }
  for (const field of shape.fields.values()) checkField(checker, field, inner, element);
  for (const include of shape.includes) checkInclude(checker, include, outer, inner, element);
}

function checkFields(
  checker: Checker,
  shape: RecordShape,
  outer: Context,
  expected: Type,
  isRecursive: boolean,
): void {
  const known = new Map<string, Type>();
  const inferred = new Set<string>();
  for (const [name, field] of shape.fields) {
    const apparent = apparentField(checker, field, outer);
    if (apparent.kind === "guessed") inferred.add(name);
    known.set(name, inferableType(apparent, outer));
  }
  for (const include of shape.includes) known.set(include.name.text, includedType(checker, include, outer));
  const inner = isRecursive ? bindTypes(outer, known) : outer;

  const rows = Array.from(shape.fields, ([name, field]) => {
    const row: Row & { readonly type: Type } = { name, type: freshType(outer.level), span: field.keySpan };
    return { row, field };
  });
  const included = shape.includes.map(
    ({ name }): Row => ({ name: name.text, type: known.get(name.text) ?? dyn, span: name.span }),
  );
  const found: Type = {
    kind: "record",
    rows: extendRows([...included, ...rows.map(({ row }) => row)], emptyRows),
  };
  checker.demand(checker.solver.unify(expected, found, outer), shape.span);
  for (const { row, field } of rows) {
    const seen = inferred.has(row.name) ? known.get(row.name) : undefined;
    // The other fields may have asked something of it already.
    if (seen !== undefined) checker.demand(checker.solver.unify(row.type, seen, outer), field.span);
    checkField(checker, field, inner, row.type);
  }
  for (const { metadata } of shape.includes) {
    const { type, contracts } = metadata.annotations;
    for (const node of type === undefined ? contracts : [type, ...contracts]) checker.walkType(node, inner);
  }
}

/** What the other fields may know of a field before its value is checked. */
export function apparentField(checker: Checker, field: FieldShape, context: Context): Apparent {
  const [only] = field.definitions;
  if (field.nested !== undefined || only === undefined) return { kind: "guessed", type: dyn };
  if (field.definitions.length === 1)
    return apparentOf(checker, only.metadata.annotations, only.value, context);
  return apparentOf(checker, joinAnnotations(field.definitions), undefined, context);
}

function checkField(checker: Checker, field: FieldShape, context: Context, expected: Type): void {
  const simple = simpleField(field);
  if (simple !== undefined) {
    checkDefinition(checker, simple, context, expected, field.keySpan);
    return;
  }
  const { nested, definitions } = field;
  // Several values are merged when the program runs, and of a merge nothing is known.
  const merged = definitions.length === 0 ? expected : dyn;
  for (const { metadata, value, path } of definitions) {
    const keySpan = path.at(-1)?.span ?? field.keySpan;
    checkDefinition(checker, { annotations: metadata.annotations, value }, context, merged, keySpan);
  }
  if (nested !== undefined) checkShape(checker, nested, context, merged, false);
}

function checkDefinition(
  checker: Checker,
  { annotations, value }: { readonly annotations: Annotations; readonly value: Term | undefined },
  context: Context,
  expected: Type,
  keySpan: Span,
): void {
  if (firstAnnotation(annotations) !== undefined) {
    const found = inferAnnotated(checker, annotations, value, context);
    checker.demand(subsume(checker.solver, found, expected, context), value?.span ?? keySpan);
  } else if (value !== undefined) checker.check(value, context, expected);
  // Nothing is known of what a merge will bring.
  else checker.demand(checker.solver.unify(expected, dyn, context), keySpan);
}

/** The type that other fields know an included field by. */
function includedType(checker: Checker, include: Include, outer: Context): Type {
  const found = outer.types.get(include.name.text) ?? dyn;
  const node = firstAnnotation(include.metadata.annotations);
  if (node === undefined) return found;
  const annotated = convertType(node, outer.terms);
  if (include.metadata.annotations.type !== undefined)
    demandIncluded(checker, found, annotated, outer, include.name.span);
  return annotated;
}

/** An included field as an element of a dictionary. */
function checkInclude(
  checker: Checker,
  include: Include,
  outer: Context,
  inner: Context,
  expected: Type,
): void {
  const { annotations } = include.metadata;
  const { type, contracts } = annotations;
  for (const node of type === undefined ? contracts : [type, ...contracts]) checker.walkType(node, inner);
  const found = includedType(checker, include, outer);
  checker.demand(subsume(checker.solver, found, expected, outer), include.name.span);
}

function demandIncluded(checker: Checker, found: Type, annotated: Type, context: Context, span: Span): void {
  const inner = annotated.kind === "forall" ? deeper(context) : context;
  const expected = instantiate(annotated, inner.level, "rigid");
  checker.demand(subsume(checker.solver, found, expected, inner), span);
}
