// Applying contracts: types, records, custom contracts and naked functions. A contract either answers the value
// (wrapped, where it has more to check later) or refuses; applying turns a refusal into blame, checking hands it
// back to the program.

import { nearMiss } from "../../core/near-miss.ts";
import { unreachable } from "../../core/unreachable.ts";
import type { NickelDiagnostic } from "../diagnostics.ts";
import { complain } from "../diagnostics.ts";
import { Refusal, raiseBlame, raiseRefusal, raiseSealed, raiseTailAccess } from "./blame.ts";
import { describeValue } from "./describe.ts";
import { unknownField, wrongOperand } from "./diagnostics.ts";
import { fail, NickelFailure, originNotes } from "./failure.ts";
import { checking, flip, goInto, type Label, remark } from "./label.ts";
import { isNeutral, mergeRecords } from "./merge.ts";
import { Field, fieldNames, plainField, RecordValue, raiseMissing, type SealedTail } from "./record.ts";
import { apply, delay, force, peek } from "./thunk.ts";
import { findKey, type Keys, type RuntimeType } from "./type.ts";
import {
  ArrayValue,
  EnumValue,
  FunctionValue,
  KeyValue,
  LabelValue,
  type Lazy,
  type Pending,
  type Place,
  SealedValue,
  StringValue,
  type Value,
} from "./value.ts";

/** The value, perhaps wrapped, or why not. */
export type Verdict = Lazy | Refusal;

/** Applies a contract value. @throws blame when it refuses. */
export function applyContract(contract: Lazy, label: Label, value: Lazy): Value {
  return settle(judgeTerm(contract, label, value));
}

/** Applies a type. @throws blame when it refuses. */
export function applyType(type: RuntimeType, keys: Keys | undefined, label: Label, value: Lazy): Value {
  return settle(judge(type, keys, label, value));
}

function settle(verdict: Verdict): Value {
  return verdict.kind === "refusal" ? raiseRefusal(verdict) : force(verdict);
}

/** Under a contract once asked for. */
function wrapType(type: RuntimeType, keys: Keys | undefined, label: Label, value: Lazy): Lazy {
  if (type.kind === "dyn") return value;
  return delay(() => applyType(type, keys, label, value), value.span);
}

/** Applies a contract value and answers what it says, as `%contract/check%` does: 'Ok value or 'Error data. */
export function checkContract(contract: Lazy, label: Label, value: Lazy, at: Place): Value {
  const verdict = judgeTerm(contract, label, value);
  if (verdict.kind !== "refusal") return new EnumValue("Ok", verdict, at);
  const fields = new Map<string, Field>();
  const { message } = verdict;
  if (message !== undefined) fields.set("message", plainField(new StringValue(message, undefined)));
  if (verdict.notes.length > 0) {
    const notes = verdict.notes.map((note) => new StringValue(note, undefined));
    fields.set("notes", plainField(new ArrayValue(notes, [], undefined)));
  }
  const location = new LabelValue(verdict.label, undefined);
  refusals.set(location, verdict);
  fields.set("blame_location", plainField(location));
  return new EnumValue("Error", new RecordValue(fields, {}, undefined), at);
}

/** What stands behind the data of an 'Error, by the label in it: a contract that hands on the data of another hands on
 * the whole refusal. */
const refusals = new WeakMap<LabelValue, Refusal>();

/** What a contract value says of a value. */
export function judgeTerm(contract: Lazy, label: Label, value: Lazy): Verdict {
  const evaluated = force(contract);
  switch (evaluated.kind) {
    case "type":
      return judge(evaluated.type, undefined, label, value);
    case "record":
      return judgeByRecord(evaluated, checking(label, value), value);
    case "contract":
      return judgeByProgram(evaluated.check, checking(label, value), value);
    case "function":
      return apply(evaluated, [new LabelValue(checking(label, value), undefined), value], label.span);
    case "sealed":
      return raiseSealed(evaluated);
    default: {
      const params = {
        operator: "a contract annotation",
        expected: "a contract",
        found: describeValue(evaluated),
        position: "",
      };
      const at = label.span ?? evaluated.span;
      return fail(wrongOperand, params, at, originNotes(evaluated.span, at));
    }
  }
}

/**
 * Asks a custom contract. Whether it refuses an array or a record or fails on a part of it, an export that gathers
 * may go on with that value, to find what else is wrong inside.
 */
function judgeByProgram(check: Lazy, label: Label, value: Lazy): Verdict {
  try {
    const answer = apply(check, [new LabelValue(label, undefined), value], label.span);
    const verdict = readVerdict(answer, label);
    return verdict.kind === "refusal" ? verdict.orElse(container(value)) : verdict;
  } catch (failure) {
    if (!(failure instanceof NickelFailure) || failure.recovered !== undefined) throw failure;
    throw new NickelFailure(failure.diagnostics, container(value));
  }
}

