// Merge priorities: which of two definitions of a field wins.

import { compare, type Num } from "../number.ts";

/** Below `default`, then numbers (none is 0), above `force`. */
export type Priority = "default" | "force" | Num;

/** Below zero, zero or above. */
export function comparePriorities(a: Priority, b: Priority): number {
  if (typeof a === "string" || typeof b === "string") return rank(a) - rank(b);
  return compare(a, b);
}

function rank(priority: Priority): number {
  return priority === "default" ? -1 : priority === "force" ? 1 : 0;
}
