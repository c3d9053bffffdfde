// What runs on the thread with the large stack: the evaluator, with files that the other thread reads.

import type { FileFailure } from "../engine/core/host.ts";
import type { Result } from "../engine/core/result.ts";
import { createEvaluator, type EvaluationMode, type NickelEvaluator } from "../engine/nickel/evaluate.ts";
import { type PackedEvaluation, packEvaluation } from "../engine/nickel/evaluation-codec.ts";
import { serveDeepThread } from "../providers/host/deep-thread-serve.ts";
import { limitsHere, type NickelLimits } from "./nickel-limits.ts";

interface DeepJob {
  /** Evaluations of one session share their imports. */
  readonly session: number;
  readonly importPaths: readonly string[];
  readonly overlay: ReadonlyMap<string, string> | undefined;
  readonly firstOnly: boolean | undefined;
  readonly limits: NickelLimits;
  readonly entryPath: string;
  readonly mode: EvaluationMode;
  /** How many traces have been told. */
  readonly told: number;
}

export type DeepQuestion =
  | { readonly kind: "read"; readonly path: string }
  | { readonly kind: "trace"; readonly text: string };

/** To a trace nothing is said. */
export type DeepReply = Result<string, FileFailure> | undefined;

export interface NickelProtocol {
  readonly job: DeepJob;
  readonly answer: PackedEvaluation;
  readonly question: DeepQuestion;
  readonly reply: DeepReply;
}

/** The session at hand: only the last one is kept. */
let current: { readonly session: number; readonly evaluate: (job: DeepJob) => PackedEvaluation } | undefined;

serveDeepThread<NickelProtocol>((job, ask) => {
  if (current?.session !== job.session) current = openSession(job, ask);
  return current.evaluate(job);
});

function openSession(
  { session, importPaths, overlay, firstOnly, limits }: DeepJob,
  ask: (question: DeepQuestion) => DeepReply,
): NonNullable<typeof current> {
  let toSkip = 0;
  const read = new Set(overlay?.keys());
  const evaluator: NickelEvaluator = createEvaluator({
    importPaths,
    ...(overlay === undefined ? {} : { overlay }),
    ...(firstOnly === undefined ? {} : { firstOnly }),
    limits: limitsHere(limits),
    files: {
      readText: (path) => {
        const text = ask({ kind: "read", path });
        if (text === undefined) throw new Error("a question about a file was not answered");
        if (text.ok) read.add(path);
        return text;
      },
    },
    trace: (text) => {
      if (toSkip > 0) toSkip -= 1;
      else ask({ kind: "trace", text });
    },
  });
  return {
    session,
    evaluate: ({ entryPath, mode, told }) => {
      toSkip = told;
      return packEvaluation(evaluator.evaluate(entryPath, mode), (path) => read.has(path));
    },
  };
}
