// The operators that are written as signs: arithmetic, comparison, equality, merge and concatenation.

import { add, compare, divide, multiply, type Num, remainder, subtract } from "../../number.ts";
import { other } from "../diagnostics.ts";
import { equal } from "../equality.ts";
import { fail } from "../failure.ts";
import { merge } from "../merge.ts";
import { ArrayValue, BoolValue, NumberValue, type Place, StringValue, type Value } from "../value.ts";
import { lazyOperand, operand, type Primop } from "./primop.ts";

type Binary = (left: Value, right: Value, span: Place) => Value;

function strictBinary(binary: Binary): Primop {
  return {
    arity: 2,
    strict: 2,
    binary,
    run: (operands, span) => {
      const left = lazyOperand(operands, 0);
      const right = lazyOperand(operands, 1);
      return binary(
        left.kind === "thunk" ? left.force() : left,
        right.kind === "thunk" ? right.force() : right,
        span,
      );
    },
  };
}

function arithmetic(name: string, compute: (a: Num, b: Num, span: Place) => Num): Primop {
  const operator = { name, arity: 2 };
  return strictBinary((left, right, span) => {
    const a = left.kind === "number" ? left : operand(left, "number", operator, 1, span);
    const b = right.kind === "number" ? right : operand(right, "number", operator, 2, span);
    return new NumberValue(compute(a.value, b.value, span), span);
  });
}

function comparison(name: string, holds: (order: number) => boolean): Primop {
  const operator = { name, arity: 2 };
  return strictBinary((left, right, span) => {
    const a = operand(left, "number", operator, 1, span);
    const b = operand(right, "number", operator, 2, span);
    return new BoolValue(holds(compare(a.value, b.value)), span);
  });
}

function nonZero(result: Num | undefined, span: Place): Num {
  return result ?? fail(other, { message: "division by zero" }, span);
}

const concatStrings = strictBinary((left, right, span) => {
  const operator = { name: "++", arity: 2 };
  const a = operand(left, "string", operator, 1, span);
  const b = operand(right, "string", operator, 2, span);
  return new StringValue(a.value + b.value, span);
});

const concatArrays = strictBinary((left, right, span) => {
  const operator = { name: "@", arity: 2 };
  const a = operand(left, "array", operator, 1, span);
  const b = operand(right, "array", operator, 2, span);
  if (a.items.length === 0) return b;
  if (b.items.length === 0) return a;
  const isSame =
    a.contracts.length === b.contracts.length &&
    a.contracts.every((one, index) => {
      const counterpart = b.contracts[index];
      return counterpart !== undefined && one.same(counterpart);
    });
  if (isSame) return new ArrayValue(a.items.concat(b.items), a.contracts, span);
  return new ArrayValue([...a.elements(), ...b.elements()], [], span);
});

const mergeOperator: Primop = {
  arity: 2,
  strict: 2,
  run: (operands, span) => merge(lazyOperand(operands, 0), lazyOperand(operands, 1), span),
};

export const operators: Readonly<Record<string, Primop>> = {
  "+": arithmetic("+", add),
  "-": arithmetic("-", subtract),
  "*": arithmetic("*", multiply),
  "/": arithmetic("/", (a, b, span) => nonZero(divide(a, b), span)),
  "%": arithmetic("%", (a, b, span) => nonZero(remainder(a, b), span)),
  "<": comparison("<", (order) => order < 0),
  "<=": comparison("<=", (order) => order <= 0),
  ">": comparison(">", (order) => order > 0),
  ">=": comparison(">=", (order) => order >= 0),
  "==": strictBinary((left, right, span) => new BoolValue(equal(left, right, span), span)),
  "!": {
    arity: 1,
    strict: 1,
    run: (operands, span) => {
      const value = operand(operands[0], "bool", { name: "!", arity: 1 }, 1, span);
      return new BoolValue(!value.value, span);
    },
  },
  "++": concatStrings,
  "@": concatArrays,
  "&": mergeOperator,
  "merge-pieces": mergeOperator,
};
