// What it comes to when an evaluation uses up what it may use: codes E0250 to E0253, and E0215, with their texts. All are
// RangeErrors, as V8's own are: nothing but the doors of the evaluator catches them, and what was being computed may be
// computed anew.

import { complain, type NickelDiagnostic, type NickelTemplate } from "../diagnostics.ts";
import { stackOverflow } from "./diagnostics.ts";
import { isLibrary } from "./library.ts";
import type { Place } from "./value.ts";

export class LimitReached extends RangeError {
  readonly diagnostic: NickelDiagnostic;

  constructor(diagnostic: NickelDiagnostic) {
    super(diagnostic.message);
    this.diagnostic = diagnostic;
  }
}

const counted = (count: number): string => count.toLocaleString("en");

export const stepsSpent: NickelTemplate<{ limit: number }> = {
  code: "E0250",
  kind: "EvalError::Other",
  message: ({ limit }) => `the evaluation takes more than ${counted(limit)} steps`,
  label: () => "while evaluating this",
  help: () => "raise the limit with --max-steps or LAMINA_NICKEL_MAX_STEPS, unless the program never ends",
};

export const memorySpent: NickelTemplate<{ limitBytes: number }> = {
  code: "E0251",
  kind: "EvalError::Other",
  message: ({ limitBytes }) =>
    `the evaluation needs more than ${counted(Math.ceil(limitBytes / 2 ** 20))} MiB of memory`,
  label: () => "while evaluating this",
  help: () =>
    "raise the limit with --max-memory or LAMINA_NICKEL_MAX_MEMORY (in MiB), or Node's own with NODE_OPTIONS=--max-old-space-size=MIB, unless the program never ends",
};

export const timeSpent: NickelTemplate<{ limitMs: number }> = {
  code: "E0252",
  kind: "EvalError::Other",
  message: ({ limitMs }) => `the evaluation takes longer than ${limitMs / 1000} s`,
  label: () => "while evaluating this",
  help: () =>
    "raise the limit with --timeout or LAMINA_NICKEL_TIMEOUT (in seconds), unless the program never ends",
};

export const tooLarge: NickelTemplate<undefined> = {
  code: "E0253",
  kind: "EvalError::Other",
  message: () => "a value too large to be held",
  label: () => "while evaluating this",
  help: () =>
    "strings end at 512 million characters, arrays at 64 million elements, numbers at 300 million digits",
};

/** Stops the evaluation for good: no field is looked at any more. */
export function stop<P>(template: NickelTemplate<P>, params: P, at: Place): never {
  throw new LimitReached(complain(template, params, at === undefined || isLibrary(at) ? undefined : at));
}

/** What is to be said of a limit of ours or one of V8's; `at` is where the evaluation stood, if that is not known better. */
export function complainExhausted(failure: RangeError, at: Place): NickelDiagnostic {
  if (failure instanceof LimitReached) {
    return failure.diagnostic.span === undefined ? { ...failure.diagnostic, span: at } : failure.diagnostic;
  }
  return /call stack/.test(failure.message)
    ? complain(stackOverflow, undefined, at)
    : complain(tooLarge, undefined, at);
}
