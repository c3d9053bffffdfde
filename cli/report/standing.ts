// Where layers stand, for texts and for the page in the browser: nothing here but the engine's types.

import { unreachable } from "../../engine/core/unreachable.ts";
import type { Action, Reason } from "../../engine/plan/step.ts";

const loudness: readonly Action[] = ["reuse", "build", "blocked"];

/** Of what a layer is on its platforms, what says most; the first of equals. */
export function loudest<S extends { readonly action: Action }>(states: readonly S[]): S | undefined {
  return states.toSorted((a, b) => loudness.indexOf(b.action) - loudness.indexOf(a.action))[0];
}

export function stateWord(action: Action): string {
  switch (action) {
    case "build":
      return "to build";
    case "reuse":
      return "current";
    case "blocked":
      return "blocked";
    default:
      return unreachable(action);
  }
}

/** The first reason in words, and how many more there are; "" where there is none. `words` are those of `reasons`. */
export function mainReason(reasons: readonly Pick<Reason, "kind">[], words: readonly string[]): string {
  // Of what was never built, nothing else needs to be said.
  const never = reasons.findIndex(({ kind }) => kind === "never-built");
  if (never !== -1) return words[never] ?? "";
  const [first, ...more] = words;
  if (first === undefined) return "";
  if (more.length === 0) return first;
  return `${first}, and ${more.length} more ${more.length === 1 ? "reason" : "reasons"}`;
}
