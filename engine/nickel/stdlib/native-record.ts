// The loops behind `std.record`.

import { other } from "../eval/diagnostics.ts";
import { fail } from "../eval/failure.ts";
import { merge } from "../eval/merge.ts";
import { accessField } from "../eval/primop/access.ts";
import { lazyOperand, operand, type Primop } from "../eval/primop/primop.ts";
import {
  type Field,
  fieldNames,
  makeDictionary,
  plainField,
  RecordValue,
  raiseMissing,
} from "../eval/record.ts";
import { apply, delay, force } from "../eval/thunk.ts";
import { ArrayValue, type Lazy, type Place, StringValue, type Value } from "../eval/value.ts";

/** The present fields with their values, sorted by name. */
function entries(record: RecordValue, span: Place): (readonly [string, Field, Lazy])[] {
  return fieldNames(record).map((name) => {
    const field = record.fields.get(name);
    if (field === undefined) throw new Error(`a record lost its field ${name}`);
    return [name, field, record.cellOf(field) ?? raiseMissing({ record, name, field, at: span })] as const;
  });
}

/** As many as are merged one into the next. */
const fewRecords = 32;

/** Merges the records of a range. Many are merged by halves, lest the fields of the first be copied for each other one. */
function mergeRange(records: readonly Lazy[], from: number, to: number, span: Place): Value {
  if (to - from > fewRecords) {
    const middle = (from + to) >> 1;
    return merge(mergeRange(records, from, middle, span), mergeRange(records, middle, to, span), span);
  }
  let merged: Value = new RecordValue(new Map(), {}, span);
  for (const record of records.slice(from, to)) merged = merge(merged, record, span);
  return merged;
}

export const nativeRecord: Readonly<Record<string, Primop>> = {
  record_to_array: {
    arity: 1,
    strict: 0,
    run: (operands, span) => {
      const record = operand(operands[0], "record", { name: "to_array", arity: 1 }, 1, span);
      const items = entries(record, span).map(([name, field, value]) =>
        makeDictionary(
          [
            ["field", new StringValue(name, field.keySpan)],
            ["value", value],
          ],
          span,
        ),
      );
      return new ArrayValue(items, [], span);
    },
  },
  record_from_array: {
    arity: 1,
    strict: 0,
    run: (operands, span) => {
      const operator = { name: "from_array", arity: 1 };
      const fields = new Map<string, Field>();
      for (const element of operand(operands[0], "array", operator, 1, span).elements()) {
        const binding = operand(element, "record", operator, 1, span);
        const name = operand(accessField(binding, "field", span, span), "string", operator, 1, span);
        if (fields.has(name.value)) {
          return fail(other, { message: `the field \`${name.value}\` exists already` }, name.span ?? span);
        }
        fields.set(name.value, plainField(accessField(binding, "value", span, span), name.span));
      }
      return new RecordValue(fields, { frozen: true }, span);
    },
  },
  record_merge_all: {
    arity: 1,
    strict: 0,
    run: (operands, span) => {
      const records = operand(operands[0], "array", { name: "merge_all", arity: 1 }, 1, span).elements();
      return mergeRange(records, 0, records.length, span);
    },
  },
  record_filter: {
    arity: 2,
    strict: 0,
    run: (operands, span) => {
      const predicate = lazyOperand(operands, 0);
      const operator = { name: "filter", arity: 2 };
      const record = operand(operands[1], "record", operator, 2, span);
      const fields = new Map<string, Field>();
      for (const name of fieldNames(record)) {
        const field = record.fields.get(name);
        if (field === undefined) continue;
        // What the predicate drops unseen may lack a value.
        const value =
          record.cellOf(field) ?? delay(() => raiseMissing({ record, name, field, at: span }), span);
        const answer = force(apply(predicate, [new StringValue(name, field.keySpan), value], span));
        if (operand(answer, "bool", operator, 1, span).value)
          fields.set(name, plainField(value, field.keySpan));
      }
      return new RecordValue(fields, { frozen: true }, span);
    },
  },
};
