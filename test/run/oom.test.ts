// Every way in which a solve ends badly, as BuildKit and the kernel tell of it, and whose fault that is. Texts of failures are
// as the builder's own adapter makes them of what buildctl wrote; the kernel's lines were taken from a kernel's log.

import { describe, expect, test } from "vitest";
import type { SolveFailure } from "../../engine/ports/builder.ts";
import type { Measurement } from "../../engine/ports/runner.ts";
import { explainCause, type FailedSolve } from "../../engine/run/oom.ts";

const killReport =
  "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/host-1,task_memcg=/host-1/buildkit/4qhz,task=dd,pid=812,uid=0";

function step(end: string, exitCode: number | undefined, logTail: readonly string[] = []): SolveFailure {
  const message = `process "/bin/sh -c make" did not complete successfully: ${end}`;
  return { kind: "step-failed", step: "[2/2] RUN make", exitCode, message, logTail };
}

const exit = (code: number, ...logTail: readonly string[]): SolveFailure =>
  step(`exit code: ${code}`, code, logTail);

function measured(oomKills: number | undefined, ...oomReports: readonly string[]): Measurement {
  return {
    cpuP95: 1,
    memoryP95Bytes: 1e9,
    memoryPeakBytes: 1e9,
    oomKills,
    oomReports,
    source: "cgroup",
  };
}

const alone = { isShared: false, isMachineLost: false };
const shared = { isShared: true, isMachineLost: false };
const gone = { isShared: false, isMachineLost: true };

const eof = "failed to receive status: rpc error: code = Unavailable desc = error reading from server: EOF";
const lost: SolveFailure = { kind: "daemon-lost", message: eof };

type Case = readonly [what: string, solve: FailedSolve, cause: string];

const oom = (evidence: "builder" | "kernel", isCertain = true): string =>
  `oom by the ${evidence}${isCertain ? "" : ", in doubt"}`;

