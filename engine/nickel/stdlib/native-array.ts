// The loops behind `std.array`: flat where the obvious recursion would nest, and linear where copying would not be.

import { reserve } from "../eval/budget.ts";
import { describeValue } from "../eval/describe.ts";
import { other, wrongOperand } from "../eval/diagnostics.ts";
import { equal } from "../eval/equality.ts";
import { fail } from "../eval/failure.ts";
import { lazyOperand, operand, type Primop } from "../eval/primop/primop.ts";
import { makeDictionary } from "../eval/record.ts";
import { apply, delay, force } from "../eval/thunk.ts";
import {
  ArrayValue,
  BoolValue,
  EnumValue,
  type Lazy,
  NumberValue,
  type Place,
  type Value,
} from "../eval/value.ts";
import {
  add,
  compare as compareNumbers,
  divide,
  floor,
  multiply,
  type Num,
  subtract,
  toDouble,
} from "../number.ts";

/** The elements of an array operand, under their contracts. */
function elementsOf(operands: readonly Lazy[], index: number, name: string, span: Place): readonly Lazy[] {
  return operand(operands[index], "array", { name, arity: 2 }, index + 1, span).elements();
}

function array(items: readonly Lazy[], span: Place): ArrayValue {
  return new ArrayValue(items, [], span);
}

function native(arity: number, run: (operands: readonly Lazy[], span: Place) => Value): Primop {
  return { arity, strict: 0, run };
}

/** Asks a predicate. @throws a failure when it answers no boolean. */
function holds(predicate: Lazy, element: Lazy, name: string, span: Place): boolean {
  return operand(apply(predicate, [element], span), "bool", { name, arity: 1 }, 1, span).value;
}

function wrongAnswer(value: Value, expected: string, name: string, span: Place): never {
  const params = {
    operator: `\`${name}\``,
    expected: `its function to answer ${expected}`,
    found: describeValue(value),
    position: "",
  };
  return fail(wrongOperand, params, value.span ?? span);
}

/** Below zero, zero or above, as an ordering function answers. */
function order(comparison: Lazy, left: Lazy, right: Lazy, name: string, span: Place): number {
  const answer = apply(comparison, [left, right], span);
  if (answer.kind === "enum" && answer.argument === undefined) {
    if (answer.tag === "Lesser") return -1;
    if (answer.tag === "Equal") return 0;
    if (answer.tag === "Greater") return 1;
  }
  return wrongAnswer(answer, "'Lesser, 'Equal or 'Greater", name, span);
}

function ordering(sign: number, span: Place): EnumValue {
  return new EnumValue(sign < 0 ? "Lesser" : sign > 0 ? "Greater" : "Equal", undefined, span);
}

function foldLeft(operands: readonly Lazy[], span: Place): Value {
  const step = lazyOperand(operands, 0);
  let accumulator = lazyOperand(operands, 1);
  for (const element of elementsOf(operands, 2, "fold_left", span)) {
    accumulator = apply(step, [accumulator, element], span);
  }
  return force(accumulator);
}

function tryFoldLeft(operands: readonly Lazy[], span: Place): Value {
  const step = lazyOperand(operands, 0);
  let accumulator = lazyOperand(operands, 1);
  for (const element of elementsOf(operands, 2, "try_fold_left", span)) {
    const answer = apply(step, [accumulator, element], span);
    if (answer.kind !== "enum" || answer.argument === undefined)
      return wrongAnswer(answer, "'Ok or 'Error", "try_fold_left", span);
    if (answer.tag === "Error") return answer;
    if (answer.tag !== "Ok") return wrongAnswer(answer, "'Ok or 'Error", "try_fold_left", span);
    accumulator = force(answer.argument);
  }
  return new EnumValue("Ok", accumulator, span);
}

/** Lazy in the rest: a step that does not look at it ends the fold. */
function foldRight(operands: readonly Lazy[], span: Place): Value {
  const step = lazyOperand(operands, 0);
  const last = lazyOperand(operands, 1);
  const elements = elementsOf(operands, 2, "fold_right", span);
  const from = (index: number): Value => {
    const element = elements[index];
    return element === undefined
      ? force(last)
      : apply(step, [element, delay(() => from(index + 1), span)], span);
  };
  return from(0);
}

function sort(operands: readonly Lazy[], span: Place): Value {
  const comparison = lazyOperand(operands, 0);
  const elements = elementsOf(operands, 1, "sort", span);
  if (elements.length <= 1) return array(elements, span);
  return array(
    elements.toSorted((left, right) => order(comparison, left, right, "sort", span)),
    span,
  );
}

function rangeStep(operands: readonly Lazy[], span: Place): Value {
  const operator = { name: "range_step", arity: 3 };
  const start = operand(operands[0], "number", operator, 1, span).value;
  const end = operand(operands[1], "number", operator, 2, span).value;
  const step = operand(operands[2], "number", operator, 3, span).value;
  const steps = divide(subtract(end, start), step);
  if (steps === undefined) return fail(other, { message: "division by zero" }, span);
  const length = floor(steps);
  reserve(toDouble(length), span);
  const items: Value[] = [];
  for (let index: Num = 0; compareNumbers(index, length) < 0; index = add(index, 1)) {
    items.push(new NumberValue(add(start, multiply(index, step)), span));
  }
  return array(items, span);
}

/** What tells a simple value from all others; `undefined` for values that are compared by their parts. */
function identity(value: Value): string | number | boolean | null | undefined {
  switch (value.kind) {
    case "null":
      return null;
    case "bool":
      return value.value;
    case "string":
      return `"${value.value}`;
    case "number":
      return typeof value.value === "number"
        ? value.value
        : `${value.value.numerator}/${value.value.denominator}`;
    case "enum":
      return value.argument === undefined ? `'${value.tag}` : undefined;
    default:
      return undefined;
  }
}

