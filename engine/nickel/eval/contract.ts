// Applying contracts: types, records, custom contracts and naked functions. A contract either answers the value
// (wrapped, where it has more to check later) or refuses; applying turns a refusal into blame, checking hands it
// back to the program.

import { nearMiss } from "../../core/near-miss.ts";
import { unreachable } from "../../core/unreachable.ts";
import { Refusal, raiseRefusal, raiseSealed, type Verdict } from "./blame.ts";
import { judgeByRecord, judgeRecordType } from "./contract-record.ts";
import { describeValue } from "./describe.ts";
import { wrongOperand } from "./diagnostics.ts";
import { fail, NickelFailure, originNotes } from "./failure.ts";
import { addToFields, mapFields } from "./fields.ts";
import { atIndex, calledAt, checking, flip, goInto, type Label } from "./label.ts";
import { type Field, plainField, RecordValue } from "./record.ts";
import { apply, delay, force, look, peek } from "./thunk.ts";
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

/** Under a contract once asked for; `where` is the element or the call that it is applied at. */
function wrapType(
  type: RuntimeType,
  keys: Keys | undefined,
  label: Label,
  value: Lazy,
  where?: number | Place,
): Lazy {
  if (type.kind === "dyn") return value;
  return delay(() => {
    if (type.kind === "number" || type.kind === "string" || type.kind === "bool") {
      const found = look(value);
      if (found.kind === type.kind) return found;
    }
    const exact = typeof where === "number" ? atIndex(label, where) : calledAt(label, where);
    return applyType(type, keys, exact, value);
  }, value.span);
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
    throw failure.orElse(container(value));
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
      const pending = new PendingType(
        type.element,
        keys,
        goInto(label, { kind: "array" }, type.element.span),
      );
      if (found.contracts.some((one) => one.same(pending))) return found;
      return new ArrayValue(found.items, [...found.contracts, pending], found.span);
    }
    case "dictionary": {
      const found = look(value);
      if (found.kind !== "record") return new Refusal(checking(label, value), "expected a record");
      if (type.element.kind === "dyn") return found;
      const { element } = type;
      const inner = (name: string) => goInto(label, { kind: "dictionary", name }, element.span);
      return type.flavour === "contract"
        ? addToFields(found, (name) => new PendingType(element, keys, inner(name)))
        : mapFields(found, label, (cell, name) => wrapType(element, keys, inner(name), cell));
    }
    case "record": {
      const found = look(value);
      if (found.kind !== "record") return new Refusal(checking(label, value), "expected a record");
      return judgeRecordType(type, keys, checking(label, value), found, wrapType);
    }
    case "enum": {
      const found = look(value);
      if (found.kind !== "enum") return new Refusal(checking(label, value), `expected ${expectedTags(type)}`);
      if (found.argument === undefined) {
        return type.tags.has(found.tag) || type.open ? found : refuseTag(type, found, checking(label, value));
      }
      const argument = type.variants.get(found.tag);
      if (argument !== undefined) {
        const inner = { ...label, part: argument.span };
        return new EnumValue(found.tag, wrapType(argument, keys, inner, found.argument), found.span);
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
    const { domain }: ArrowType = result;
    domains.push({ type: domain, label: flip(goInto(resultLabel, { kind: "domain" }, domain.span)) });
    result = result.codomain;
    resultLabel = goInto(resultLabel, { kind: "codomain" }, result.span);
  }
  const codomain = result;
  const codomainLabel = resultLabel;
  if (codomain.kind === "dyn" && domains.every((domain) => domain.type.kind === "dyn")) return callee;
  return new FunctionValue(
    domains.length,
    callee.env,
    (_, operands, site) => {
      const checked = operands.map((operand, index) => {
        const domain = domains[index];
        return domain === undefined ? operand : wrapType(domain.type, keys, domain.label, operand, site);
      });
      if (codomain.kind === "dyn") return apply(callee, checked, site ?? label.span);
      const answer = delay(() => apply(callee, checked, site ?? label.span), callee.span);
      return applyType(codomain, keys, calledAt(codomainLabel, site), answer);
    },
    callee.span,
  );
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

  wrap(value: Lazy, _record?: RecordValue, index?: number): Lazy {
    return wrapType(this.#type, this.#keys, this.#label, value, index);
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
  readonly isDependent = true;
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
