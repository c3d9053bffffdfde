// Why machines cannot be leased, told on stderr before anything has begun, and the exit code of it.

import { diagnoseFaults } from "../../engine/catalog/diagnose-issues.ts";
import type { Host } from "../../engine/core/host.ts";
import { unreachable } from "../../engine/core/unreachable.ts";
import type { RunnersFault, SurveyFailure } from "../../engine/ports/compute.ts";
import { complain } from "../complain.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import type { ComputeRefusal, LeasingProvider } from "../open-compute.ts";
import type { Output } from "../output.ts";
import { tellDiagnostics } from "../tell-diagnostics.ts";
import { openLazyEvaluator } from "../wire.ts";

export interface SurveyTelling {
  readonly provider: LeasingProvider;
  /** Of the build directives, absolute; there need be none. */
  readonly directivesPath: string;
  /** Absolute: paths are shown relative to it. */
  readonly root: string;
  readonly output: Output;
  readonly host: Pick<Host, "files">;
}

/** A provider that could not even be opened. */
export function tellRefusal(output: Output, { kind, message, help }: ComputeRefusal): ExitCode {
  complain(output, message, help);
  return kind === "environment" ? exitCode.environment : exitCode.usage;
}

export async function tellSurveyFailure(failure: SurveyFailure, telling: SurveyTelling): Promise<ExitCode> {
  const { provider, output } = telling;
  switch (failure.kind) {
    case "refused":
      complain(output, `${provider} refuses to be asked: ${failure.message}`, failure.help);
      return exitCode.environment;
    case "unavailable":
      complain(output, `${provider} does not answer: ${failure.message}`, failure.help);
      return exitCode.environment;
    case "misconfigured":
      await tellFaults(failure.faults, telling);
      return exitCode.usage;
    case "canceled":
      return exitCode.interrupted;
    default:
      return unreachable(failure);
  }
}

async function tellFaults(
  faults: readonly RunnersFault[],
  { directivesPath, root, output, host }: SurveyTelling,
): Promise<void> {
  const rooted = faults.map((fault) => ({ ...fault, path: ["runners", ...fault.path] }));
  tellDiagnostics(output, root, diagnoseFaults(rooted, await locate(directivesPath, host)));
}

/** The value of a Nickel file with its places; undefined where there is no such file. */
export async function locate(
  path: string,
  { files }: Pick<Host, "files">,
): Promise<Parameters<typeof diagnoseFaults>[1]> {
  if (!files.info(path).ok) return undefined;
  const evaluated = await openLazyEvaluator({ files })(path);
  return evaluated.ok ? evaluated.value.value : undefined;
}
