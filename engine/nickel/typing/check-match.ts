// A match in a typed block: a function from the type that its patterns have together to that of its branches.

import type { MatchTerm } from "../syntax/ast.ts";
import type { Checker } from "./checker.ts";
import { bindTypes, type Context } from "./context.ts";
import { freshType } from "./instantiate.ts";
import type { Mismatch } from "./mismatch.ts";
import { closeTails, patternTypes } from "./patterns.ts";
import { arrow, bool, type Type } from "./type.ts";

/** @throws TypeFault where the match is not of the type. */
export function checkMatch(checker: Checker, term: MatchTerm, context: Context, expected: Type): void {
  const argument = freshType(context.level);
  const result = freshType(context.level);
  const patterns = term.branches.map(({ pattern }) => patternTypes(checker, pattern, context, "enforce"));
  term.branches.forEach(({ guard, body }, at) => {
    const inner = bindTypes(context, patterns[at]?.bindings ?? new Map());
    if (guard !== undefined) checker.check(guard, inner, bool);
    checker.check(body, inner, result);
  });
  let mismatch: Mismatch | undefined;
  for (const { type } of patterns) mismatch ??= checker.solver.unify(argument, type, context);
  // Before anything is said of the whole: an enum that is still open would be taken for one of any tags.
  closeTails(checker, patterns, new Set(patterns.flatMap(({ wildcards }) => Array.from(wildcards))));
  checker.demand(mismatch, term.span);
  checker.demand(checker.solver.unify(expected, arrow(argument, result), context), term.span);
}
