// Records with all their fields changed in one way.

import { raiseTailAccess } from "./blame.ts";
import type { Label } from "./label.ts";
import { Field, RecordValue, raiseMissing } from "./record.ts";
import type { Lazy, Pending } from "./value.ts";

/** One more contract on every field; the record becomes recursive anew, since contracts may change values. */
export function addToFields(record: RecordValue, pending: (name: string) => Pending): RecordValue {
  const fields = new Map<string, Field>();
  for (const [name, field] of record.fields) {
    const one = pending(name);
    const contracts = field.contracts.some((known) => known.same(one))
      ? field.contracts
      : [...field.contracts, one];
    fields.set(name, new Field(field.definition, contracts, field.attributes, field.keySpan));
  }
  return new RecordValue(fields, { open: record.open, tail: record.tail }, record.span);
}

/** Each present field's value replaced for good; what else is known of the fields stays. @throws a failure when a field has none. */
export function mapFields(
  record: RecordValue,
  label: Label | undefined,
  change: (cell: Lazy, name: string) => Lazy,
): RecordValue {
  if (record.tail !== undefined) raiseTailAccess(record.tail, "map over a record", record.span);
  const fields = new Map<string, Field>();
  for (const [name, field] of record.present()) {
    const cell = record.cellOf(field) ?? raiseMissing({ record, name, field, at: label?.span });
    fields.set(name, new Field(change(cell, name), [], field.attributes, field.keySpan));
  }
  return new RecordValue(fields, { open: record.open, frozen: true }, record.span);
}
