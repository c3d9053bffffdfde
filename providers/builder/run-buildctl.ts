// One run of `buildctl build`: arguments in; progress out as it comes, and at the end all that was seen, with the
// failure where there was one.

import type { SolveFailure, SolveProgress } from "../../engine/ports/builder.ts";
import { runProcess } from "../host/process.ts";
import type { Redactor } from "../secrets/redact.ts";
import { SolveLog } from "./progress.ts";
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
  readonly redactor: Redactor;
}

export interface EndedSolve {
  readonly log: SolveLog;
  /** `undefined` when all went well. */
  readonly failure: SolveFailure | undefined;
}

/** How buildctl came to its end; why it "failed", its own words tell. */
export type BuildctlEnd = "done" | "failed" | SolveFailure;

/** Settles when buildctl is gone, also after `signal`; never rejects. */
export function runBuildctl(
  daemon: Daemon,
  run: BuildctlRun,
  report: (progress: SolveProgress) => void,
  signal: AbortSignal,
): Promise<EndedSolve> {
  const runHere = async (onStderrLine: (line: string) => void): Promise<BuildctlEnd> => {
    const ended = await runProcess(
      {
        program: daemon.program,
        args: ["--addr", daemon.address, ...run.args],
        // A value of the user's own would be taken for a build argument.
        env: { ...run.env, SOURCE_DATE_EPOCH: undefined },
        onStderrLine,
      },
      signal,
    );
    if (ended.ok) return "done";
    if (ended.error.kind !== "not-started") return "failed";
    return { kind: "other", message: `cannot run ${daemon.program}: ${ended.error.message}` };
  };
  return followBuildctl(runHere, run.redactor, report, signal);
}

/** Reads what buildctl says, wherever `run` runs it. Settles when that has; never rejects, as long as that does not. */
export async function followBuildctl(
  run: (onStderrLine: (line: string) => void) => Promise<BuildctlEnd>,
  redactor: Redactor,
  report: (progress: SolveProgress) => void,
  signal: AbortSignal,
): Promise<EndedSolve> {
  const log = new SolveLog(redactor);
  const end = await run((line) => {
    for (const progress of log.read(line)) report(progress);
  });
  for (const progress of log.finish()) report(progress);
  if (signal.aborted) return { log, failure: { kind: "canceled" } };
  if (end === "done") return { log, failure: undefined };
  return { log, failure: end === "failed" ? explainFailure(log) : end };
}
