// Evaluations that did not fit on the stack, done again on a thread with a large one. Files are read by this thread, as
// they may be in memory, or of a commit.

import type { Files } from "../engine/core/host.ts";
import { SourceFile } from "../engine/core/source.ts";
import type { EvaluateOptions, Evaluation, EvaluationMode } from "../engine/nickel/evaluate.ts";
import { unpackEvaluation } from "../engine/nickel/evaluation-codec.ts";
import { isAddressSpaceLimited } from "../providers/host/address-space.ts";
import { DeepThread } from "../providers/host/deep-thread.ts";
import type { DeepQuestion, DeepReply, NickelProtocol } from "./nickel-jobs.ts";
import { deepHeapMb, deepStackMb, type NickelLimits } from "./nickel-limits.ts";
import { besideMain } from "./package-root.ts";

type NickelThread = DeepThread<NickelProtocol>;

/** One a process: what was once used of so large a stack stays in use. */
let thread: { readonly of: NickelThread; readonly stackMb: number } | undefined;

let sessions = 0;

export interface DeepEvaluator {
  readonly deeper: (entryPath: string, mode: EvaluationMode, told: number) => Evaluation | undefined;
  /** Ends what is being done. */
  readonly end: () => void;
}

/** What it evaluates shares imports, as one evaluator's evaluations do. */
export function openDeepEvaluator(
  options: Pick<EvaluateOptions, "importPaths" | "overlay" | "firstOnly" | "trace"> & {
    readonly files: Pick<Files, "readText">;
  },
  limits: NickelLimits,
): DeepEvaluator {
  sessions += 1;
  const session = sessions;
  const sources = new Map<string, SourceFile>();
  const open = (path: string): SourceFile => sources.get(path) ?? new SourceFile(path, "");
  const reply = (question: DeepQuestion): DeepReply => {
    if (question.kind === "trace") {
      options.trace?.(question.text);
      return undefined;
    }
    const text = options.files.readText(question.path);
    if (text.ok) sources.set(question.path, new SourceFile(question.path, text.value));
    return text;
  };
  return {
    deeper(entryPath, mode, told) {
      if (isAddressSpaceLimited()) return undefined;
      const deep = openThread(deepStackMb(limits));
      const { importPaths, overlay, firstOnly } = options;
      for (const [path, text] of overlay ?? []) sources.set(path, new SourceFile(path, text));
      const job = { session, importPaths, overlay, firstOnly, limits, entryPath, mode, told };
      const done = deep.run(job, reply);
      // What is known without it is that the evaluation nests too deep for this thread; and so it is left.
      return done.ok ? unpackEvaluation(done.value, open) : undefined;
    },
    end: () => thread?.of.end(),
  };
}

function openThread(stackMb: number): NickelThread {
  if (thread?.stackMb === stackMb) return thread.of;
  thread?.of.end();
  const opened: NickelThread = new DeepThread({
    entry: besideMain("nickel-thread"),
    stackMb,
    heapMb: deepHeapMb(),
  });
  thread = { of: opened, stackMb };
  return opened;
}
