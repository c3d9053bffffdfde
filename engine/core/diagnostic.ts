// What is wrong with something a person wrote: gathered, never thrown, rendered by the command line alone.
// Each floor keeps one table of its codes; the table types the parameters of each message.

import type { Span } from "./source.ts";

export type Severity = "error" | "warning";

/** A remark that belongs to a diagnostic, with the other place where there is one. */
export interface Note {
  readonly message: string;
  readonly span?: Span | undefined;
}

export interface Diagnostic {
  /** Stable and documented: "E" or "W" and four digits. */
  readonly code: string;
  readonly severity: Severity;
  /** One sentence without a full stop. */
  readonly message: string;
  /** The place to underline; absent where there is none (a missing catalog, say). */
  readonly span?: Span | undefined;
  /** What stands there may be a secret: the place is told, never its text. */
  readonly isConcealed?: boolean | undefined;
  /** What to write under the underline; short. */
  readonly label?: string | undefined;
  readonly notes: readonly Note[];
  /** How to mend it, as an imperative. */
  readonly help?: string | undefined;
}

/** A row of a code table: the code and how its texts are made of its parameters. */
export interface Template<P> {
  readonly code: string;
  readonly severity: Severity;
  readonly message: (params: P) => string;
  readonly label?: (params: P) => string | undefined;
  readonly help?: (params: P) => string | undefined;
}

/** Where a diagnostic stands and what goes with it. */
export interface Placement {
  readonly span?: Span | undefined;
  readonly notes?: readonly Note[];
  readonly isConcealed?: boolean | undefined;
}

/** Makes a diagnostic of a row of a code table. */
export function diagnose<P>(template: Template<P>, params: P, placement: Placement = {}): Diagnostic {
  return {
    code: template.code,
    severity: template.severity,
    message: template.message(params),
    span: placement.span,
    ...(placement.isConcealed === true ? { isConcealed: true } : {}),
    label: placement.isConcealed === true ? undefined : template.label?.(params),
    notes: placement.notes ?? [],
    help: template.help?.(params),
  };
}

/** Orders by file, then place, then code, so that every run prints the same. */
export function compareDiagnostics(a: Diagnostic, b: Diagnostic): number {
  const pathA = a.span?.file.path ?? "";
  const pathB = b.span?.file.path ?? "";
  if (pathA !== pathB) return pathA < pathB ? -1 : 1;
  const startA = a.span?.start ?? -1;
  const startB = b.span?.start ?? -1;
  if (startA !== startB) return startA - startB;
  return a.code < b.code ? -1 : a.code > b.code ? 1 : 0;
}