function container(value: Lazy): Value | undefined {
  const known = peek(value);
  return known?.kind === "array" || known?.kind === "record" ? known : undefined;
}

/** Reads the answer of a custom contract: 'Ok value, or 'Error { message, notes, blame_location }. */
function readVerdict(answer: Value, label: Label): Verdict {
  if (answer.kind === "enum" && answer.argument !== undefined) {
    if (answer.tag === "Ok") return answer.argument;
    if (answer.tag === "Error") return readError(answer.argument, label);
  }
  const params = {
    operator: "a custom contract",
    expected: "its function to return 'Ok value or 'Error {…}",
    found: describeValue(answer),
    position: "",
  };
  return fail(wrongOperand, params, answer.span ?? label.span);
}

function readError(data: Lazy, label: Label): Refusal {
  const record = force(data);
  if (record.kind !== "record") {
    const params = { operator: "'Error", expected: "a record", found: describeValue(record), position: "" };
    return fail(wrongOperand, params, record.span ?? label.span);
  }
  const read = (name: string): Value | undefined => {
    const field = record.fields.get(name);
    const cell = field === undefined ? undefined : record.cellOf(field);
    return cell === undefined ? undefined : force(cell);
  };
  const location = read("blame_location");
  const message = read("message");
  const said = message?.kind === "string" ? message.value : undefined;
  const handedOn = location?.kind === "label" ? refusals.get(location) : undefined;
  if (handedOn !== undefined && handedOn.message === said) return handedOn;
  const notes = read("notes");
  return new Refusal(location?.kind === "label" ? location.label : label, said, {
    notes:
      notes?.kind === "array"
        ? notes.elements().flatMap((note) => {
            const text = force(note);
            return text.kind === "string" ? [text.value] : [];
          })
        : [],
  });
}

/** What a type says of a value. Nothing is computed for `Dyn`. */
export function judge(type: RuntimeType, keys: Keys | undefined, label: Label, value: Lazy): Verdict {
  switch (type.kind) {
    case "dyn":
      return value;
    case "number":
    case "bool":
    case "string": {
      const found = look(value);
      if (found.kind === type.kind) return found;
      return new Refusal(checking(label, value), `expected a ${typeName[type.kind]}`);
    }
    case "term":
      return judgeTerm(type.contract, label, value);
    case "variable": {
      const key = findKey(keys, type.variable);
      return key === undefined ? value : judgeVariable(key, checking(label, value), value);
    }
    case "forall": {
      const key = new KeyValue(type.variable.name, label.positive);
      return judge(type.body, { variable: type.variable, key, outer: keys }, label, value);
    }
    case "arrow": {
      const found = look(value);
      if (found.kind !== "function") return new Refusal(checking(label, value), "expected a function");
      return wrapFunction(found, type, keys, label);
    }
    case "array": {
      const found = look(value);
      if (found.kind !== "array") return new Refusal(checking(label, value), "expected an array");
      if (type.element.kind === "dyn") return found;
      const pending = new PendingType(type.element, keys, goInto(label, { kind: "array" }));
      if (found.contracts.some((one) => one.same(pending))) return found;
      return new ArrayValue(found.items, [...found.contracts, pending], found.span);
    }
    case "dictionary": {
      const found = look(value);
      if (found.kind !== "record") return new Refusal(checking(label, value), "expected a record");
      if (type.element.kind === "dyn") return found;
      const inner = goInto(label, { kind: "dictionary" });
      return type.flavour === "contract"
        ? addToFields(found, () => new PendingType(type.element, keys, inner))
        : mapFields(found, label, (cell) => wrapType(type.element, keys, inner, cell));
    }
    case "record": {
      const found = look(value);
      if (found.kind !== "record") return new Refusal(checking(label, value), "expected a record");
      return judgeRecordType(type, keys, checking(label, value), found);
    }
    case "enum": {
      const found = look(value);
      if (found.kind !== "enum") return new Refusal(checking(label, value), `expected ${expectedTags(type)}`);
      if (found.argument === undefined) {
        return type.tags.has(found.tag) || type.open ? found : refuseTag(type, found, checking(label, value));
      }
      const argument = type.variants.get(found.tag);
      if (argument !== undefined) {
        return new EnumValue(found.tag, wrapType(argument, keys, label, found.argument), found.span);
      }
      return type.open ? found : refuseTag(type, found, checking(label, value));
    }
    default:
      return unreachable(type);
  }
}

type EnumType = Extract<RuntimeType, { kind: "enum" }>;