const cases: readonly Case[] = [
  // The kernel killed the step itself, or something below a wrapper that hides it.
  [
    "a step that the kernel killed",
    { failure: exit(137), measurement: measured(1, killReport), ...alone },
    oom("kernel"),
  ],
  [
    "the same where the kernel's log cannot be read",
    { failure: exit(137), measurement: measured(1), ...alone },
    oom("kernel"),
  ],
  ["several kills", { failure: exit(137), measurement: measured(3), ...alone }, oom("kernel")],
  ["a wrapper that exits with 2", { failure: exit(2), measurement: measured(1), ...alone }, oom("kernel")],
  ["cargo, which exits with 101", { failure: exit(101), measurement: measured(1), ...alone }, oom("kernel")],
  [
    "a step whose exit code is unknown",
    { failure: step("", undefined), measurement: measured(1), ...alone },
    oom("kernel"),
  ],
  [
    "an error that belongs to no step",
    { failure: { kind: "other", message: "boom" }, measurement: measured(1), ...alone },
    oom("kernel"),
  ],

  // BuildKit itself says it, where it reads cgroup v2.
  [
    "BuildKit's word",
    { failure: step("cannot allocate memory", undefined), measurement: undefined, ...alone },
    oom("builder"),
  ],
  [
    "BuildKit's word with the exit code before it",
    { failure: step("exit code: 137: cannot allocate memory", 137), measurement: undefined, ...alone },
    oom("builder"),
  ],
  [
    "BuildKit's word on a shared machine",
    { failure: step("cannot allocate memory", undefined), measurement: measured(1), ...shared },
    oom("builder"),
  ],
  [
    "BuildKit's word where nothing was counted",
    { failure: step("cannot allocate memory", undefined), measurement: measured(0), ...alone },
    oom("builder"),
  ],
  [
    "BuildKit's word without the step's name",
    {
      failure: {
        kind: "other",
        message:
          'ResourceExhausted: process "/bin/sh -c make" did not complete successfully: cannot allocate memory',
      },
      measurement: undefined,
      ...alone,
    },
    oom("builder"),
  ],
  [
    "BuildKit's word from a machine that was lost right after",
    { failure: step("cannot allocate memory", undefined), measurement: undefined, ...gone },
    oom("builder"),
  ],
  [
    "runc's word for a step that was killed before it began",
    {
      failure: exit(
        1,
        "runc run failed: unable to start container process: container init was OOM-killed (memory limit too low?)",
      ),
      measurement: undefined,
      ...alone,
    },
    oom("builder"),
  ],

  // Looks like it, and is not.
  ["RUN exit 137", { failure: exit(137), measurement: measured(0), ...alone }, "step"],
  ["kill -9 from outside", { failure: exit(137, "Killed"), measurement: measured(0), ...alone }, "step"],
  ["exit 137 where nothing was measured", { failure: exit(137), measurement: undefined, ...alone }, "step"],
  [
    "exit 137 where nothing could be counted",
    { failure: exit(137), measurement: measured(undefined), ...alone },
    "step",
  ],
  [
    "exit 137 on a shared machine without a kill",
    { failure: exit(137), measurement: measured(0), ...shared },
    "step",
  ],
  [
    "a step that writes of memory",
    {
      failure: exit(1, "fork: Cannot allocate memory", "cannot allocate memory"),
      measurement: measured(0),
      ...alone,
    },
    "step",
  ],
  [
    "a step with the words in its command",
    {
      failure: {
        kind: "step-failed",
        step: "[2/2] RUN x",
        exitCode: 1,
        message:
          'process "/bin/sh -c echo did not complete successfully: cannot allocate memory; exit 1" did not complete successfully: exit code: 1',
        logTail: [],
      },
      measurement: measured(0),
      ...alone,
    },
    "step",
  ],
  [
    "a message too long for gRPC",
    {
      failure: { kind: "other", message: "ResourceExhausted: grpc: received message larger than max" },
      measurement: measured(0),
      ...alone,
    },
    "step",
  ],
  [
    "runc without a cgroup",
    {
      failure: exit(1, "runc run failed: no cgroup mount found in mountinfo"),
      measurement: measured(0),
      ...alone,
    },
    "step",
  ],
  ["an ordinary failure", { failure: exit(7), measurement: measured(0), ...alone }, "step"],
  ["an ordinary failure, nothing measured", { failure: exit(7), measurement: undefined, ...alone }, "step"],

  // Shared machines.
  [
    "137 beside others, with a kill",
    { failure: exit(137), measurement: measured(1), ...shared },
    oom("kernel"),
  ],
  [
    "cargo beside others, with a kill",
    {
      failure: exit(101, "process didn't exit successfully: `rustc` (signal: 9, SIGKILL: kill)"),
      measurement: measured(1),
      ...shared,
    },
    oom("kernel"),
  ],
  [
    "a compiler beside others, with a kill",
    {
      failure: exit(2, "c++: fatal error: Killed signal terminated program cc1plus"),
      measurement: measured(1),
      ...shared,
    },
    oom("kernel"),
  ],
  [
    "a failure beside others that shows no kill, with a kill",
    { failure: exit(1, "assertion failed"), measurement: measured(1), ...shared },
    oom("kernel", false),
  ],

  // The machine's side.
  ["a lost daemon", { failure: lost, measurement: undefined, ...alone }, `daemon-lost: ${eof}`],
  [
    "a lost daemon after a kill of something else",
    { failure: lost, measurement: measured(1, killReport), ...alone },
    `daemon-lost: ${eof}`,
  ],
  [
    "a daemon that the kernel killed",
    { failure: lost, measurement: measured(1, killReport.replace("task=dd", "task=buildkitd")), ...alone },
    oom("kernel"),
  ],
  [
    "the same in the kernel's other words",
    {
      failure: lost,
      measurement: measured(1, "Memory cgroup out of memory: Killed process 7 (buildkitd) total-vm:1kB"),
      ...shared,
    },
    oom("kernel"),
  ],
  ["a lost machine", { failure: lost, measurement: undefined, ...gone }, `machine-lost: ${eof}`],
  [
    "a lost machine that told of kills before",
    { failure: lost, measurement: measured(1, killReport), ...gone },
    `machine-lost: ${eof}`,
  ],
  [
    "a step that failed on a machine that was lost",
    { failure: exit(137), measurement: undefined, ...gone },
    'machine-lost: process "/bin/sh -c make" did not complete successfully: exit code: 137',
  ],
  ["canceled", { failure: { kind: "canceled" }, measurement: measured(1), ...alone }, "canceled"],
  [
    "canceled, and the machine is lost",
    { failure: { kind: "canceled" }, measurement: undefined, ...gone },
    "canceled",
  ],

  // Nothing ran.
  [
    "a Dockerfile that is refused",
    { failure: { kind: "dockerfile-refused", message: "parse error" }, measurement: measured(1), ...shared },
    "request",
  ],
  [
    "a source that is missing",
    { failure: { kind: "source-missing", message: "not found" }, measurement: measured(0), ...alone },
    "request",
  ],
  [
    "a secret that is missing",
    { failure: { kind: "secret-missing", id: "token" }, measurement: undefined, ...gone },
    "request",
  ],
];

describe("the cause of a failed solve", () => {
  test.each(cases)("%s", (_what, solve, cause) => {
    expect(tell(solve)).toBe(cause);
  });

  test("the kernel's words are handed on", () => {
    const cause = explainCause({ failure: exit(137), measurement: measured(1, killReport), ...alone });
    expect(cause).toEqual({ kind: "oom", evidence: "kernel", isCertain: true, reports: [killReport] });
  });
});

function tell(solve: FailedSolve): string {
  const cause = explainCause(solve);
  if (cause.kind === "oom") return oom(cause.evidence, cause.isCertain);
  return "message" in cause ? `${cause.kind}: ${cause.message}` : cause.kind;
}
