// What the outside of a term tells of its type, without looking into it: an annotation, or the kind of a literal.
// Of an imported file it is all that the importing file's types know.

import type { Annotations, Term, TypeNode } from "../syntax/ast.ts";

export type OuterType =
  | { readonly kind: "annotated"; readonly node: TypeNode }
  | { readonly kind: "number" | "bool" | "string" | "array" };

/** Nothing where one would have to look into the term. */
export function outerType(term: Term): OuterType | undefined {
  switch (term.kind) {
    case "annotated": {
      const node = firstAnnotation(term.annotations);
      return node === undefined ? outerType(term.term) : { kind: "annotated", node };
    }
    case "number":
    case "bool":
    case "string":
    case "array":
      return { kind: term.kind };
    case "template":
      return { kind: "string" };
    default:
      return undefined;
  }
}

/** The static type, else the first contract. */
export function firstAnnotation({ type, contracts }: Annotations): TypeNode | undefined {
  return type ?? contracts[0];
}