function refuseTag(type: EnumType, found: EnumValue, label: Label): Refusal {
  if (type.variants.has(found.tag)) return new Refusal(label, `'${found.tag} takes an argument`);
  if (type.tags.has(found.tag)) return new Refusal(label, `'${found.tag} takes no argument`);
  const nearest = nearMiss(found.tag, [...type.tags, ...type.variants.keys()]);
  return new Refusal(label, `expected ${expectedTags(type)}`, {
    nearest: nearest === undefined ? undefined : `'${nearest}`,
  });
}

function expectedTags(type: EnumType): string {
  const all = [
    ...Array.from(type.tags, (tag) => `'${tag}`),
    ...Array.from(type.variants.keys(), (tag) => `'${tag} …`),
  ];
  if (all.length === 0) return "an enum tag";
  return all.length === 1 ? (all[0] ?? "") : `one of ${all.join(", ")}`;
}

const typeName = { number: "Number", bool: "Bool", string: "String" } as const;

/** To weak head normal form, for a look at what it is: a sealed value blames. */
function look(value: Lazy): Value {
  const found = force(value);
  return found.kind === "sealed" ? raiseSealed(found) : found;
}

function judgeVariable(key: KeyValue, label: Label, value: Lazy): Verdict {
  if (key.positive !== label.positive) return new SealedValue(key, value, flip(label), value.span);
  const found = force(value);
  if (found.kind === "sealed" && found.key === key) return found.value;
  return new Refusal(label, `expected a value of the polymorphic type \`${key.name}\``);
}

type ArrowType = Extract<RuntimeType, { kind: "arrow" }>;

/**
 * A function that checks its arguments and its result. As many arrows as the function has parameters are checked by
 * one wrapper; what it returns is under the rest.
 */
function wrapFunction(
  callee: FunctionValue,
  type: ArrowType,
  keys: Keys | undefined,
  label: Label,
): FunctionValue {
  const domains: { readonly type: RuntimeType; readonly label: Label }[] = [];
  let result: RuntimeType = type;
  let resultLabel = label;
  while (result.kind === "arrow" && domains.length < callee.arity) {
    domains.push({ type: result.domain, label: flip(goInto(resultLabel, { kind: "domain" })) });
    resultLabel = goInto(resultLabel, { kind: "codomain" });
    result = result.codomain;
  }
  const codomain = result;
  const codomainLabel = resultLabel;
  return new FunctionValue(
    domains.length,
    callee.env,
    (_, operands) => {
      const checked = operands.map((operand, index) => {
        const domain = domains[index];
        return domain === undefined ? operand : wrapType(domain.type, keys, domain.label, operand);
      });
      if (codomain.kind === "dyn") return apply(callee, checked, label.span);
      const answer = delay(() => apply(callee, checked, label.span), callee.span);
      return applyType(codomain, keys, codomainLabel, answer);
    },
    callee.span,
  );
}

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

/** A record used as a contract is merged with the value; fields it does not know are refused at once. */
function judgeByRecord(contract: RecordValue, label: Label, value: Lazy): Verdict {
  const found = look(value);
  if (found.kind !== "record") return new Refusal(label, "expected a record");
  const merged = isNeutral(found)
    ? new RecordValue(revertAll(contract), { open: contract.open, tail: contract.tail }, found.span)
    : mergeRecords(found, contract, label.span, found.span);
  if (contract.open || isNeutral(contract)) return merged;
  const extra: [string, Field][] = [];
  for (const entry of found.fields) if (!contract.fields.has(entry[0])) extra.push(entry);
  return extra.length === 0
    ? merged
    : refuseExtra(extra, Array.from(contract.fields.keys()), label, found, merged);
}

function revertAll(record: RecordValue): Map<string, Field> {
  const fields = new Map<string, Field>();
  for (const [name, field] of record.fields) fields.set(name, field.revert());
  return fields;
}

/** One diagnostic for each field too many; the export may go on with the merged record. */
function refuseExtra(
  extra: readonly (readonly [string, Field])[],
  known: readonly string[],
  label: Label,
  found: RecordValue,
  merged: RecordValue,
): Refusal {
  const kept = new Map(merged.fields);
  const diagnostics = extra.map(([name, field]): NickelDiagnostic => {
    const free = known.filter((one) => !found.fields.has(one));
    const nearest = nearMiss(name, free);
    // One slip, one message: the field that was meant is not told to be missing as well.
    if (nearest !== undefined && kept.get(nearest)?.definition === undefined) kept.delete(nearest);
    const notes =
      label.span === undefined ? [] : [{ message: "expected by this contract", span: label.span }];
    const span = field.keySpan ?? found.span ?? label.span;
    return complain(unknownField, { name, nearest, known }, span, notes);
  });
  return new Refusal(label, `extra ${listFields(extra.map(([name]) => name))}`, {
    notes: ["a record contract allows only the fields it lists; end it with `..` to allow others"],
    diagnostics,
    recovered: new RecordValue(kept, { open: merged.open, tail: merged.tail }, merged.span),
  });
}

