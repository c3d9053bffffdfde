// The one door of the language: an entry file in; its fully evaluated value, every leaf with its place, or all
// that is wrong with it, out. One evaluator serves many entry files and reads each imported file once.

import type { Files } from "../core/host.ts";
import type { Result } from "../core/result.ts";
import type { NickelDiagnostic } from "./diagnostics.ts";
import type { Located } from "./located.ts";

export interface EvaluateOptions {
  readonly files: Files;
  /** Absolute folders, searched after the importing file's own. */
  readonly importPaths: readonly string[];
  /** Text in place of the file on disk, by absolute path. */
  readonly overlay?: ReadonlyMap<string, string>;
  /** Stop at the first error, fields forced last to first, as Nickel's own export does. */
  readonly firstOnly?: boolean;
}

export interface Evaluated {
  readonly value: Located;
  /** Absolute paths of all files read for it, the entry's included, sorted. */
  readonly imports: readonly string[];
}

export interface NickelEvaluator {
  /** Evaluates for export: deep, without fields that are not exported; all errors at once. */
  evaluate(entryPath: string): Result<Evaluated, readonly NickelDiagnostic[]>;
}

/** Parsed, compiled and evaluated imports are shared by all evaluations of one evaluator. */
export function createEvaluator(options: EvaluateOptions): NickelEvaluator {
  void options;
  throw new Error("not yet");
}
