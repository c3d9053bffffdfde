// Contracts of the standard library that relate a function's arguments to one another.

import { Refusal, raiseRefusal } from "../eval/blame.ts";
import { equalTo } from "../eval/equal-contract.ts";
import { checking, flip, goInto, type Label, pushRemark } from "../eval/label.ts";
import { lazyOperand, operand, type Primop } from "../eval/primop/primop.ts";
import { apply, emptyEnv, force } from "../eval/thunk.ts";
import {
  CustomContractValue,
  EnumValue,
  FunctionValue,
  type Lazy,
  type Place,
  type Value,
} from "../eval/value.ts";
import { compare, isInteger, printNumber } from "../number.ts";

/** Says what is wrong with arguments, or nothing. Arguments of the wrong type are left to other contracts. */
type Complaint = { readonly message: string; readonly note: string; readonly argument: Lazy } | undefined;

/** A contract for functions of `arity` arguments that looks at all of them before the call. */
function relation(arity: number, complain: (operands: readonly Lazy[]) => Complaint): CustomContractValue {
  return custom((label, callee) => {
    const checked = new FunctionValue(
      arity,
      emptyEnv,
      (_, operands) => {
        const complaint = complain(operands);
        if (complaint !== undefined) {
          const blamed = checking(flip(goInto(label, { kind: "domain" })), complaint.argument);
          raiseRefusal(new Refusal(blamed, complaint.message, { notes: [complaint.note] }));
        }
        return apply(callee, operands, label.span);
      },
      callee.span,
    );
    return new EnumValue("Ok", checked, undefined);
  });
}

function custom(check: (label: Label, value: Lazy) => Value): CustomContractValue {
  const run = new FunctionValue(
    2,
    emptyEnv,
    (_, operands) => {
      const { label } = operand(operands[0], "label", { name: "contract", arity: 2 }, 1, undefined);
      return check(label, lazyOperand(operands, 1));
    },
    undefined,
  );
  return new CustomContractValue(run, undefined);
}

const isNatural = (value: Value): boolean =>
  value.kind !== "number" || (isInteger(value.value) && compare(value.value, 0) >= 0);

function show(value: Value): string {
  return value.kind === "number" ? printNumber(value.value) : "";
}

function lengthOf(value: Value): number | undefined {
  return value.kind === "array" ? value.items.length : undefined;
}

function indexed(split: boolean): CustomContractValue {
  const message = "invalid array indexing";
  return relation(2, (operands) => {
    const argument = lazyOperand(operands, 0);
    const index = force(argument);
    if (!isNatural(index)) {
      return {
        message,
        note: `expected an array index to be a positive integer, got ${show(index)}`,
        argument,
      };
    }
    const length = lengthOf(force(lazyOperand(operands, 1)));
    if (index.kind !== "number" || length === undefined) return undefined;
    const highest = split ? length : length - 1;
    if (compare(index.value, highest) <= 0) return undefined;
    const note =
      length === 0
        ? "an empty array has no elements"
        : `expected an array index between 0 and ${highest} (included), got ${show(index)}`;
    return { message, note, argument };
  });
}

const slice = relation(3, (operands) => {
  const message = "invalid array slice indexing";
  const start = force(lazyOperand(operands, 0));
  const end = force(lazyOperand(operands, 1));
  if (!isNatural(start)) {
    return {
      message,
      note: `expected the start to be a positive integer, got ${show(start)}`,
      argument: start,
    };
  }
  if (start.kind !== "number" || end.kind !== "number") return undefined;
  if (compare(end.value, start.value) < 0) {
    return { message, note: `expected start <= end, got ${show(start)} and ${show(end)}`, argument: end };
  }
  if (!isNatural(end)) {
    return { message, note: `expected the end to be a positive integer, got ${show(end)}`, argument: end };
  }
  const length = lengthOf(force(lazyOperand(operands, 2)));
  if (length === undefined || compare(end.value, length) <= 0) return undefined;
  return { message, note: `expected the end to be between 0 and ${length}, got ${show(end)}`, argument: end };
});

const range = (stepped: boolean): CustomContractValue =>
  relation(stepped ? 3 : 2, (operands) => {
    const start = force(lazyOperand(operands, 0));
    const end = force(lazyOperand(operands, 1));
    if (start.kind === "number" && end.kind === "number" && compare(start.value, end.value) > 0) {
      const note = `expected a range end greater than ${show(start)} (range start), got ${show(end)}`;
      return { message: "invalid range", note, argument: end };
    }
    if (!stepped) return undefined;
    const step = force(lazyOperand(operands, 2));
    if (step.kind === "number" && compare(step.value, 0) < 0) {
      return {
        message: "invalid range step",
        note: `expected a positive number, got ${show(step)}`,
        argument: step,
      };
    }
    return undefined;
  });

/** A contract chosen by a tag. */
function choice(name: string, tag: string, yes: CustomContractValue, no: CustomContractValue): Primop {
  return {
    arity: 1,
    strict: 1,
    run: (operands, span: Place) =>
      operand(operands[0], "enum", { name, arity: 1 }, 1, span).tag === tag ? yes : no,
  };
}

export const nativeContract: Readonly<Record<string, Primop>> = {
  IndexedArray: choice("IndexedArray", "Split", indexed(true), indexed(false)),
  Range: choice("Range", "Step", range(true), range(false)),
  contract_equal: {
    arity: 1,
    strict: 0,
    run: (operands, span) => {
      const constant = lazyOperand(operands, 0);
      return custom(
        (label, value) => new EnumValue("Ok", equalTo(constant, value, pushRemark(label), span), undefined),
      );
    },
  },
};

/** Contracts that take no parameter. */
export const nativeContracts: Readonly<Record<string, Lazy>> = { ArraySlice: slice };
