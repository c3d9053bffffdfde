// The merge `a & b`: records field by field, everything else only with its equal. Nothing is computed but the two
// operands themselves: a conflict shows when the field is used. Record contracts are applied by merging as well.

import type { Note } from "../../core/diagnostic.ts";
import { comparePriorities } from "../lower/priority.ts";
import { equals } from "../number.ts";
import { raiseSealed, raiseTailAccess } from "./blame.ts";
import { describeValue } from "./describe.ts";
import { incompatibleMerge } from "./diagnostics.ts";
import { equalTo } from "./equal-contract.ts";
import { contains, fail } from "./failure.ts";
import { makeLabel } from "./label.ts";
import { type Definition, Field, isNeutral, type Recipe, RecordValue } from "./record.ts";
import { delay, force } from "./thunk.ts";
import { type ArrayValue, EnumValue, type Lazy, type Pending, type Place, type Value } from "./value.ts";

/** Merges two values; `at` is the place of the operator or the contract. @throws a failure when they differ. */
export function merge(left: Lazy, right: Lazy, at: Place): Value {
  const a = force(left);
  const b = force(right);
  if (a.kind === "sealed") raiseSealed(a);
  if (b.kind === "sealed") raiseSealed(b);
  switch (a.kind) {
    case "null":
      if (b.kind === "null") return a;
      break;
    case "bool":
      if (b.kind === "bool" && a.value === b.value) return a;
      break;
    case "number":
      if (b.kind === "number" && equals(a.value, b.value)) return a;
      break;
    case "string":
      if (b.kind === "string" && a.value === b.value) return a;
      break;
    case "label":
      if (a === b) return a;
      break;
    case "enum":
      if (b.kind === "enum" && a.tag === b.tag) {
        const x = a.argument;
        const y = b.argument;
        if (x === undefined && y === undefined) return a;
        if (x !== undefined && y !== undefined) {
          return new EnumValue(
            a.tag,
            delay(() => merge(x, y, at), at),
            a.span,
          );
        }
      }
      break;
    case "array":
      if (b.kind === "array") return mergeArrays(a, b, at);
      break;
    case "record":
      if (b.kind === "record") return mergeRecords(a, b, at, at ?? a.span);
      break;
    case "function":
    case "type":
    case "contract":
    case "key":
      break;
  }
  return conflict(a, b, at);
}

function conflict(a: Value, b: Value, at: Place): never {
  const notes: Note[] = [];
  if (b.span !== undefined) notes.push({ message: `the other is ${describeValue(b)}`, span: b.span });
  const isInSight =
    (contains(at, a.span) && contains(at, b.span)) || contains(a.span, at) || contains(b.span, at);
  if (at !== undefined && !isInSight) notes.push({ message: "merged here", span: at });
  return fail(incompatibleMerge, { left: describeValue(a), right: describeValue(b) }, a.span ?? at, notes);
}

/** Arrays merge only with their equals, which is found out element by element. */
function mergeArrays(a: ArrayValue, b: ArrayValue, at: Place): Value {
  const label = { ...makeLabel(at, undefined), headline: "cannot merge unequal arrays" };
  return force(equalTo(a, b, label, at));
}

/**
 * Merges records; the operands stay as they are. The result is recursive anew: every field that depends on others
 * sees those of the result.
 */
export function mergeRecords(a: RecordValue, b: RecordValue, at: Place, span: Place): RecordValue {
  // A closed record without fields is neutral.
  if (isNeutral(b)) return a;
  if (isNeutral(a)) return b;
  const tail = a.tail ?? b.tail;
  if (tail !== undefined) raiseTailAccess(tail, "merge records", at);
  // In the order upstream has: it decides which of several errors is met first.
  const fields = new Map<string, Field>();
  for (const [name, field] of a.fields) if (!b.fields.has(name)) fields.set(name, field.revert());
  for (const [name, field] of b.fields) if (!a.fields.has(name)) fields.set(name, field.revert());
  for (const name of (a.fields.size < b.fields.size ? b : a).fields.keys()) {
    const left = a.fields.get(name);
    const right = b.fields.get(name);
    if (left !== undefined && right !== undefined) fields.set(name, mergeFields(left, right, at));
  }
  return new RecordValue(fields, { open: a.open || b.open, frozen: a.frozen && b.frozen }, span);
}

function mergeFields(a: Field, b: Field, at: Place): Field {
  const order = comparePriorities(a.attributes.priority, b.attributes.priority);
  let { priority } = a.attributes;
  let definition: Definition | undefined;
  if (a.definition !== undefined && b.definition !== undefined && order === 0) {
    definition = mergeDefinitions(a.definition, b.definition, at);
  } else if (a.definition !== undefined && (b.definition === undefined || order > 0)) {
    definition = a.definition;
  } else if (b.definition !== undefined) {
    ({ definition } = b);
    ({ priority } = b.attributes);
  } else priority = 0;
  const attributes = {
    optional: a.attributes.optional && b.attributes.optional,
    notExported: a.attributes.notExported || b.attributes.notExported,
    priority,
    doc: a.attributes.doc ?? b.attributes.doc,
  };
  const keySpan = a.definition === undefined && b.definition !== undefined ? b.keySpan : a.keySpan;
  return new Field(definition, combineContracts(a.contracts, b.contracts), attributes, keySpan);
}

/** Those of the left, then those of the right that the left does not hold. */
function combineContracts(left: readonly Pending[], right: readonly Pending[]): readonly Pending[] {
  if (right.length === 0) return left;
  const more = right.filter((one) => !left.some((known) => known.same(one)));
  return more.length === 0 ? left : [...left, ...more];
}

function mergeDefinitions(a: Definition, b: Definition, at: Place): Definition {
  if (a.kind !== "recipe" && b.kind !== "recipe") return delay(() => merge(a, b, at), a.span);
  return new MergedDefinition(a, b, at);
}

/** Two definitions of one field, at least one of which depends on the record. */
class MergedDefinition implements Recipe {
  readonly kind = "recipe";
  readonly #left: Definition;
  readonly #right: Definition;
  readonly #at: Place;

  constructor(left: Definition, right: Definition, at: Place) {
    this.#left = left;
    this.#right = right;
    this.#at = at;
  }

  instantiate(record: RecordValue): Lazy {
    const left = instantiate(this.#left, record);
    const right = instantiate(this.#right, record);
    return delay(() => merge(left, right, this.#at), this.#at);
  }
}

function instantiate(definition: Definition, record: RecordValue): Lazy {
  return definition.kind === "recipe" ? definition.instantiate(record) : definition;
}
