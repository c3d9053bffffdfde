// The door: checks the static types of a file. In dynamic code only what `: T` covers, or all of it where the whole
// file is to be typed. Scopes are taken to be sound: that names are bound is not asked again.

import type { Span } from "../../core/source.ts";
import { complain, type NickelDiagnostic } from "../diagnostics.ts";
import { stackOverflow } from "../eval/diagnostics.ts";
import type { ImportTerm, RecordTerm, Term, TypeNode } from "../syntax/ast.ts";
import { checkTerm } from "./check.ts";
import { checkRecord } from "./check-record.ts";
import type { Checker } from "./checker.ts";
import { type Context, Environment, noTerms } from "./context.ts";
import { contractsEqual } from "./contract-equality.ts";
import { inferTerm } from "./infer.ts";
import { freshType } from "./instantiate.ts";
import { libraryType } from "./library-types.ts";
import { innermostCause, type Mismatch } from "./mismatch.ts";
import type { OuterType } from "./outer-type.ts";
import { reportMismatch, TypeFault } from "./report.ts";
import { Solver, type Wildcard } from "./solver.ts";
import { resolve, type Type } from "./type.ts";
import { walkTerm, walkTypeNode } from "./walk.ts";
import { walkRecord } from "./walk-record.ts";

export interface TypecheckOptions {
  /** Types all of the file, as if it were annotated. */
  readonly isStrict: boolean;
  /** Where names stand that nothing binds: of these it is told elsewhere. */
  readonly unbound: readonly number[];
  /** What the outside of an imported file tells of its type; nothing for data. */
  imported(term: ImportTerm): OuterType | undefined;
}

export interface Typechecked {
  /** The first of each typed block, in the order they were found. */
  readonly diagnostics: readonly NickelDiagnostic[];
  /** What each `_` of the file stands for, by its number. */
  readonly wildcards: ReadonlyMap<number, Wildcard>;
}

export function typecheck(term: Term, options: TypecheckOptions): Typechecked {
  const checker = new FileChecker(options);
  try {
    if (options.isStrict) {
      checker.block(() => {
        checker.check(term, initial(), freshType(0));
      });
    } else checker.walk(term, initial());
  } catch (failure) {
    if (!(failure instanceof RangeError)) throw failure;
    return { diagnostics: [complain(stackOverflow, undefined, term.span)], wildcards: new Map() };
  }
  return { diagnostics: checker.diagnostics, wildcards: checker.solver.wildcards };
}

function initial(): Context {
  return { types: new Environment(new Map([["std", libraryType()]])), terms: noTerms, level: 0 };
}

class FileChecker implements Checker {
  readonly #options: TypecheckOptions;
  readonly solver = new Solver(contractsEqual);
  readonly diagnostics: NickelDiagnostic[] = [];

  constructor(options: TypecheckOptions) {
    this.#options = options;
  }

  imported(term: ImportTerm): OuterType | undefined {
    return this.#options.imported(term);
  }

  check(term: Term, context: Context, expected: Type): void {
    checkTerm(this, term, context, expected);
  }

  infer(term: Term, context: Context): Type {
    return inferTerm(this, term, context);
  }

  walk(term: Term, context: Context): void {
    walkTerm(this, term, context);
  }

  walkType(node: TypeNode, context: Context): void {
    walkTypeNode(this, node, context);
  }

  checkRecord(record: RecordTerm, context: Context, expected: Type): void {
    checkRecord(this, record, context, expected);
  }

  walkRecord(record: RecordTerm, context: Context): void {
    walkRecord(this, record, context);
  }

  block(check: () => void): void {
    try {
      check();
    } catch (fault) {
      if (!(fault instanceof TypeFault)) throw fault;
      this.diagnostics.push(fault.diagnostic);
    }
  }

  demand(mismatch: Mismatch | undefined, span: Span): void {
    if (mismatch === undefined || this.#isOfUnbound(mismatch)) return;
    throw new TypeFault(reportMismatch(mismatch, span));
  }

  /** Nothing is known of a type that mentions an unbound name, so nothing contradicts it. */
  #isOfUnbound(mismatch: Mismatch): boolean {
    const { unbound } = this.#options;
    if (unbound.length === 0) return false;
    const cause = innermostCause(mismatch);
    if (cause.kind !== "types") return false;
    return [cause.expected, cause.found].some((written) => {
      const type = resolve(written);
      if (type.kind !== "contract") return false;
      const { start, end } = type.term.span;
      return unbound.some((offset) => offset >= start && offset < end);
    });
  }
}
