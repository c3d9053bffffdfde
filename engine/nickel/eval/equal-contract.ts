// The equality contract: a value must equal a constant. Arrays and records are checked element by element when
// their elements are asked for.

import { Refusal, raiseRefusal } from "./blame.ts";
import { describeValue, typeTag } from "./describe.ts";
import { equal } from "./equality.ts";
import { checking, type Label } from "./label.ts";
import { isLibrary } from "./library.ts";
import { Field, fieldNames, RecordValue } from "./record.ts";
import { delay, force } from "./thunk.ts";
import { ArrayValue, type Lazy, type Pending, type Place, type Value } from "./value.ts";

/** The value, provided that it equals the constant. @throws blame when it does not. */
export function equalTo(constant: Lazy, value: Lazy, label: Label, at: Place): Value {
  const expected = force(constant);
  const found = force(value);
  const labelled = checking(label, found);
  const refuse = (message: string): never => {
    const { span } = expected;
    const places =
      span === undefined || isLibrary(span)
        ? []
        : [{ message: `the other is ${describeValue(expected)}`, span }];
    const notes =
      label.headline === undefined
        ? []
        : ["arrays merge only with their equals: join them with `@`, or give one of them a priority"];
    return raiseRefusal(new Refusal(labelled, message, { places, notes }));
  };
  if (typeTag(expected) !== typeTag(found)) {
    return refuse(`expected ${describeValue(expected)}, got ${describeValue(found)}`);
  }
  if (expected.kind === "array" && found.kind === "array") {
    const { length } = expected.items;
    if (found.items.length !== length) {
      return refuse(`array length mismatch (expected ${length}, got ${found.items.length})`);
    }
    const items = Array.from({ length }, (_, index) => {
      const wanted = expected.at(index);
      const item = found.at(index);
      if (wanted === undefined || item === undefined)
        throw new Error("arrays of equal length differ in length");
      return delay(() => equalTo(wanted, item, label, at), item.span);
    });
    return new ArrayValue(items, [], found.span);
  }
  if (expected.kind === "record" && found.kind === "record") {
    const extra = fieldNames(found).filter((name) => !expected.fields.has(name));
    if (extra.length > 0) return refuse(`extra ${plural(extra)}`);
    const missing = fieldNames(expected).filter((name) => !found.fields.has(name));
    if (missing.length > 0) return refuse(`missing ${plural(missing)}`);
    const fields = new Map<string, Field>();
    for (const [name, field] of found.fields) {
      const other = expected.fields.get(name);
      const wanted = other === undefined ? undefined : expected.cellOf(other);
      const contracts =
        wanted === undefined ? field.contracts : [...field.contracts, new EqualPending(wanted, label)];
      fields.set(name, new Field(field.definition, contracts, field.attributes, field.keySpan));
    }
    return new RecordValue(fields, { open: found.open, tail: found.tail }, found.span);
  }
  if (!equal(expected, found, at)) {
    return refuse(`expected ${describeValue(expected)}, got ${describeValue(found)}`);
  }
  return found;
}

function plural(names: readonly string[]): string {
  return `field${names.length === 1 ? "" : "s"} ${names.map((name) => `\`${name}\``).join(", ")}`;
}

class EqualPending implements Pending {
  readonly #constant: Lazy;
  readonly #label: Label;

  constructor(constant: Lazy, label: Label) {
    this.#constant = constant;
    this.#label = label;
  }

  wrap(value: Lazy): Lazy {
    return delay(() => equalTo(this.#constant, value, this.#label, this.#label.span), value.span);
  }

  same(other: Pending): boolean {
    return other instanceof EqualPending && other.#constant === this.#constant;
  }
}
