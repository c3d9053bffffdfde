// One run of `buildctl build`: arguments in; progress out as it comes, and at the end all that was seen, with the
// failure where there was one.

import type { SolveFailure, SolveProgress } from "../../engine/ports/builder.ts";
import { runProcess } from "../host/process.ts";
import { SolveLog } from "./progress.ts";
import { redactor } from "./redact.ts";
import { explainFailure } from "./solve-failure.ts";

export interface Daemon {
  /** Absolute path of buildctl. */
  readonly program: string;
  /** As buildctl's --addr takes it: "unix:///run/buildkit/buildkitd.sock". */
  readonly address: string;
}

export interface BuildctlRun {
  readonly args: readonly string[];
  /** Variables that its secrets are read from. */
  readonly env: Readonly<Record<string, string>>;
  readonly secretValues: readonly string[];
}

export interface EndedSolve {
  readonly log: SolveLog;
  /** `undefined` when all went well. */
  readonly failure: SolveFailure | undefined;
}

/** Settles when buildctl is gone, also after `signal`; never rejects. */
export async function runBuildctl(
  daemon: Daemon,
  run: BuildctlRun,
  report: (progress: SolveProgress) => void,
  signal: AbortSignal,
): Promise<EndedSolve> {
  const log = new SolveLog(redactor(run.secretValues));
  const ended = await runProcess(
    {
      program: daemon.program,
      args: ["--addr", daemon.address, ...run.args],
      // A value of the user's own would be taken for a build argument.
      env: { ...run.env, SOURCE_DATE_EPOCH: undefined },
      onStderrLine: (line) => {
        for (const progress of log.read(line)) report(progress);
      },
    },
    signal,
  );
  for (const progress of log.finish()) report(progress);
  if (signal.aborted) return { log, failure: { kind: "canceled" } };
  if (ended.ok) return { log, failure: undefined };
  if (ended.error.kind !== "not-started") return { log, failure: explainFailure(log) };
  const message = `cannot run ${daemon.program}: ${ended.error.message}`;
  return { log, failure: { kind: "other", message } };
}
