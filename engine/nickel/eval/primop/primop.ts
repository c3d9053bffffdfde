// What a primitive operation is, and how its operands are checked.

import { raiseSealed } from "../blame.ts";
import { describeValue } from "../describe.ts";
import { wrongArgument, wrongOperand } from "../diagnostics.ts";
import { contains, fail } from "../failure.ts";
import { force } from "../thunk.ts";
import type { Lazy, Place, Value } from "../value.ts";

export interface Primop {
  readonly arity: number;
  /** How many of the first operands are computed in any case. */
  readonly strict: number;
  readonly run: (operands: readonly Lazy[], span: Place) => Value;
  /** Whether it is a function once it has its first operands; others fail without the rest. */
  readonly partial?: true;
  /** The same for two strict operands, without an array. */
  readonly binary?: (left: Value, right: Value, span: Place) => Value;
}

/** The kinds of values by which operands are told apart, and how messages name them. */
const expectedNames = {
  number: "a Number",
  string: "a String",
  bool: "a Bool",
  array: "an Array",
  record: "a Record",
  enum: "an enum",
  function: "a function",
  label: "a Label",
  key: "a sealing key",
} as const;

type Kind = keyof typeof expectedNames;

/** For the messages of a failed operand check. */
export interface Operator {
  readonly name: string;
  readonly arity: number;
}

/** Computes an operand and checks its kind; `position` counts from 1. @throws a failure for another kind. */
export function operand<K extends Kind>(
  lazy: Lazy | undefined,
  kind: K,
  operator: Operator,
  position: number,
  span: Place,
): Extract<Value, { kind: K }> {
  if (lazy === undefined) throw new Error(`%${operator.name}% lacks an operand`);
  const value = force(lazy);
  if (hasKind(value, kind)) return value;
  return refuse(value, expectedNames[kind], operator, position, span);
}

function hasKind<K extends Kind>(value: Value, kind: K): value is Extract<Value, { kind: K }> {
  return value.kind === kind;
}

/** Reports an operand of the wrong kind. */
export function refuse(
  value: Value,
  expected: string,
  operator: Operator,
  position: number,
  span: Place,
): never {
  if (value.kind === "sealed") return raiseSealed(value);
  const found = describeValue(value);
  const notes =
    span === undefined || value.span === undefined || contains(span, value.span)
      ? []
      : [{ message: "needed here", span }];
  const help = operandHelp(operator.name, value, position);
  const name = `\`${operator.name}\``;
  const at = value.span ?? span;
  if (operator.arity === 1) return fail(wrongArgument, { operator: name, expected, found, help }, at, notes);
  const place = ["first", "second", "third", "fourth"][position - 1] ?? `${position}th`;
  return fail(
    wrongOperand,
    { operator: name, expected, found, position: ` as its ${place} operand`, help },
    at,
    notes,
  );
}

const comparisons: ReadonlySet<string> = new Set(["<", "<=", ">", ">="]);
const logical: ReadonlySet<string> = new Set(["&&", "||", "!"]);
/** What joins values of a kind. */
const joins: Partial<Readonly<Record<Value["kind"], string>>> = {
  string: "strings are joined with `++`",
  array: "arrays are joined with `@`",
  record: "records are merged with `&`",
};

/** What was likely meant. */
function operandHelp(operator: string, { kind }: Value, position: number): string | undefined {
  if (operator === "-" && kind === "function" && position === 1)
    return "a negative number as an argument needs parentheses: `f (-1)`";
  if (operator === "+" || operator === "++" || operator === "@") {
    if (operator === "++" && (kind === "number" || kind === "bool" || kind === "enum"))
      return 'write it into the string: `"… %{value} …"`';
    return joins[kind];
  }
  if (comparisons.has(operator)) {
    if (kind === "string") return "strings are compared with `std.string.compare`";
    return kind === "bool" && position === 1 ? "comparisons do not chain: `a < b && b < c`" : undefined;
  }
  return logical.has(operator) ? "only booleans are true or false: compare, as in `x != null`" : undefined;
}

/** An operand that need not be computed. */
export function lazyOperand(operands: readonly Lazy[], index: number): Lazy {
  const lazy = operands[index];
  if (lazy === undefined) throw new Error("an operand is missing");
  return lazy;
}
