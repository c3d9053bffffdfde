// Whose fault a failed solve is: its own step's, the want of memory's, or the machine's. What the builder said and what was
// measured meanwhile come in; pure. Only "oom" gets a bigger machine, only lost daemons and machines get another one.
//
// No text alone tells: the kernel's kill shows as exit code 137, which `exit 137` and `kill -9` show as well, or as whatever a
// wrapper makes of it (cargo ends with 101, make with 2). What the kernel counted decides; BuildKit's own words do where it reads
// its steps' cgroups (cgroup v2), as it says "cannot allocate memory" only of a step that the kernel killed in.

import { unreachable } from "../core/unreachable.ts";
import type { SolveFailure } from "../ports/builder.ts";
import type { Measurement } from "../ports/runner.ts";

export interface FailedSolve {
  readonly failure: SolveFailure;
  readonly measurement: Measurement | undefined;
  /** Other solves were on the machine while this one ran: what the kernel killed may be theirs. */
  readonly isShared: boolean;
  /** The way to the machine is gone as well, not only its daemon. */
  readonly isMachineLost: boolean;
}

export type FailureCause =
  | {
      readonly kind: "oom";
      /** "builder": BuildKit said so of the very step. "kernel": processes were killed meanwhile. */
      readonly evidence: "builder" | "kernel";
      /** False in doubt: nothing but the kernel's count tells, and it may be a neighbour's. */
      readonly isCertain: boolean;
      /** What the kernel said, for people. */
      readonly reports: readonly string[];
    }
  /** A step failed by itself: no machine makes it better. */
  | { readonly kind: "step" }
  /** Nothing was run: the Dockerfile, a source or a secret is not as it should be. */
  | { readonly kind: "request" }
  | { readonly kind: "daemon-lost"; readonly message: string }
  | { readonly kind: "machine-lost"; readonly message: string }
  | { readonly kind: "canceled" };

/**
 * The cause of a failed solve.
 *
 * The rule for doubt: on a shared machine a kill that the kernel counted is taken as this solve's, as its step failed while
 * memory was short. The one retry that follows, on a machine of its own, settles it; to blame the step wrongly could not be mended.
 */
export function explainCause({ failure, measurement, isShared, isMachineLost }: FailedSolve): FailureCause {
  const reports = measurement?.oomReports ?? [];
  const kills = measurement?.oomKills ?? 0;
  switch (failure.kind) {
    case "canceled":
      return { kind: "canceled" };
    case "dockerfile-refused":
    case "source-missing":
    case "secret-missing":
      return { kind: "request" };
    case "daemon-lost":
      if (isMachineLost) return { kind: "machine-lost", message: failure.message };
      // The kernel may choose the daemon itself; any other daemon is as likely to be lost on a big machine.
      return reports.some((report) => killedDaemon.test(report))
        ? { kind: "oom", evidence: "kernel", isCertain: true, reports }
        : { kind: "daemon-lost", message: failure.message };
    case "step-failed":
    case "other": {
      if (saysNoMemory(failure)) return { kind: "oom", evidence: "builder", isCertain: true, reports };
      // What became of the step on a machine that went down with it, nobody can tell any more.
      if (isMachineLost) return { kind: "machine-lost", message: failure.message };
      if (kills > 0)
        return { kind: "oom", evidence: "kernel", isCertain: !isShared || wasKilled(failure), reports };
      return { kind: "step" };
    }
    default:
      return unreachable(failure);
  }
}

type Failed = Extract<SolveFailure, { kind: "step-failed" | "other" }>;

/**
 * BuildKit's words for a step that the kernel killed in (executor/runcexecutor/executor_linux.go), and runc's for one that was
 * killed before it began. What the step itself wrote does not count, nor ResourceExhausted alone: gRPC says that of long messages.
 */
function saysNoMemory(failure: Failed): boolean {
  if (/did not complete successfully: (?:exit code: \d+: )?cannot allocate memory$/.test(failure.message))
    return true;
  return (
    failure.kind === "step-failed" &&
    failure.logTail.some((line) => /^runc run failed: .*container init was OOM-killed/.test(line))
  );
}

/** Whether the step shows that something of it was killed: by its own exit code, or by what shells, cargo and compilers write. */
function wasKilled(failure: Failed): boolean {
  return (
    failure.kind === "step-failed" &&
    (failure.exitCode === 137 ||
      failure.logTail.some((line) => /\bKilled\b|\bSIGKILL\b|\bsignal:? 9\b/.test(line)))
  );
}

/** The kernel's words, as in `oom-kill:constraint=…,task=buildkitd,pid=7,uid=0` and `Killed process 7 (buildkitd) …`. */
const killedDaemon = /\btask=buildkitd,|Killed process \d+ \(buildkitd\)/;
