// Why two types do not go together: where they differ, from the outside in.

import type { Rigid, Row, Type } from "./type.ts";

interface Pair {
  /** What the context asks for. */
  readonly expected: Type;
  /** What the term is. */
  readonly found: Type;
}

export type Mismatch =
  | (Pair & { readonly kind: "types" })
  /** A field or a tag with its argument's type; no cause where only one of two tags has an argument. */
  | (Pair & {
      readonly kind: "row";
      readonly of: RowsOf;
      readonly name: string;
      readonly cause: Mismatch | undefined;
    })
  | (Pair & { readonly kind: "missing-row" | "extra-row"; readonly of: RowsOf; readonly name: string })
  | (Pair & { readonly kind: "missing-tail" | "extra-tail" })
  /** A name that is already among the rows before a tail. */
  | (Pair & { readonly kind: "row-conflict"; readonly of: RowsOf; readonly row: Row })
  | (Pair & { readonly kind: "domain" | "codomain"; readonly cause: Mismatch })
  /** The tail of a `forall` must stay as it is. */
  | { readonly kind: "sealed-tail"; readonly of: RowsOf; readonly rigid: Rigid; readonly found: Type }
  /** A type that was fixed outside of a `forall` cannot be its variable. */
  | { readonly kind: "level"; readonly rigid: Rigid }
  /** It would take a type that contains itself. */
  | { readonly kind: "endless" }
  /** A record whose fields differ is no dictionary. */
  | { readonly kind: "inhomogeneous"; readonly first: Row; readonly second: Row };

export type RowsOf = "record" | "enum";

/** What it comes down to. */
export function innermostCause(mismatch: Mismatch): Mismatch {
  let at = mismatch;
  while ("cause" in at && at.cause !== undefined) at = at.cause;
  return at;
}
