// The remaining natives of the standard library: on numbers and strings.

import { operand, type Primop } from "../eval/primop/primop.ts";
import { NumberValue, StringValue } from "../eval/value.ts";
import { floor } from "../number.ts";

export const nativeValue: Readonly<Record<string, Primop>> = {
  number_floor: {
    arity: 1,
    strict: 1,
    run: (operands, span) => {
      const { value } = operand(operands[0], "number", { name: "floor", arity: 1 }, 1, span);
      return new NumberValue(floor(value), span);
    },
  },
  string_join: {
    arity: 2,
    strict: 0,
    run: (operands, span) => {
      const operator = { name: "join", arity: 2 };
      const separator = operand(operands[0], "string", operator, 1, span);
      const fragments = operand(operands[1], "array", operator, 2, span).elements();
      const texts = fragments.map((fragment) => operand(fragment, "string", operator, 2, span).value);
      return new StringValue(texts.join(separator.value), span);
    },
  },
};
