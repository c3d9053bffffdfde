// A command about a project's machines: its options, and its way from opening the providers to its exit code, which a signal may end.

import { resolve } from "node:path";
import type { Survey } from "../../engine/run/survey-leases.ts";
import type { Invocation } from "../command.ts";
import { complain, refuseUsage } from "../complain.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { choice, flag, type OptionValues, text } from "../option.ts";
import type { Output } from "../output.ts";
import { tellDiagnostics } from "../tell-diagnostics.ts";
import { createHost } from "../wire.ts";
import { type OpenedRunners, openRunners } from "./open-runners.ts";

export const runnersOptions = {
  compute: choice(
    ["hcloud", "proxmox", "vm_pool"],
    "whose machines (default: compute_provider of build_directives.ncl)",
  ),
  directives: text("FILE", "those of `lamina dispatch` with these build directives"),
  context: text("DIR", "and this context (default: the current folder)"),
  json: flag("as JSON (schemas/runners.ts)"),
};

type RunnersInvocation = Pick<Invocation, "directory" | "output"> & {
  readonly options: OptionValues<typeof runnersOptions>;
};

/** `work` tells what it found and gives the exit code. */
export async function withRunners(
  { options, directory, output }: RunnersInvocation,
  work: (opened: OpenedRunners, signal: AbortSignal) => Promise<ExitCode>,
): Promise<ExitCode> {
  if (options.context !== undefined && options.directives === undefined)
    return refuseUsage(output, {
      message: "--context belongs to --directives",
      help: "without them it is about the catalog here or above",
    });
  const host = createHost();
  const dispatch =
    options.directives === undefined
      ? undefined
      : {
          directivesPath: resolve(directory, options.directives),
          contextDirectory: resolve(directory, options.context ?? "."),
        };
  const opened = await openRunners({ provider: options.compute, dispatch }, directory, host);
  if (!opened.ok) {
    if (opened.error.kind === "diagnostics") {
      tellDiagnostics(output, directory, opened.error.diagnostics);
      return exitCode.usage;
    }
    const { kind, message, help } = opened.error.refusal;
    complain(output, message, help);
    return kind === "environment" ? exitCode.environment : exitCode.usage;
  }
  const interrupted = new AbortController();
  const stopListening = listenForInterrupts(host.clock, () => interrupted.abort());
  try {
    const code = await work(opened.value, interrupted.signal);
    return interrupted.signal.aborted ? exitCode.interrupted : code;
  } finally {
    stopListening();
    await opened.value.close();
  }
}

/** Providers that could not be asked, on stderr, with the exit code that follows. */
export function tellSilent(
  output: Output,
  { closed }: OpenedRunners,
  { silent }: Pick<Survey, "silent">,
): ExitCode {
  for (const [provider, { message, help }] of closed)
    complain(output, `${provider} cannot be asked for its machines: ${message}`, help);
  let code: ExitCode = closed.size > 0 ? exitCode.environment : exitCode.done;
  for (const { provider, failure } of silent) {
    if (failure.kind === "canceled") continue;
    const isRefused = failure.kind === "refused";
    complain(
      output,
      `${provider} did not list its machines: ${failure.message}`,
      isRefused ? failure.help : undefined,
    );
    code = isRefused ? exitCode.environment : exitCode.failed;
  }
  return code;
}

export function silentToJson({ silent }: Pick<Survey, "silent">) {
  return silent.map(({ provider, failure }) => ({
    provider,
    kind: failure.kind,
    message: failure.kind === "canceled" ? "canceled" : failure.message,
  }));
}
