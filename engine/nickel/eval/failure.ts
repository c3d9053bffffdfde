// How an evaluation stops: a failure thrown through the evaluator and caught at the door, at each exported field,
// and by nothing else. It is never seen by the program that is evaluated.

import type { Note } from "../../core/diagnostic.ts";
import { complain, type NickelDiagnostic, type NickelTemplate } from "../diagnostics.ts";
import { isLibrary } from "./library.ts";
import type { Place, Value } from "./value.ts";
import { endsInPath } from "./value-path.ts";

export type Diagnostics = readonly [NickelDiagnostic, ...NickelDiagnostic[]];

/** Where in a value the fault lies, as far as the one who found it knows, and how to tell it once all of the path is known. */
export interface Located {
  readonly path: string;
  readonly tell: (path: string) => Diagnostics;
}

export class NickelFailure extends Error {
  readonly #diagnostics: Diagnostics;
  /** What the value would be but for this failure, so that a gathering export can go on and find what else is wrong. */
  readonly recovered: Value | undefined;
  readonly #located: Located | undefined;

  constructor(diagnostics: Diagnostics, recovered?: Value, located?: Located) {
    super(diagnostics[0].message);
    this.#diagnostics = diagnostics;
    this.recovered = recovered;
    this.#located = located;
  }

  get diagnostics(): Diagnostics {
    return this.#diagnostics;
  }

  /** What it is to those who asked for a value that it kept from being computed. */
  leaving(value: { readonly span: Place }): NickelFailure {
    return this.at(value.span);
  }

  /** The same with something to go on with, unless it has that already. */
  orElse(recovered: Value | undefined): NickelFailure {
    if (recovered === undefined || this.recovered !== undefined) return this;
    return new NickelFailure(this.diagnostics, recovered, this.#located);
  }

  /** Its diagnostics told with the whole path, when the part of the value at that path is what they are about. */
  toldAt(path: string): Diagnostics {
    const located = this.#located;
    return located !== undefined && endsInPath(path, located.path) ? located.tell(path) : this.diagnostics;
  }

  /** Told at a place of the program, when it would point nowhere or into the standard library. */
  at(span: Place): NickelFailure {
    const [first, ...others] = this.diagnostics;
    if (span === undefined || isLibrary(span) || (first.span !== undefined && !isLibrary(first.span)))
      return this;
    const notes = first.notes.filter((note) => note.span === undefined || !isLibrary(note.span));
    const placed: Diagnostics = [{ ...first, span, notes }, ...others];
    const located = this.#located;
    if (located === undefined) return new NickelFailure(placed, this.recovered);
    const tell = (path: string): Diagnostics => {
      const [one, ...more] = located.tell(path);
      return [{ ...one, span, notes }, ...more];
    };
    return new NickelFailure(placed, this.recovered, { path: located.path, tell });
  }
}

/** Tells where a value came from, unless that lies in sight: within the place that is underlined. */
export function originNotes(origin: Place, shown: Place): readonly Note[] {
  if (origin === undefined || isLibrary(origin)) return [];
  return contains(shown, origin) ? [] : [{ message: "the value is made here", span: origin }];
}

/** Whether one place lies within another. */
export function contains(outer: Place, inner: Place): boolean {
  return (
    outer !== undefined &&
    inner !== undefined &&
    outer.file === inner.file &&
    outer.start <= inner.start &&
    inner.end <= outer.end
  );
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
