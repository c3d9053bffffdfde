// Contracts of records: a record used as a contract, which is merged with the value, and a record type, whose rows
// are mapped onto the values.

import { nearMiss } from "../../core/near-miss.ts";
import { complain, type NickelDiagnostic } from "../diagnostics.ts";
import { contractNotes, Refusal, raiseBlame, type Verdict } from "./blame.ts";
import { unknownField } from "./diagnostics.ts";
import { flip, goInto, type Label, remark } from "./label.ts";
import { mergeRecords } from "./merge.ts";
import { Field, fieldNames, isNeutral, RecordValue, raiseMissing, type SealedTail } from "./record.ts";
import { force, look } from "./thunk.ts";
import { findKey, type Keys, type RuntimeType } from "./type.ts";
import type { KeyValue, Lazy, Place } from "./value.ts";

/** A record used as a contract is merged with the value; fields it does not know are refused at once. */
export function judgeByRecord(contract: RecordValue, label: Label, value: Lazy): Verdict {
  const found = look(value);
  if (found.kind !== "record") return new Refusal(label, "expected a record");
  const merged = isNeutral(found)
    ? new RecordValue(revertAll(contract), { open: contract.open, tail: contract.tail }, found.span)
    : mergeRecords(found, contract, label.span, found.span);
  if (contract.open || isNeutral(contract)) return merged;
  const extra: Entry[] = [];
  for (const entry of found.fields) if (!contract.fields.has(entry[0])) extra.push(entry);
  const [first, ...others] = extra;
  return first === undefined
    ? merged
    : refuseExtra([first, ...others], Array.from(contract.fields.keys()), label, found, merged);
}

function revertAll(record: RecordValue): Map<string, Field> {
  const fields = new Map<string, Field>();
  for (const [name, field] of record.fields) fields.set(name, field.revert());
  return fields;
}

type Entry = readonly [string, Field];

/** One diagnostic for each field too many; the export may go on with the merged record. */
function refuseExtra(
  extra: readonly [Entry, ...Entry[]],
  known: readonly string[],
  label: Label,
  found: RecordValue,
  merged: RecordValue,
): Refusal {
  const kept = new Map(merged.fields);
  const free = known.filter((one) => found.fields.get(one)?.definition === undefined);
  const nearest = new Map(extra.map(([name]) => [name, nearMiss(name, free)]));
  // One slip, one message: the field that was meant is not told to be missing as well.
  for (const meant of nearest.values())
    if (meant !== undefined && kept.get(meant)?.definition === undefined) kept.delete(meant);
  const tell = ([name, field]: Entry, path: string): NickelDiagnostic => {
    const params = { name, path, nearest: nearest.get(name), known };
    return complain(unknownField, params, field.keySpan ?? found.span ?? label.span, contractNotes(label));
  };
  const [first, ...others] = extra;
  return new Refusal(label, `extra ${listFields(extra.map(([name]) => name))}`, {
    notes: ["a record contract allows only the fields it lists; end it with `..` to allow others"],
    tell: (path) => [tell(first, path), ...others.map((one) => tell(one, path))],
    recovered: new RecordValue(kept, { open: merged.open, tail: merged.tail }, merged.span),
  });
}

type RecordType = Extract<RuntimeType, { kind: "record" }>;

/** Puts a value under a type, to be checked once it is asked for. */
type Wrap = (type: RuntimeType, keys: Keys | undefined, label: Label, value: Lazy) => Lazy;

/** Missing and extra fields are refused at once; the rows are mapped onto the values. */
export function judgeRecordType(
  type: RecordType,
  keys: Keys | undefined,
  label: Label,
  found: RecordValue,
  wrap: Wrap,
): Verdict {
  const missing = Array.from(type.rows.keys()).filter((name) => !found.fields.has(name));
  if (missing.length > 0) return new Refusal(label, `missing ${listFields(missing)}`);
  const extra: Entry[] = [];
  for (const entry of found.present()) if (!type.rows.has(entry[0])) extra.push(entry);
  const [first, ...others] = extra;
  if (first !== undefined && type.tail === "closed") {
    return refuseExtra([first, ...others], Array.from(type.rows.keys()), label, found, found);
  }
  if (found.tail !== undefined && type.tail === "closed")
    return new Refusal(label, "extra fields, sealed by a polymorphic contract");
  const fields = new Map<string, Field>();
  for (const [name, row] of type.rows) {
    const field = found.fields.get(name);
    if (field === undefined || field.isEmptyOptional) continue;
    const cell = found.cellOf(field) ?? raiseMissing({ record: found, name, field, at: label.span });
    const inner = goInto(label, { kind: "field", name }, row.span);
    fields.set(name, new Field(wrap(row, keys, inner, cell), [], field.attributes, field.keySpan));
  }
  const { tail } = type;
  if (tail === "closed") return new RecordValue(fields, { frozen: true, tail: found.tail }, found.span);
  const outside = new Map<string, Field>();
  for (const [name, field] of found.fields) {
    if (!type.rows.has(name)) outside.set(name, found.carry(field));
  }
  const rest = new RecordValue(
    outside,
    { open: found.open, frozen: found.frozen, tail: found.tail },
    found.span,
  );
  if (tail === "dyn") return joinTail(fields, rest, found.span);
  const key = findKey(keys, tail);
  if (key !== undefined && key.positive === label.positive) {
    if (extra.length > 0) return new Refusal(label, `extra ${listFields(extra.map(([name]) => name))}`);
    return unsealTail(fields, rest, key, label, found.span);
  }
  if (tail.kind.kind === "record-rows") {
    const { excluded } = tail.kind;
    const conflicts = fieldNames(rest).filter((name) => excluded.has(name));
    if (conflicts.length > 0) return new Refusal(label, `${listFields(conflicts)} not allowed in the tail`);
  }
  // What a static type vouches for need not be sealed.
  if (key === undefined) return joinTail(fields, rest, found.span);
  const sealed: SealedTail = { key, label: flip(label), record: rest, names: new Set(rest.fields.keys()) };
  // As upstream's record without fields is never frozen.
  return new RecordValue(fields, { frozen: fields.size > 0, tail: sealed }, found.span);
}

function listFields(names: readonly string[]): string {
  return `field${names.length === 1 ? "" : "s"} ${names.map((name) => `\`${name}\``).join(", ")}`;
}

function joinTail(fields: ReadonlyMap<string, Field>, rest: RecordValue, span: Place): RecordValue {
  return new RecordValue(
    new Map([...fields, ...Array.from(rest.fields, ([name, field]) => [name, rest.carry(field)] as const)]),
    { open: rest.open, frozen: rest.frozen || rest.fields.size === 0, tail: rest.tail },
    span,
  );
}

function unsealTail(
  fields: ReadonlyMap<string, Field>,
  rest: RecordValue,
  key: KeyValue,
  label: Label,
  span: Place,
): Verdict {
  const { tail } = rest;
  if (tail === undefined || tail.key !== key) {
    return raiseBlame(remark(label, { message: "polymorphic tail mismatch" }));
  }
  const inner = force(tail.record);
  return inner.kind === "record" ? joinTail(fields, inner, span) : new Refusal(label, "expected a record");
}
