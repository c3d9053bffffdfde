// The names that a pattern binds.

import type { Span } from "../../core/source.ts";
import { unreachable } from "../../core/unreachable.ts";
import type { Pattern, Rest } from "./ast.ts";

export interface BoundName {
  readonly name: string;
  readonly span: Span;
}

/** In order of the text; a name twice if it is bound twice. */
export function boundNames(pattern: Pattern): BoundName[] {
  switch (pattern.kind) {
    case "wildcard":
    case "constant":
    case "tag":
      return [];
    case "variable":
      return [{ name: pattern.name, span: pattern.span }];
    case "variant":
      return boundNames(pattern.argument);
    case "record":
      return [...pattern.fields.flatMap((field) => boundNames(field.pattern)), ...restNames(pattern.rest)];
    case "array":
      return [...pattern.items.flatMap(boundNames), ...restNames(pattern.rest)];
    case "alias":
      return [{ name: pattern.name.text, span: pattern.name.span }, ...boundNames(pattern.pattern)];
    case "or":
      return pattern.alternatives.flatMap(boundNames);
    default:
      return unreachable(pattern);
  }
}

function restNames(rest: Rest): BoundName[] {
  return rest.kind === "capture" ? [{ name: rest.name.text, span: rest.name.span }] : [];
}