/** Simple values are told apart by a set, others by comparing each with each. */
function dedup(operands: readonly Lazy[], span: Place): Value {
  const kept: Lazy[] = [];
  const simple = new Set<string | number | boolean | null>();
  const compound: Lazy[] = [];
  for (const element of elementsOf(operands, 0, "dedup", span)) {
    const key = identity(force(element));
    if (key === undefined) {
      if (compound.some((known) => equal(element, known, span))) continue;
      compound.push(element);
    } else {
      if (simple.has(key)) continue;
      simple.add(key);
    }
    kept.push(element);
  }
  return array(kept, span);
}

export const nativeArray: Readonly<Record<string, Primop>> = {
  array_fold_left: native(3, foldLeft),
  array_try_fold_left: native(3, tryFoldLeft),
  array_fold_right: native(3, foldRight),
  array_reverse: native(1, (operands, span) =>
    array(elementsOf(operands, 0, "reverse", span).toReversed(), span),
  ),
  array_filter: native(2, (operands, span) => {
    const predicate = lazyOperand(operands, 0);
    const elements = elementsOf(operands, 1, "filter", span);
    return array(
      elements.filter((element) => holds(predicate, element, "filter", span)),
      span,
    );
  }),
  array_flatten: native(1, (operands, span) =>
    array(
      elementsOf(operands, 0, "flatten", span).flatMap((inner) =>
        operand(inner, "array", { name: "flatten", arity: 1 }, 1, span).elements(),
      ),
      span,
    ),
  ),
  array_all: native(2, (operands, span) => {
    const predicate = lazyOperand(operands, 0);
    const elements = elementsOf(operands, 1, "all", span);
    return new BoolValue(
      elements.every((element) => holds(predicate, element, "all", span)),
      span,
    );
  }),
  array_any: native(2, (operands, span) => {
    const predicate = lazyOperand(operands, 0);
    const elements = elementsOf(operands, 1, "any", span);
    return new BoolValue(
      elements.some((element) => holds(predicate, element, "any", span)),
      span,
    );
  }),
  array_elem: native(2, (operands, span) => {
    const wanted = lazyOperand(operands, 0);
    const elements = elementsOf(operands, 1, "elem", span);
    return new BoolValue(
      elements.some((element) => equal(element, wanted, span)),
      span,
    );
  }),
  array_partition: native(2, (operands, span) => {
    const predicate = lazyOperand(operands, 0);
    const right: Lazy[] = [];
    const wrong: Lazy[] = [];
    for (const element of elementsOf(operands, 1, "partition", span)) {
      (holds(predicate, element, "partition", span) ? right : wrong).push(element);
    }
    return makeDictionary(
      [
        ["right", array(right, span)],
        ["wrong", array(wrong, span)],
      ],
      span,
    );
  }),
  array_compare: native(3, (operands, span) => {
    const comparison = lazyOperand(operands, 0);
    const left = elementsOf(operands, 1, "compare", span);
    const right = elementsOf(operands, 2, "compare", span);
    for (const [index, element] of left.entries()) {
      const counterpart = right[index];
      if (counterpart === undefined) break;
      const sign = order(comparison, element, counterpart, "compare", span);
      if (sign !== 0) return ordering(sign, span);
    }
    return ordering(left.length - right.length, span);
  }),
  array_sort: native(2, sort),
  array_intersperse: native(2, (operands, span) => {
    const separator = lazyOperand(operands, 0);
    const elements = elementsOf(operands, 1, "intersperse", span);
    return array(
      elements.flatMap((element, index) => (index === 0 ? [element] : [separator, element])),
      span,
    );
  }),
  array_range_step: native(3, rangeStep),
  array_zip_with: native(3, (operands, span) => {
    const combine = lazyOperand(operands, 0);
    const left = elementsOf(operands, 1, "zip_with", span);
    const right = elementsOf(operands, 2, "zip_with", span);
    const items = left.slice(0, right.length).map((element, index) => {
      const counterpart = lazyOperand(right, index);
      return delay(() => apply(combine, [element, counterpart], span), span);
    });
    return array(items, span);
  }),
  array_map_with_index: native(2, (operands, span) => {
    const change = lazyOperand(operands, 0);
    const elements = elementsOf(operands, 1, "map_with_index", span);
    const items = elements.map((element, index) =>
      delay(() => apply(change, [new NumberValue(index, span), element], span), span),
    );
    return array(items, span);
  }),
  array_filter_map: native(2, (operands, span) => {
    const change = lazyOperand(operands, 0);
    const items: Lazy[] = [];
    for (const element of elementsOf(operands, 1, "filter_map", span)) {
      const answer = apply(change, [element], span);
      if (answer.kind !== "enum") return wrongAnswer(answer, "'Some or 'None", "filter_map", span);
      if (answer.tag === "Some" && answer.argument !== undefined) items.push(answer.argument);
      else if (answer.tag !== "None") return wrongAnswer(answer, "'Some or 'None", "filter_map", span);
    }
    return array(items, span);
  }),
  array_dedup: native(1, dedup),
  array_dedup_sorted: native(2, (operands, span) => {
    const comparison = lazyOperand(operands, 0);
    const elements = elementsOf(operands, 1, "dedup_sorted", span);
    const kept = elements.filter((element, index) => {
      const before = elements[index - 1];
      return before === undefined || order(comparison, before, element, "dedup_sorted", span) !== 0;
    });
    return array(kept, span);
  }),
};
