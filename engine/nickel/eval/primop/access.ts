// Reading a field of a record.

import { nearMiss } from "../../../core/near-miss.ts";
import { raiseSealed, raiseTailAccess } from "../blame.ts";
import { describeValue } from "../describe.ts";
import { fieldMissing, wrongType } from "../diagnostics.ts";
import { fail, originNotes } from "../failure.ts";
import { fieldNames, raiseMissing } from "../record.ts";
import type { Lazy, Place, Value } from "../value.ts";

/** A field's value under its contracts. `at` is the place of the name, `span` of the whole expression. */
export function accessField(record: Value, name: string, at: Place, span: Place): Lazy {
  if (record.kind !== "record") {
    if (record.kind === "sealed") return raiseSealed(record);
    const params = { purpose: "field access", expected: "a record", found: describeValue(record) };
    return fail(wrongType, params, span, originNotes(record.span, span));
  }
  const field = record.fields.get(name);
  const cell = field === undefined ? undefined : record.cellOf(field);
  if (cell !== undefined) return cell;
  if (field !== undefined && !field.attributes.optional) return raiseMissing({ record, name, field, at });
  if (record.tail?.names.has(name) === true)
    return raiseTailAccess(record.tail, `access the field \`${name}\``, at);
  const known = fieldNames(record);
  return fail(
    fieldMissing,
    { name, nearest: nearMiss(name, known), known },
    at,
    originNotes(record.span, span),
  );
}
