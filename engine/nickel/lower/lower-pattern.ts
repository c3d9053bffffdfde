// Patterns to core: each variable gets a slot of the scope's frame, annotations become contracts.

import { unreachable } from "../../core/unreachable.ts";
import { complain } from "../diagnostics.ts";
import { parseNumber } from "../number.ts";
import type { Pattern, Rest } from "../syntax/ast.ts";
import type { CoreFieldPattern, CorePattern } from "./core.ts";
import { orPatternVariables } from "./diagnostics.ts";
import { lowerAnnotations } from "./lower-type.ts";
import type { Lowering, Scope } from "./scope.ts";

/** Binds the pattern's variables in `scope`; its defaults and annotations see `outer`. */
export function lowerPattern(lowering: Lowering, pattern: Pattern, scope: Scope, outer: Scope): CorePattern {
  const { span } = pattern;
  switch (pattern.kind) {
    case "wildcard":
      return { kind: "wildcard", span };
    case "variable":
      return { kind: "variable", slot: slotOf(scope, pattern.name), span };
    case "constant": {
      const { constant } = pattern;
      switch (constant.kind) {
        case "null":
          return { kind: "null", span };
        case "bool":
          return { kind: "bool", value: constant.value, span };
        case "number":
          return { kind: "number", value: parseNumber(constant.text) ?? 0, span };
        case "string":
          return { kind: "string", value: constant.value, span };
        default:
          return unreachable(constant);
      }
    }
    case "tag":
      return { kind: "tag", tag: pattern.tag.text, span };
    case "variant":
      return {
        kind: "variant",
        tag: pattern.tag.text,
        argument: lowerPattern(lowering, pattern.argument, scope, outer),
        span,
      };
    case "record": {
      const fields = pattern.fields.map(
        (field): CoreFieldPattern => ({
          name: field.field.text,
          nameSpan: field.field.span,
          contracts: lowerAnnotations(lowering, field.annotations, outer, field.field.text),
          fallback: field.fallback === undefined ? undefined : lowering.term(field.fallback, outer),
          pattern: lowerPattern(lowering, field.pattern, scope, outer),
        }),
      );
      return { kind: "record", fields, ...lowerRest(pattern.rest, scope), span };
    }
    case "array": {
      const items = pattern.items.map((item) => lowerPattern(lowering, item, scope, outer));
      return { kind: "array", items, ...lowerRest(pattern.rest, scope), span };
    }
    case "alias":
      return {
        kind: "alias",
        slot: slotOf(scope, pattern.name.text),
        pattern: lowerPattern(lowering, pattern.pattern, scope, outer),
        span,
      };
    case "or": {
      checkAlternatives(lowering, pattern.alternatives);
      const alternatives = pattern.alternatives.map((one) => lowerPattern(lowering, one, scope, outer));
      return { kind: "or", alternatives, span };
    }
    default:
      return unreachable(pattern);
  }
}

/** The alternatives of an `or` share the slots of their variables. */
function slotOf(scope: Scope, name: string): number {
  return (scope.own(name) ?? scope.bind(name)).slot;
}

function lowerRest(
  rest: Rest,
  scope: Scope,
): { readonly open: boolean; readonly restSlot: number | undefined } {
  if (rest.kind === "capture") return { open: true, restSlot: slotOf(scope, rest.name.text) };
  return { open: rest.kind === "open", restSlot: undefined };
}

function checkAlternatives(lowering: Lowering, alternatives: readonly Pattern[]): void {
  const [first, ...others] = alternatives.map((one) => new Set(boundNames(one)));
  if (first === undefined) return;
  for (const [at, other] of others.entries()) {
    const differing = [...first.symmetricDifference(other)];
    const span = alternatives[at + 1]?.span;
    if (differing.length > 0) {
      lowering.diagnostics.push(complain(orPatternVariables, { names: differing }, span));
      return;
    }
  }
}

/** The variables that a pattern binds, in order of appearance. */
export function* boundNames(pattern: Pattern): Generator<string> {
  switch (pattern.kind) {
    case "wildcard":
    case "constant":
    case "tag":
      return;
    case "variable":
      yield pattern.name;
      return;
    case "variant":
      yield* boundNames(pattern.argument);
      return;
    case "record":
      for (const field of pattern.fields) yield* boundNames(field.pattern);
      if (pattern.rest.kind === "capture") yield pattern.rest.name.text;
      return;
    case "array":
      for (const item of pattern.items) yield* boundNames(item);
      if (pattern.rest.kind === "capture") yield pattern.rest.name.text;
      return;
    case "alias":
      yield pattern.name.text;
      yield* boundNames(pattern.pattern);
      return;
    case "or": {
      const [first] = pattern.alternatives;
      if (first !== undefined) yield* boundNames(first);
      return;
    }
    default:
      unreachable(pattern);
  }
}
