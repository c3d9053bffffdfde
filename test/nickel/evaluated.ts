// Programs in memory, evaluated by the real evaluator, and what comes of them as a person would read it.

import { renderDiagnostic } from "../../cli/report/diagnostic.ts";
import type { NickelDiagnostic } from "../../engine/nickel/diagnostics.ts";
import { createEvaluator, type EvaluationMode } from "../../engine/nickel/evaluate.ts";
import { type Json, type Located, toJson } from "../../engine/nickel/located.ts";
import { FakeFiles } from "../fakes/files.ts";

export interface Evaluation {
  /** Absent when there are errors. */
  readonly value: Located | undefined;
  readonly imports: readonly string[];
  readonly diagnostics: readonly NickelDiagnostic[];
}

export interface Around {
  /** Absolute paths to texts, beside /main.ncl. */
  readonly files?: Readonly<Record<string, string>>;
  readonly importPaths?: readonly string[];
  readonly firstOnly?: boolean;
  readonly mode?: EvaluationMode;
}

/** Evaluates a text as /main.ncl. */
export function evaluate(text: string, around: Around = {}): Evaluation {
  const evaluator = createEvaluator({
    files: new FakeFiles({ ...around.files, "/main.ncl": text }),
    importPaths: around.importPaths ?? [],
    firstOnly: around.firstOnly === true,
  });
  const result = evaluator.evaluate("/main.ncl", around.mode);
  return result.ok
    ? { ...result.value, diagnostics: [] }
    : { value: undefined, imports: [], diagnostics: result.error };
}

/** The value as data, or each error's kind and message. */
export function outcome(text: string, around: Around = {}): Json {
  const { value, diagnostics } = evaluate(text, around);
  return value === undefined ? diagnostics.map(({ kind, message }) => `${kind}: ${message}`) : toJson(value);
}

/** All errors of a text, as the command line shows them. */
export function errors(text: string, around: Around = {}): string {
  const { diagnostics } = evaluate(text, around);
  return diagnostics.map((one) => renderDiagnostic(one, { color: false, root: "/" })).join("\n\n");
}
