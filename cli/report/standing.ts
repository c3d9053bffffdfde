// Where layers stand, for texts and for the page in the browser: nothing here but the engine's types.

import { unreachable } from "../../engine/core/unreachable.ts";
import type { Reason, Step } from "../../engine/plan/step.ts";

/** "maybe": built only if what it stands on comes out changed. From the quietest to the loudest. */
export const standings = ["current", "maybe", "build", "blocked"] as const;
export type Standing = (typeof standings)[number];

type Decided = Pick<Step, "action" | "mayBeReused">;

export function standingOf({ action, mayBeReused }: Decided): Standing {
  switch (action) {
    case "build":
      return mayBeReused ? "maybe" : "build";
    case "reuse":
      return "current";
    case "blocked":
      return "blocked";
    default:
      return unreachable(action);
  }
}

/** Of what a layer is on its platforms, what says most; the first of equals. */
export function loudest<S extends Decided>(states: readonly S[]): S | undefined {
  const loudnessOf = (state: S): number => standings.indexOf(standingOf(state));
  return states.toSorted((a, b) => loudnessOf(b) - loudnessOf(a))[0];
}

export function standingWord(standing: Standing): string {
  return standing === "build" ? "to build" : standing;
}

/** What says most of the reasons in words, and how many more there are; "" without any. `words` are those of `reasons`. */
export function mainReason(reasons: readonly Pick<Reason, "kind">[], words: readonly string[]): string {
  // What holds a layer back is why nothing else matters now.
  const holding = reasons.findIndex(({ kind }) => kind === "parent-not-current");
  if (holding !== -1) return firstOf([words[holding] ?? "", ...words.toSpliced(holding, 1)]);
  // Of what was never built, nothing else needs to be said.
  const never = reasons.findIndex(({ kind }) => kind === "never-built");
  if (never !== -1) return words[never] ?? "";
  return firstOf(words);
}

/** "files/b.conf was modified, and 2 more reasons"; "" without any. */
export function firstOf(words: readonly string[]): string {
  const [first, ...more] = words;
  if (first === undefined) return "";
  if (more.length === 0) return first;
  return `${first}, and ${more.length} more ${more.length === 1 ? "reason" : "reasons"}`;
}
