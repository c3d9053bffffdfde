// External images looked up for a command, with what could not be found out told on stderr.

import type { ResolveFailure } from "../../engine/ports/images.ts";
import { explainResolveFailure } from "../../engine/run/layer-failure.ts";
import { type BaseLookUp, type BaseOnPlatform, lookUpBases } from "../../engine/run/look-up-bases.ts";
import { complain } from "../complain.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import { listenForInterrupts } from "../interrupts.ts";
import type { Output } from "../output.ts";
import { createHost, createResolver } from "../wire.ts";

/** Looks them up until Ctrl-C; `use` gets the answers, and whether it was interrupted. */
export async function withLookUps<B extends BaseOnPlatform>(
  bases: readonly B[],
  use: (answers: readonly BaseLookUp<B>[], signal: AbortSignal) => Promise<ExitCode>,
): Promise<ExitCode> {
  const interrupted = new AbortController();
  const stopListening = listenForInterrupts(createHost().clock, () => interrupted.abort());
  try {
    const answers = await lookUpBases(bases, createResolver(), interrupted.signal);
    const code = interrupted.signal.aborted ? undefined : await use(answers, interrupted.signal);
    return interrupted.signal.aborted ? exitCode.interrupted : (code ?? exitCode.interrupted);
  } finally {
    stopListening();
  }
}

/** As what look-ups ended: 3 where nobody could be asked at all, 1 where only some answered. */
export function lookUpExitCode(answers: readonly BaseLookUp<BaseOnPlatform>[]): ExitCode {
  const failures = failuresOf(answers);
  if (failures.length === 0) return exitCode.done;
  const isOffline =
    failures.length === answers.length && failures.every(({ kind }) => kind === "unreachable");
  return isOffline ? exitCode.environment : exitCode.failed;
}

/** Each once, on stderr. */
export function tellLookUpFailures(output: Output, answers: readonly BaseLookUp<BaseOnPlatform>[]): void {
  const told = new Map<string, string | undefined>();
  for (const failure of failuresOf(answers))
    told.set(explainResolveFailure(failure.image, failure).message, helpFor(failure));
  for (const [message, help] of told) complain(output, message, help);
}

function failuresOf(answers: readonly BaseLookUp<BaseOnPlatform>[]): readonly ResolveFailure[] {
  return answers.flatMap(({ found }) => (found.ok ? [] : [found.error]));
}

function helpFor({ kind }: ResolveFailure): string | undefined {
  return kind === "unauthorized" ? "log in to the registry" : undefined;
}
