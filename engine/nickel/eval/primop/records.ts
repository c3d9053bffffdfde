// Operations on records.

import { nearMiss } from "../../../core/near-miss.ts";
import { raiseTailAccess } from "../blame.ts";
import { fieldMissing, other } from "../diagnostics.ts";
import { fail } from "../failure.ts";
import { mapFields } from "../fields.ts";
import { Field, fieldNames, freeze, makeDictionary, plainAttributes, RecordValue } from "../record.ts";
import { apply, delay, force } from "../thunk.ts";
import { ArrayValue, BoolValue, type Place, StringValue, type Value } from "../value.ts";
import { accessField } from "./access.ts";
import { lazyOperand, operand, type Primop } from "./primop.ts";

function onRecord(name: string, run: (record: RecordValue, span: Place) => Value): Primop {
  const operator = { name, arity: 1 };
  return {
    arity: 1,
    strict: 1,
    run: (operands, span) => run(operand(operands[0], "record", operator, 1, span), span),
  };
}

function onField(
  name: string,
  run: (field: string, record: RecordValue, span: Place, nameSpan: Place) => Value,
): Primop {
  const operator = { name, arity: 2 };
  return {
    arity: 2,
    strict: 2,
    run: (operands, span) => {
      const field = operand(operands[0], "string", operator, 1, span);
      const record = operand(operands[1], "record", operator, 2, span);
      return run(field.value, record, span, field.span ?? span);
    },
  };
}

const namesOf = (withEmptyOptionals: boolean) => (record: RecordValue, span: Place) =>
  new ArrayValue(
    fieldNames(record, withEmptyOptionals).map(
      (name) => new StringValue(name, record.fields.get(name)?.keySpan),
    ),
    [],
    span,
  );

const insert = (name: string, withEmptyOptionals: boolean): Primop => ({
  arity: 3,
  strict: 2,
  run: (operands, span) => {
    const operator = { name, arity: 3 };
    const key = operand(operands[0], "string", operator, 1, span);
    const record = operand(operands[1], "record", operator, 2, span);
    const present = record.fields.get(key.value);
    if (present !== undefined && (withEmptyOptionals || !present.isEmptyOptional)) {
      return fail(other, { message: `the field \`${key.value}\` exists already` }, key.span ?? span);
    }
    const fields = new Map(record.fields);
    for (const [one, field] of fields)
      if (field.definition?.kind === "recipe") fields.set(one, field.revert());
    fields.set(key.value, new Field(lazyOperand(operands, 2), [], plainAttributes, key.span));
    return new RecordValue(fields, { open: record.open, frozen: record.frozen, tail: record.tail }, span);
  },
});

const remove = (name: string, withEmptyOptionals: boolean): Primop =>
  onField(name, (key, record, span, nameSpan) => {
    const present = record.fields.get(key);
    if (present === undefined || (!withEmptyOptionals && present.isEmptyOptional)) {
      if (record.tail?.names.has(key) === true)
        return raiseTailAccess(record.tail, `remove the field \`${key}\``, nameSpan);
      const known = fieldNames(record, withEmptyOptionals);
      return fail(fieldMissing, { name: key, nearest: nearMiss(key, known), known }, nameSpan);
    }
    const fields = new Map<string, Field>();
    for (const [one, field] of record.fields) if (one !== key) fields.set(one, record.carry(field));
    return new RecordValue(fields, { open: record.open, frozen: record.frozen, tail: record.tail }, span);
  });

const has =
  (withEmptyOptionals: boolean, defined: boolean) => (key: string, record: RecordValue, span: Place) => {
    const field = record.fields.get(key);
    const isThere =
      field !== undefined &&
      (withEmptyOptionals || !field.isEmptyOptional) &&
      (!defined || field.definition !== undefined);
    return new BoolValue(isThere, span);
  };

/** Fields as they are in one record, for another. */
function pick(record: RecordValue, keep: (name: string) => boolean, tail: boolean): RecordValue {
  const fields = new Map<string, Field>();
  for (const [name, field] of record.fields) {
    if (keep(name)) fields.set(name, record.carry(field));
  }
  return new RecordValue(
    fields,
    { open: tail && record.open, frozen: tail && record.frozen, tail: tail ? record.tail : undefined },
    record.span,
  );
}

export const recordPrimops: Readonly<Record<string, Primop>> = {
  "record/get": onField("record/get", (name, record, span, nameSpan) =>
    force(accessField(record, name, nameSpan, span)),
  ),
  "record/fields": onRecord("record/fields", namesOf(false)),
  "record/fields_with_opts": onRecord("record/fields_with_opts", namesOf(true)),
  "record/values": onRecord("record/values", (record, span) => {
    const values = new Map(record.values(span));
    const items = fieldNames(record).flatMap((name) => values.get(name) ?? []);
    return new ArrayValue(items, [], span);
  }),
  "record/map": {
    arity: 2,
    strict: 1,
    run: (operands, span) => {
      const record = operand(operands[0], "record", { name: "record/map", arity: 2 }, 1, span);
      const change = lazyOperand(operands, 1);
      return mapFields(record, undefined, (cell, name) =>
        delay(
          () => apply(change, [new StringValue(name, record.fields.get(name)?.keySpan), cell], span),
          cell.span,
        ),
      );
    },
  },
  "record/freeze": onRecord("record/freeze", (record, span) =>
    record.tail === undefined || record.frozen
      ? freeze(record)
      : raiseTailAccess(record.tail, "freeze a record", span),
  ),
  "record/insert": insert("record/insert", false),
  "record/insert_with_opts": insert("record/insert_with_opts", true),
  "record/remove": remove("record/remove", false),
  "record/remove_with_opts": remove("record/remove_with_opts", true),
  "record/has_field": onField("record/has_field", has(false, false)),
  "record/has_field_with_opts": onField("record/has_field_with_opts", has(true, false)),
  "record/field_is_defined": onField("record/field_is_defined", has(false, true)),
  "record/field_is_defined_with_opts": onField("record/field_is_defined_with_opts", has(true, true)),
  "record/empty_with_tail": onRecord(
    "record/empty_with_tail",
    (record, span) => new RecordValue(new Map(), { tail: record.tail }, span),
  ),
  "record/split_pair": {
    arity: 2,
    strict: 2,
    run: (operands, span) => {
      const operator = { name: "record/split_pair", arity: 2 };
      const left = operand(operands[0], "record", operator, 1, span);
      const right = operand(operands[1], "record", operator, 2, span);
      return makeDictionary(
        [
          ["left_only", pick(left, (name) => !right.fields.has(name), true)],
          ["left_center", pick(left, (name) => right.fields.has(name), false)],
          ["right_center", pick(right, (name) => left.fields.has(name), false)],
          ["right_only", pick(right, (name) => !left.fields.has(name), true)],
        ],
        span,
      );
    },
  },
  "record/disjoint_merge": {
    arity: 2,
    strict: 2,
    run: (operands, span) => {
      const operator = { name: "record/disjoint_merge", arity: 2 };
      const left = operand(operands[0], "record", operator, 1, span);
      const right = operand(operands[1], "record", operator, 2, span);
      if (left.tail !== undefined && right.tail !== undefined)
        raiseTailAccess(left.tail, "merge records", span);
      const fields = new Map<string, Field>();
      for (const record of [left, right]) {
        for (const [name, field] of record.fields) fields.set(name, record.carry(field));
      }
      return new RecordValue(
        fields,
        {
          open: left.open || right.open,
          frozen: left.frozen && right.frozen,
          tail: left.tail ?? right.tail,
        },
        span,
      );
    },
  },
};
