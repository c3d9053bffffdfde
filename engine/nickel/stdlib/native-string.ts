// The natives behind `std.string`.

import { operand, type Primop } from "../eval/primop/primop.ts";
import { StringValue } from "../eval/value.ts";

export const nativeString: Readonly<Record<string, Primop>> = {
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
