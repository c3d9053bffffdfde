// The apparent type of a term: what it is known or guessed to be where nothing is inferred, so that variables bound
// to it have a type.

import { unreachable } from "../../core/unreachable.ts";
import type { Annotations, Term, TypeNode } from "../syntax/ast.ts";
import type { Checker } from "./checker.ts";
import { type Context, noTerms, type Terms } from "./context.ts";
import { convertType, hasWildcard } from "./convert.ts";
import { freshType } from "./instantiate.ts";
import { firstAnnotation, type OuterType, outerType } from "./outer-type.ts";
import { arrayOf, dyn, type Type } from "./type.ts";

export type Apparent =
  /** As somebody wrote it; `terms` are the lets around. */
  | { readonly kind: "annotated"; readonly node: TypeNode; readonly terms: Terms }
  /** For sure: of a literal, or of a variable. */
  | { readonly kind: "known"; readonly type: Type }
  /** The best there is where nothing is inferred. */
  | { readonly kind: "guessed"; readonly type: Type };

const unknown: Apparent = { kind: "guessed", type: dyn };

/** Of a value with the annotations of its binding or field. */
export function apparentOf(
  checker: Checker,
  annotations: Annotations,
  value: Term | undefined,
  context: Context,
): Apparent {
  const node = firstAnnotation(annotations);
  if (node !== undefined) return { kind: "annotated", node, terms: context.terms };
  if (value === undefined) return unknown;
  if (value.kind === "variable") {
    const type = context.types.get(value.name);
    return type === undefined ? unknown : { kind: "known", type };
  }
  if (value.kind === "import") return ofOutside(checker.imported(value), noTerms);
  return ofOutside(outerType(value), context.terms);
}

function ofOutside(outer: OuterType | undefined, terms: Terms): Apparent {
  if (outer === undefined) return unknown;
  switch (outer.kind) {
    case "annotated":
      return { kind: "annotated", node: outer.node, terms };
    case "array":
      return { kind: "guessed", type: arrayOf(dyn) };
    case "number":
    case "bool":
    case "string":
      return { kind: "known", type: { kind: outer.kind } };
    default:
      return unreachable(outer);
  }
}

/** In dynamic code: a guess is as good as it gets, and what a `_` stands for is not known. */
export function guessedType(apparent: Apparent): Type {
  if (apparent.kind !== "annotated") return apparent.type;
  return hasWildcard(apparent.node) ? dyn : convertType(apparent.node, apparent.terms);
}

/** In a typed block: what is only a guess is left to be inferred. */
export function inferableType(apparent: Apparent, context: Context): Type {
  switch (apparent.kind) {
    case "annotated":
      return convertType(apparent.node, apparent.terms);
    case "known":
      return apparent.type;
    case "guessed":
      return freshType(context.level);
    default:
      return unreachable(apparent);
  }
}

/** The type of an imported file. */
export function importedType(outer: OuterType | undefined): Type {
  return guessedType(ofOutside(outer, noTerms));
}
