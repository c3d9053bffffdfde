// The static types of one file: checked when they are first asked for, and once. A file without `: T` is not looked
// at again, unless all of it is to be typed.

import type { NickelDiagnostic } from "../diagnostics.ts";
import type { ImportTerm, Term, TypeNode } from "../syntax/ast.ts";
import { writeType } from "./convert.ts";
import type { OuterType } from "./outer-type.ts";
import { typecheck } from "./typecheck.ts";

export interface UnitTypesOptions {
  /** There is a static type in it. */
  readonly isTyped: boolean;
  /** Where names stand that nothing binds. */
  readonly unbound: readonly number[];
  /** The file's syntax tree. */
  term(): Term;
  imported(term: ImportTerm): OuterType | undefined;
}

export class UnitTypes {
  readonly #options: UnitTypesOptions;
  readonly #found = new Map<boolean, readonly NickelDiagnostic[]>();
  #wildcards: ReadonlyMap<number, TypeNode> = new Map();

  constructor(options: UnitTypesOptions) {
    this.#options = options;
  }

  /** What is wrong; all that the file imports must have been read. */
  check(isStrict: boolean): readonly NickelDiagnostic[] {
    const known = this.#found.get(isStrict);
    if (known !== undefined) return known;
    const found = isStrict || this.#options.isTyped ? this.#check(isStrict) : [];
    this.#found.set(isStrict, found);
    return found;
  }

  /** What was found for each `_` of the file, by its number: an inferred type is checked like one that was written. */
  get wildcards(): ReadonlyMap<number, TypeNode> {
    return this.#wildcards;
  }

  #check(isStrict: boolean): readonly NickelDiagnostic[] {
    const term = this.#options.term();
    const { diagnostics, wildcards } = typecheck(term, {
      isStrict,
      unbound: this.#options.unbound,
      imported: (one) => this.#options.imported(one),
    });
    this.#wildcards = new Map(
      Array.from(wildcards, ([id, { type, span }]) => [id, writeType(type, span ?? term.span)] as const),
    );
    return diagnostics;
  }
}
