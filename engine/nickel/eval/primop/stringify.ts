// Values that have a text: what interpolation and `std.to_string` accept.

import { printNumber } from "../../number.ts";
import { raiseSealed } from "../blame.ts";
import type { Value } from "../value.ts";

/** The text of a string, number, boolean, bare enum tag or null; `undefined` for anything else. */
export function stringify(value: Value): string | undefined {
  switch (value.kind) {
    case "string":
      return value.value;
    case "number":
      return printNumber(value.value);
    case "bool":
      return String(value.value);
    case "null":
      return "null";
    case "enum":
      return value.argument === undefined ? value.tag : undefined;
    case "sealed":
      return raiseSealed(value);
    default:
      return undefined;
  }
}
