// Operations on numbers that are more than arithmetic. What has no exact result goes through doubles, and comes
// back as the simplest rational that rounds to the double.

import { acos, asin, atan, atan2, cos, log, log2, log10, sin, tan } from "../../elementary.ts";
import {
  denominatorOf,
  equals,
  integerPower,
  isInteger,
  type Num,
  numeratorOf,
  printNumber,
  simplestOfDouble,
  toDouble,
} from "../../number.ts";
import { other } from "../diagnostics.ts";
import { fail } from "../failure.ts";
import { NumberValue, type Place } from "../value.ts";
import { operand, type Primop } from "./primop.ts";

function back(result: number, what: string, span: Place): NumberValue {
  const value = simplestOfDouble(result);
  if (value !== undefined) return new NumberValue(value, span);
  return fail(
    other,
    { message: `invalid arithmetic operation: ${what} is ${result}, which is no number` },
    span,
  );
}

/** The nearest finite double. */
function finiteDouble(value: Num): number {
  return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, toDouble(value)));
}

function throughDouble(name: string, compute: (x: number) => number): Primop {
  const operator = { name, arity: 1 };
  return {
    arity: 1,
    strict: 1,
    run: (operands, span) => {
      const { value } = operand(operands[0], "number", operator, 1, span);
      return back(compute(finiteDouble(value)), `${name} ${printNumber(value)}`, span);
    },
  };
}

function onNumbers(name: string, run: (a: Num, b: Num, span: Place) => NumberValue): Primop {
  const operator = { name, arity: 2 };
  return {
    arity: 2,
    strict: 2,
    run: (operands, span) => {
      const a = operand(operands[0], "number", operator, 1, span);
      const b = operand(operands[1], "number", operator, 2, span);
      return run(a.value, b.value, span);
    },
  };
}

const largestBits = 50_000_000;

/** Exact for an integer exponent, else through doubles. */
function power(base: Num, exponent: Num, span: Place): NumberValue {
  if (!isInteger(exponent)) {
    const result = finiteDouble(base) ** finiteDouble(exponent);
    return back(result, `${printNumber(base)}^${printNumber(exponent)}`, span);
  }
  const digits = numeratorOf(base).toString(16).length + denominatorOf(base).toString(16).length;
  if (
    !equals(base, 1) &&
    base !== 0 &&
    base !== -1 &&
    digits * 4 * Math.abs(toDouble(exponent)) > largestBits
  ) {
    return fail(other, { message: `${printNumber(base)}^${printNumber(exponent)} is too large` }, span);
  }
  const result = integerPower(base, numeratorOf(exponent));
  return result === undefined
    ? fail(other, { message: "division by zero" }, span)
    : new NumberValue(result, span);
}

export const numberPrimops: Readonly<Record<string, Primop>> = {
  "number/cos": throughDouble("number/cos", cos),
  "number/sin": throughDouble("number/sin", sin),
  "number/tan": throughDouble("number/tan", tan),
  "number/arccos": throughDouble("number/arccos", acos),
  "number/arcsin": throughDouble("number/arcsin", asin),
  "number/arctan": throughDouble("number/arctan", atan),
  "number/arctan2": onNumbers("number/arctan2", (y, x, span) =>
    back(atan2(finiteDouble(y), finiteDouble(x)), "number/arctan2", span),
  ),
  "number/log": onNumbers("number/log", (x, base, span) => {
    const value = finiteDouble(x);
    const result =
      base === 2 ? log2(value) : base === 10 ? log10(value) : log(value) / log(finiteDouble(base));
    return back(result, `the logarithm of ${printNumber(x)} to the base ${printNumber(base)}`, span);
  }),
  pow: onNumbers("pow", power),
};
