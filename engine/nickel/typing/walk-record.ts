// Records in dynamic code: what is apparent of their fields is remembered, and each value is walked.

import type { RecordTerm } from "../syntax/ast.ts";
import { walkAnnotated } from "./annotations.ts";
import { guessedType } from "./apparent.ts";
import { apparentField } from "./check-record.ts";
import type { Checker } from "./checker.ts";
import { bindTypes, type Context } from "./context.ts";
import { convertType, hasWildcard } from "./convert.ts";
import { firstAnnotation } from "./outer-type.ts";
import { type FieldShape, type RecordShape, shapeRecord, simpleField } from "./record-shape.ts";
import { subsume } from "./subsume.ts";
import { dyn, type Type } from "./type.ts";

export function walkRecord(checker: Checker, record: RecordTerm, context: Context): void {
  walkShape(checker, shapeRecord(record), context, true);
}

function walkShape(checker: Checker, shape: RecordShape, outer: Context, isRecursive: boolean): void {
  const types = new Map<string, Type>();
  if (isRecursive) {
    for (const [name, field] of shape.fields)
      types.set(name, guessedType(apparentField(checker, field, outer)));
  }
  for (const { name, metadata } of shape.includes) {
    const node = firstAnnotation(metadata.annotations);
    const known = outer.types.get(name.text) ?? dyn;
    types.set(name.text, node === undefined || hasWildcard(node) ? known : convertType(node, outer.terms));
  }
  const inner = bindTypes(outer, types);
  for (const { name, metadata } of shape.includes) {
    walkAnnotated(checker, metadata.annotations, undefined, inner);
    const { type } = metadata.annotations;
    if (type === undefined) continue;
    checker.block(() => {
      const found = outer.types.get(name.text) ?? dyn;
      const expected = convertType(type, outer.terms);
      checker.demand(subsume(checker.solver, found, expected, outer), name.span);
    });
  }
  for (const { name, field } of shape.dynamicFields) {
    checker.walk(name, outer);
    walkField(checker, field, inner);
  }
  for (const field of shape.fields.values()) walkField(checker, field, inner);
}

function walkField(checker: Checker, field: FieldShape, context: Context): void {
  const simple = simpleField(field);
  if (simple !== undefined) {
    walkAnnotated(checker, simple.annotations, simple.value, context);
    return;
  }
  for (const { metadata, value } of field.definitions)
    walkAnnotated(checker, metadata.annotations, value, context);
  if (field.nested !== undefined) walkShape(checker, field.nested, context, false);
}
