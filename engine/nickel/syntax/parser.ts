// What the parts of the parser ask of one another. Each parse-*.ts holds one part of the grammar; parse.ts joins them.

import type { Pattern, Term, TypeNode } from "./ast.ts";
import type { Cursor } from "./cursor.ts";
import type { Uniterm } from "./uniterm.ts";

export interface Parser extends Cursor {
  /** Any expression. */
  term(): Term;
  /** Any expression, not yet known to be a term or a type. */
  uniterm(): Uniterm;
  /** An atom, if one begins here: a literal, name, bracketed form or type constant, with accesses behind it. */
  atomIfAny(): Uniterm | undefined;
  atom(): Uniterm;
  /** What may follow `:` or `|`, with type variables unfixed. */
  type(): TypeNode;
  pattern(): Pattern;
  /** A pattern in argument position, where variants and or-patterns need parentheses. */
  argumentPattern(): Pattern;
}
