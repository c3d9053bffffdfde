// Operations on values of any kind: types, forcing, conversion.

import { raiseBlame, raiseSealed } from "../blame.ts";
import { deepForce } from "../deep.ts";
import { describeValue, typeTag } from "../describe.ts";
import { other } from "../diagnostics.ts";
import { fail } from "../failure.ts";
import { force } from "../thunk.ts";
import { BoolValue, EnumValue, type Lazy, type Place, StringValue, type Value } from "../value.ts";
import { lazyOperand, operand, type Primop, refuse } from "./primop.ts";
import { stringify } from "./stringify.ts";

/** An operation of one computed operand. */
export function unary(name: string, run: (value: Value, span: Place) => Value): Primop {
  return {
    arity: 1,
    strict: 1,
    run: (operands, span) => {
      const value = force(lazyOperand(operands, 0));
      return value.kind === "sealed" && name !== "seq" ? raiseSealed(value) : run(value, span);
    },
  };
}

const second = (operands: readonly Lazy[]): Value => force(lazyOperand(operands, 1));

export const generalPrimops: Readonly<Record<string, Primop>> = {
  typeof: unary("typeof", (value, span) => new EnumValue(typeTag(value), undefined, span)),
  cast: unary("cast", (value, span) => new EnumValue(typeTag(value), value, span)),
  seq: {
    arity: 2,
    strict: 1,
    run: (operands) => {
      force(lazyOperand(operands, 0));
      return second(operands);
    },
  },
  deep_seq: {
    arity: 2,
    strict: 1,
    run: (operands, span) => {
      deepForce(lazyOperand(operands, 0), span);
      return second(operands);
    },
  },
  force: unary("force", (value, span) => {
    deepForce(value, span);
    return value;
  }),
  blame: unary("blame", (value, span) =>
    value.kind === "label"
      ? raiseBlame(value.label)
      : refuse(value, "a Label", { name: "blame", arity: 1 }, 1, span),
  ),
  to_string: unary("to_string", (value, span) => {
    const text = stringify(value);
    if (text !== undefined) return new StringValue(text, span);
    const message = `\`to_string\` expects a string, number, boolean, enum tag or null, not ${describeValue(value)}`;
    return fail(other, { message }, value.span ?? span);
  }),
  "enum/get_tag": unary("enum/get_tag", (value, span) => {
    const found = operand(value, "enum", { name: "enum/get_tag", arity: 1 }, 1, span);
    return new EnumValue(found.tag, undefined, span);
  }),
  "enum/get_arg": unary("enum/get_arg", (value, span) => {
    const operator = { name: "enum/get_arg", arity: 1 };
    const found = operand(value, "enum", operator, 1, span);
    return found.argument === undefined
      ? refuse(found, "an enum variant", operator, 1, span)
      : force(found.argument);
  }),
  "enum/is_variant": unary(
    "enum/is_variant",
    (value, span) => new BoolValue(value.kind === "enum" && value.argument !== undefined, span),
  ),
  "enum/from_string": unary("enum/from_string", (value, span) => {
    const text = operand(value, "string", { name: "enum/from_string", arity: 1 }, 1, span);
    // The same word in another form: it stands where the string was written.
    return new EnumValue(text.value, undefined, text.span ?? span);
  }),
  "enum/make_variant": {
    arity: 2,
    strict: 1,
    run: (operands, span) => {
      const tag = operand(operands[0], "string", { name: "enum/make_variant", arity: 2 }, 1, span);
      return new EnumValue(tag.value, lazyOperand(operands, 1), span);
    },
  },
  "enum/embed": unary("enum/embed", (value) => value),
};