type RecordType = Extract<RuntimeType, { kind: "record" }>;

/** Missing and extra fields are refused at once; the rows are mapped onto the values. */
function judgeRecordType(
  type: RecordType,
  keys: Keys | undefined,
  label: Label,
  found: RecordValue,
): Verdict {
  const missing = Array.from(type.rows.keys()).filter((name) => !found.fields.has(name));
  if (missing.length > 0) return new Refusal(label, `missing ${listFields(missing)}`);
  const extra: [string, Field][] = [];
  for (const entry of found.present()) if (!type.rows.has(entry[0])) extra.push([...entry]);
  if (extra.length > 0 && type.tail === "closed") {
    return refuseExtra(extra, Array.from(type.rows.keys()), label, found, found);
  }
  const fields = new Map<string, Field>();
  for (const [name, row] of type.rows) {
    const field = found.fields.get(name);
    if (field === undefined || field.isEmptyOptional) continue;
    const cell = found.cellOf(field) ?? raiseMissing({ record: found, name, field, at: label.span });
    const inner = goInto(label, { kind: "field", name });
    fields.set(name, new Field(wrapType(row, keys, inner, cell), [], field.attributes, field.keySpan));
  }
  const { tail } = type;
  if (tail === "closed") return new RecordValue(fields, { frozen: true, tail: found.tail }, found.span);
  const outside = new Map<string, Field>();
  for (const [name, field] of found.fields) {
    if (!type.rows.has(name))
      outside.set(name, new Field(found.cellOf(field), [], field.attributes, field.keySpan));
  }
  const rest = new RecordValue(outside, { open: found.open, frozen: true, tail: found.tail }, found.span);
  if (tail === "dyn") return joinTail(fields, rest, found.span);
  const key = findKey(keys, tail);
  if (key === undefined) return joinTail(fields, rest, found.span);
  if (key.positive === label.positive) {
    if (extra.length > 0) return new Refusal(label, `extra ${listFields(extra.map(([name]) => name))}`);
    return unsealTail(fields, rest, key, label, found.span);
  }
  if (tail.kind.kind === "record-rows") {
    const { excluded } = tail.kind;
    const conflicts = fieldNames(rest).filter((name) => excluded.has(name));
    if (conflicts.length > 0) return new Refusal(label, `${listFields(conflicts)} not allowed in the tail`);
  }
  const sealed: SealedTail = { key, label: flip(label), record: rest, names: new Set(rest.fields.keys()) };
  return new RecordValue(fields, { frozen: true, tail: sealed }, found.span);
}

function listFields(names: readonly string[]): string {
  return `field${names.length === 1 ? "" : "s"} ${names.map((name) => `\`${name}\``).join(", ")}`;
}

function joinTail(fields: ReadonlyMap<string, Field>, rest: RecordValue, span: Place): RecordValue {
  return new RecordValue(
    new Map([...fields, ...rest.fields]),
    { open: rest.open, frozen: true, tail: rest.tail },
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

/** A contract that waits on elements or fields. */
export class PendingType implements Pending {
  readonly #type: RuntimeType;
  readonly #keys: Keys | undefined;
  readonly #label: Label;

  constructor(type: RuntimeType, keys: Keys | undefined, label: Label) {
    this.#type = type;
    this.#keys = keys;
    this.#label = label;
  }

  wrap(value: Lazy): Lazy {
    return wrapType(this.#type, this.#keys, this.#label, value);
  }

  same(other: Pending): boolean {
    return other instanceof PendingType && sameType(this.#type, other.#type) && this.#keys === other.#keys;
  }
}

/** Never true of different contracts; false of many that are equal. */
function sameType(a: RuntimeType, b: RuntimeType): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind) return false;
  if (a.kind === "term" && b.kind === "term") return a.contract === b.contract;
  if (a.kind === "array" && b.kind === "array") return sameType(a.element, b.element);
  return a.kind === "number" || a.kind === "bool" || a.kind === "string" || a.kind === "dyn";
}

/** A field's contract that depends on the fields of the record it stands in. */
export class DependentPending implements Pending {
  readonly #check: (record: RecordValue) => RuntimeType;
  readonly #label: Label;

  constructor(check: (record: RecordValue) => RuntimeType, label: Label) {
    this.#check = check;
    this.#label = label;
  }

  wrap(value: Lazy, record: RecordValue | undefined): Lazy {
    if (record === undefined) throw new Error("a dependent contract outside a record");
    const type = this.#check(record);
    return wrapType(type, undefined, this.#label, value);
  }

  same(other: Pending): boolean {
    return this === other;
  }
}
