// Operations on arrays.

import { isInteger, printNumber } from "../../number.ts";
import { reserve } from "../budget.ts";
import { other } from "../diagnostics.ts";
import { fail } from "../failure.ts";
import { apply, delay, force } from "../thunk.ts";
import { ArrayValue, type Lazy, NumberValue, type Place } from "../value.ts";
import { lazyOperand, type Operator, operand, type Primop } from "./primop.ts";

/** A natural number that can be an index. @throws a failure for any other. */
export function indexOperand(
  lazy: Lazy | undefined,
  operator: Operator,
  position: number,
  span: Place,
): number {
  const { value } = operand(lazy, "number", operator, position, span);
  if (typeof value === "number" && value >= 0) return value;
  const wanted = isInteger(value) ? "a number that is not negative" : "an integer";
  return fail(other, { message: `\`${operator.name}\` expects ${wanted}, got ${printNumber(value)}` }, span);
}

export const arrayPrimops: Readonly<Record<string, Primop>> = {
  "array/length": {
    arity: 1,
    strict: 1,
    run: (operands, span) => {
      const array = operand(operands[0], "array", { name: "array/length", arity: 1 }, 1, span);
      return new NumberValue(array.items.length, span);
    },
  },
  "array/at": {
    arity: 2,
    strict: 2,
    run: (operands, span) => {
      const operator = { name: "array/at", arity: 2 };
      const array = operand(operands[0], "array", operator, 1, span);
      const index = indexOperand(operands[1], operator, 2, span);
      const element = array.at(index);
      if (element !== undefined) return force(element);
      const { length } = array.items;
      const range = length === 0 ? "the array is empty" : `the array has the indexes 0 to ${length - 1}`;
      return fail(other, { message: `array index ${index} is out of bounds: ${range}` }, span);
    },
  },
  "array/map": {
    arity: 2,
    strict: 1,
    run: (operands, span) => {
      const array = operand(operands[0], "array", { name: "array/map", arity: 2 }, 1, span);
      const change = lazyOperand(operands, 1);
      const items = array
        .elements()
        .map((element) => delay(() => apply(change, [element], span), element.span));
      return new ArrayValue(items, [], span);
    },
  },
  "array/generate": {
    arity: 2,
    strict: 1,
    run: (operands, span) => {
      const length = indexOperand(operands[0], { name: "array/generate", arity: 2 }, 1, span);
      const make = lazyOperand(operands, 1);
      reserve(length, span);
      const items = Array.from({ length }, (_, index) =>
        delay(() => apply(make, [new NumberValue(index, span)], span), span),
      );
      return new ArrayValue(items, [], span);
    },
  },
  "array/slice": {
    arity: 3,
    strict: 3,
    run: (operands, span) => {
      const operator = { name: "array/slice", arity: 3 };
      const start = indexOperand(operands[0], operator, 1, span);
      const end = indexOperand(operands[1], operator, 2, span);
      const array = operand(operands[2], "array", operator, 3, span);
      if (start > end || end > array.items.length) {
        const range = `[${start}, ${end}) of an array of length ${array.items.length}`;
        return fail(other, { message: `array slice out of bounds: ${range}` }, span);
      }
      return new ArrayValue(array.items.slice(start, end), array.contracts, span);
    },
  },
};
