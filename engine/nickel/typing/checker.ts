// What the parts of the checker call one another by. In dynamic code it walks, looking for typed blocks; inside of
// them it checks a term against a type, or infers one. A fault ends the typed block it is found in.

import type { Span } from "../../core/source.ts";
import type { ImportTerm, RecordTerm, Term, TypeNode } from "../syntax/ast.ts";
import type { Context } from "./context.ts";
import type { Mismatch } from "./mismatch.ts";
import type { OuterType } from "./outer-type.ts";
import type { Solver } from "./solver.ts";
import type { Type } from "./type.ts";

/** `walk` where types are only remembered, `enforce` inside of a typed block. */
export type Mode = "walk" | "enforce";

export interface Checker {
  readonly solver: Solver;
  /** The type that the outside of an imported file tells, if it tells one. */
  imported(term: ImportTerm): OuterType | undefined;
  /** @throws TypeFault where the term is not of the type. */
  check(term: Term, context: Context, expected: Type): void;
  /** @throws TypeFault where the term has no type. */
  infer(term: Term, context: Context): Type;
  walk(term: Term, context: Context): void;
  /** Walks the contracts in a type. */
  walkType(node: TypeNode, context: Context): void;
  checkRecord(record: RecordTerm, context: Context, expected: Type): void;
  walkRecord(record: RecordTerm, context: Context): void;
  /** Checks a typed block inside of dynamic code; its fault is kept and the walk goes on. */
  block(check: () => void): void;
  /** @throws TypeFault for a mismatch at `span`. */
  demand(mismatch: Mismatch | undefined, span: Span): void;
}
