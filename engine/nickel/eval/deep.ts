// Deep evaluation: everything in a value that is present, optional fields without a value aside.

import { raiseSealed } from "./blame.ts";
import { step } from "./budget.ts";
import { force } from "./thunk.ts";
import type { Lazy, Place } from "./value.ts";

/** @throws a failure where something in the value fails, or a field that is not optional has no value. */
export function deepForce(lazy: Lazy, at: Place): void {
  // Data may be shared, and so larger by far than what it took to compute it.
  step(lazy.span);
  const value = force(lazy);
  switch (value.kind) {
    case "record":
      // All fields must be defined before any is computed.
      for (const [, cell] of Array.from(value.values(at))) deepForce(cell, at);
      return;
    case "array":
      for (const element of value.elements()) deepForce(element, at);
      return;
    case "enum":
      if (value.argument !== undefined) deepForce(value.argument, at);
      return;
    case "sealed":
      return raiseSealed(value);
    default:
  }
}
