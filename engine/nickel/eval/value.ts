// Values in weak head normal form. Each knows where the literal or the computation that made it stands.

import type { Span } from "../../core/source.ts";
import type { Num } from "../number.ts";
import { Items } from "./items.ts";
import type { Label } from "./label.ts";
import type { RecordValue } from "./record.ts";
import type { Env, Thunk } from "./thunk.ts";
import type { RuntimeType } from "./type.ts";

export type Value =
  | NullValue
  | BoolValue
  | NumberValue
  | StringValue
  | ArrayValue
  | RecordValue
  | EnumValue
  | FunctionValue
  | TypeValue
  | CustomContractValue
  | LabelValue
  | KeyValue
  | SealedValue;

export type Lazy = Value | Thunk;

/** Where the literal or the computation stands; absent for what the evaluator makes up itself. */
export type Place = Span | undefined;

export class NullValue {
  readonly kind = "null";
  readonly span: Place;

  constructor(span: Place) {
    this.span = span;
  }
}

export class BoolValue {
  readonly kind = "bool";
  readonly value: boolean;
  readonly span: Place;

  constructor(value: boolean, span: Place) {
    this.value = value;
    this.span = span;
  }
}

export class NumberValue {
  readonly kind = "number";
  readonly value: Num;
  readonly span: Place;

  constructor(value: Num, span: Place) {
    this.value = value;
    this.span = span;
  }
}

export class StringValue {
  readonly kind = "string";
  readonly value: string;
  readonly span: Place;

  constructor(value: string, span: Place) {
    this.value = value;
    this.span = span;
  }
}

/** A contract that waits on an array's elements or a record's field until they are asked for. */
export interface Pending {
  /** The value under the contract; `record` is the one whose fields a dependent contract sees, `index` an element's. */
  wrap(value: Lazy, record: RecordValue | undefined, index?: number): Lazy;
  /** Whether the contract is the very same as another's. */
  same(other: Pending): boolean;
  /** Whether it is made with the fields of the record it stands in. */
  readonly isDependent?: boolean;
}

export class ArrayValue {
  readonly kind = "array";
  /** Without the pending contracts. */
  readonly items: Items;
  readonly contracts: readonly Pending[];
  readonly span: Place;
  /** Elements with their contracts, as far as they have been asked for. */
  #checked: Lazy[] | undefined;

  constructor(items: readonly Lazy[] | Items, contracts: readonly Pending[], span: Place) {
    this.items = items instanceof Items ? items : Items.of(items);
    this.contracts = contracts;
    this.span = span;
  }

  /** An element with its contracts; `undefined` beyond the end. */
  at(index: number): Lazy | undefined {
    const item = this.items.at(index);
    if (item === undefined || this.contracts.length === 0) return item;
    this.#checked ??= [];
    const known = this.#checked[index];
    if (known !== undefined) return known;
    let wrapped: Lazy = item;
    for (const contract of this.contracts) wrapped = contract.wrap(wrapped, undefined, index);
    this.#checked[index] = wrapped;
    return wrapped;
  }

  /** All elements with their contracts. */
  elements(): readonly Lazy[] {
    const items = this.items.flat();
    if (this.contracts.length === 0) return items;
    return items.map((item, index) => this.at(index) ?? item);
  }
}

/** A tag, or a variant when it has an argument. */
export class EnumValue {
  readonly kind = "enum";
  readonly tag: string;
  readonly argument: Lazy | undefined;
  readonly span: Place;

  constructor(tag: string, argument: Lazy | undefined, span: Place) {
    this.tag = tag;
    this.argument = argument;
    this.span = span;
  }
}

/** Takes exactly `arity` arguments, in an array of its own that it may keep as its frame, and the place of the call. */
export type Invoke = (env: Env, operands: Lazy[], site: Place) => Value;

export class FunctionValue {
  readonly kind = "function";
  readonly arity: number;
  readonly env: Env;
  readonly invoke: Invoke;
  readonly span: Place;

  constructor(arity: number, env: Env, invoke: Invoke, span: Place) {
    this.arity = arity;
    this.env = env;
    this.invoke = invoke;
    this.span = span;
  }
}

export class TypeValue {
  readonly kind = "type";
  readonly type: RuntimeType;
  readonly span: Place;

  constructor(type: RuntimeType, span: Place) {
    this.type = type;
    this.span = span;
  }
}

/** What `std.contract.custom` and its like make: a function of label and value that answers 'Ok or 'Error. */
export class CustomContractValue {
  readonly kind = "contract";
  readonly check: Lazy;
  readonly span: Place;

  constructor(check: Lazy, span: Place) {
    this.check = check;
    this.span = span;
  }
}

export class LabelValue {
  readonly kind = "label";
  readonly label: Label;
  readonly span: Place;

  constructor(label: Label, span: Place) {
    this.label = label;
    this.span = span;
  }
}

/** A sealing key: identity is what counts. `positive` is the polarity at which its `forall` stands. */
export class KeyValue {
  readonly kind = "key";
  readonly name: string;
  readonly positive: boolean;
  readonly span: Place = undefined;

  constructor(name: string, positive: boolean) {
    this.name = name;
    this.positive = positive;
  }
}

/** A value that polymorphic code may pass on but not look at. */
export class SealedValue {
  readonly kind = "sealed";
  readonly key: KeyValue;
  readonly value: Lazy;
  readonly label: Label;
  readonly span: Place;

  constructor(key: KeyValue, value: Lazy, label: Label, span: Place) {
    this.key = key;
    this.value = value;
    this.label = label;
    this.span = span;
  }
}
