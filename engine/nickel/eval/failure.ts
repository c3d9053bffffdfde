// How an evaluation stops: a failure thrown through the evaluator and caught at the door, at each exported field,
// and by nothing else. It is never seen by the program that is evaluated.

import type { Note } from "../../core/diagnostic.ts";
import { complain, type NickelDiagnostic, type NickelTemplate } from "../diagnostics.ts";
import { isLibrary } from "./library.ts";
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

  /** Told at a place of the program, when it would point nowhere or into the standard library. */
  at(span: Place): NickelFailure {
    const [first, ...others] = this.diagnostics;
    if (span === undefined || isLibrary(span) || (first.span !== undefined && !isLibrary(first.span)))
      return this;
    const notes = first.notes.filter((note) => note.span === undefined || !isLibrary(note.span));
    return new NickelFailure([{ ...first, span, notes }, ...others], this.recovered);
  }
}

/** Tells where a value came from, unless that lies in sight: within the place that is underlined. */
export function originNotes(origin: Place, shown: Place): readonly Note[] {
  if (origin === undefined || isLibrary(origin)) return [];
  const isShown =
    shown !== undefined &&
    shown.file === origin.file &&
    shown.start <= origin.start &&
    origin.end <= shown.end;
  return isShown ? [] : [{ message: "the value is made here", span: origin }];
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
