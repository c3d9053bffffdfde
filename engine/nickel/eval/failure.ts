// How an evaluation stops: a failure thrown through the evaluator and caught at the door, at each exported field,
// and by nothing else. It is never seen by the program that is evaluated.

import type { Note } from "../../core/diagnostic.ts";
import { complain, type NickelDiagnostic, type NickelTemplate } from "../diagnostics.ts";
import type { Place, Value } from "./value.ts";

export class NickelFailure extends Error {
  readonly diagnostics: readonly [NickelDiagnostic, ...NickelDiagnostic[]];
  /** What the value would be but for this failure, so that a gathering export can go on and find what else is wrong. */
  readonly recovered: Value | undefined;

  constructor(diagnostics: readonly [NickelDiagnostic, ...NickelDiagnostic[]], recovered?: Value) {
    super(diagnostics[0].message);
    this.diagnostics = diagnostics;
    this.recovered = recovered;
  }
}

/** Stops the evaluation with a diagnostic. */
export function fail<P>(
  template: NickelTemplate<P>,
  params: P,
  span: Place,
  notes: readonly Note[] = [],
): never {
  throw new NickelFailure([complain(template, params, span, notes)]);
}
