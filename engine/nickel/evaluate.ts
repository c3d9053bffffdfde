// The one door of the language: an entry file in; its fully evaluated value, every leaf with its place, or all
// that is wrong with it, out. One evaluator serves many entry files and reads each imported file once.

import { compareDiagnostics } from "../core/diagnostic.ts";
import type { Files } from "../core/host.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { Span } from "../core/source.ts";
import type { NickelDiagnostic } from "./diagnostics.ts";
import { withinLimits } from "./eval/budget.ts";
import { stackOverflow } from "./eval/diagnostics.ts";
import { complainExhausted } from "./eval/exhausted.ts";
import { exportValue } from "./eval/export.ts";
import { closure, Loader, type Unit, wholeSpan } from "./imports.ts";
import type { Limits } from "./limits.ts";
import type { Located } from "./located.ts";
import type { FindPrepared } from "./lower/prepared.ts";
import { createLibrary } from "./stdlib/library.ts";
import { tooDeep } from "./syntax/diagnostics.ts";

export interface EvaluateOptions {
  readonly files: Pick<Files, "readText"> & Partial<Pick<Files, "list">>;
  /** Absolute folders, searched after the importing file's own. */
  readonly importPaths: readonly string[];
  /** Text in place of the file on disk, by absolute path. */
  readonly overlay?: ReadonlyMap<string, string>;
  /** Stop at the first error, fields forced last to first, as Nickel's own export does. */
  readonly firstOnly?: boolean;
  /** Told what programs say by `std.trace`, when they say it; nobody by default. */
  readonly trace?: (text: string) => void;
  /** Texts that were parsed and lowered beforehand, by their paths; a text that has changed since is read as any other. */
  readonly prepared?: FindPrepared;
  /** What one evaluation may use up; see Limits. */
  readonly limits?: Limits;
  /**
   * Does an evaluation that did not fit on the stack again where the stack is larger; undefined where there is no such
   * place. It tells all traces but the first `told`, which have been told.
   */
  readonly deeper?: (entryPath: string, mode: EvaluationMode, told: number) => Evaluation | undefined;
}

export type Evaluation = Result<Evaluated, readonly NickelDiagnostic[]>;

export interface Evaluated {
  readonly value: Located;
  /** Absolute paths of all files read for it, the entry's included, sorted. */
  readonly imports: readonly string[];
  /** Absolute paths where imports were looked for in vain before they were found elsewhere, sorted. */
  readonly absent: readonly string[];
}

/**
 * export: deep, without fields that are not exported. eval: deep, those fields too, and values that no format can
 * hold are let be, described in place of data. check: names, imports and static types only, nothing is computed;
 * answers null. check-strict: as if the whole of each file were annotated with a static type.
 */
export type EvaluationMode = "export" | "eval" | "check" | "check-strict";

export interface NickelEvaluator {
  /** Evaluates, for export unless another mode is asked for; answers all errors at once. */
  evaluate(entryPath: string, mode?: EvaluationMode): Evaluation;
}

/** Parsed, compiled and evaluated imports are shared by all evaluations of one evaluator. */
export function createEvaluator(options: EvaluateOptions): NickelEvaluator {
  let told = 0;
  const library = createLibrary((text) => {
    told += 1;
    options.trace?.(text);
  }, options.prepared);
  const loader = new Loader({ ...options, ...library });
  return {
    evaluate(entryPath, mode = "export") {
      told = 0;
      const result = withinLimits(options.limits ?? {}, () =>
        evaluateEntry(loader, entryPath, mode, options.firstOnly === true),
      );
      if (result.ok || !result.error.some(isOverflow)) return result;
      return options.deeper?.(entryPath, mode, told) ?? result;
    },
  };
}

function evaluateEntry(
  loader: Loader,
  entryPath: string,
  mode: EvaluationMode,
  firstOnly: boolean,
): Evaluation {
  let unit: Unit | undefined;
  try {
    const loaded = loader.entry(entryPath);
    if ("code" in loaded) return err([loaded]);
    unit = loaded;
    return evaluateUnit(unit, mode, firstOnly);
  } catch (failure) {
    if (!(failure instanceof RangeError)) throw failure;
    return err([complainExhausted(failure, unit === undefined ? undefined : wholeSpan(unit))]);
  }
}

function evaluateUnit(unit: Unit, mode: EvaluationMode, firstOnly: boolean): Evaluation {
  const units = closure(unit);
  const places = new Map<Unit, Span>();
  for (const { imports, places: spans } of units)
    for (const [at, one] of imports.entries()) {
      const span = spans[at];
      if (span !== undefined && !places.has(one)) places.set(one, span);
    }
  const unread = units.flatMap((one) =>
    one === unit ? one.diagnostics : one.diagnostics.map((fault) => asImported(fault, places.get(one))),
  );
  const isReadable = unread.every(({ kind }) => kind.startsWith("TypecheckError::"));
  const faults = isReadable ? units.flatMap((one) => staticFaults(one, mode === "check-strict")) : unread;
  const [first] = faults;
  if (first !== undefined) {
    // Upstream reads all files before it looks at names and types.
    const unreadable = faults.find(({ kind }) => !kind.startsWith("TypecheckError::"));
    return err(firstOnly ? [unreadable ?? first] : faults.sort(compareDiagnostics));
  }
  const imports = Array.from(new Set(units.map((one) => one.file.path))).sort();
  const absent = Array.from(new Set(units.flatMap((one) => one.absent))).sort();
  if (mode === "check" || mode === "check-strict")
    return ok({ value: { kind: "null", span: wholeSpan(unit) }, imports, absent });
  const { value, diagnostics } = exportValue(unit.value, wholeSpan(unit), {
    firstOnly,
    everything: mode === "eval",
  });
  if (value === undefined) return err(diagnostics.toSorted(compareDiagnostics));
  return ok({ value, imports, absent });
}

/** What is wrong with the names and types of one file, in order of its text. */
function staticFaults({ diagnostics, types }: Unit, isStrict: boolean): readonly NickelDiagnostic[] {
  const mistyped = types?.check(isStrict) ?? [];
  return mistyped.length === 0 ? diagnostics : [...diagnostics, ...mistyped].sort(compareDiagnostics);
}

/** Whether the stack was too short: for the evaluation, or for a text that nests. */
function isOverflow({ code }: NickelDiagnostic): boolean {
  return code === stackOverflow.code || code === tooDeep.code;
}

/** A syntax error in an imported file is an import error. */
function asImported(diagnostic: NickelDiagnostic, place: Span | undefined): NickelDiagnostic {
  if (!diagnostic.kind.startsWith("ParseError::")) return diagnostic;
  const notes = place === undefined ? [] : [{ message: "imported here", span: place }];
  return { ...diagnostic, kind: "ImportError::ParseError", notes: [...diagnostic.notes, ...notes] };
}
