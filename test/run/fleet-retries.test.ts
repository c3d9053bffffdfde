// What is tried again on another machine, how often, and what is not; and what is kept of what builds used.

import { describe, expect, test } from "vitest";
import { nothingMeasured } from "../fakes/runner.ts";
import { type LayerSpec, projectOf } from "../plan/project.ts";
import { FleetRig, minuteMs, secondMs } from "./fleet-rig.ts";
import { brief, settle } from "./rig.ts";

const lost = { kind: "daemon-lost", message: "the connection was closed" } as const;

describe("out of memory", () => {
  test("is tried once more, one tier up", async () => {
    const rig = new FleetRig(projectOf({ a: {} }));
    const outcome = rig.start();
    await rig.runOutOfMemory("a");
    expect(rig.running).toEqual(["a on 2"]);
    await rig.elapse(secondMs);
    await rig.succeed("a");
    expect((await outcome).result).toBe("ok");
    expect(rig.log.of("layer.retried")).toMatchObject([
      {
        layer: "a",
        reason: "oom",
        attempt: 2,
        tier: "cax21",
        message:
          'RUN make failed with exit code 2: process "make" did not complete successfully: cannot allocate memory',
      },
    ]);
    expect(rig.log.of("layer.placed")).toMatchObject([
      { tier: "cax11", cpu: 2, memoryGb: 4, source: "language" },
      { tier: "cax21", cpu: 4, memoryGb: 8, source: "retry" },
    ]);
    expect(rig.metrics.recorded.map(({ outcome: end, memoryGb, tier }) => [end, memoryGb, tier])).toEqual([
      ["oom", 4, "cax11"],
      ["built", 8, "cax21"],
    ]);
    expect(rig.left).toEqual([]);
  });

  test("a second time fails, with the tier to declare", async () => {
    const rig = new FleetRig(projectOf({ a: {} }));
    const outcome = rig.start();
    await rig.runOutOfMemory("a");
    await rig.runOutOfMemory("a");
    expect(brief(await outcome)).toEqual(["a: failed"]);
    expect(rig.log.of("layer.failed")).toMatchObject([
      {
        kind: "out-of-memory",
        message: "RUN make ran out of memory on a machine of 4 cpu and 8 GB",
        help: "set runner_type = 'cax31, or cpu and memory_gb, in its workflow.ncl, or let the build use less memory",
        logTail: ["make: *** [all] Error 2", "Killed process 7 (cc1)"],
      },
    ]);
    expect(rig.left).toEqual([]);
  });

  test("on the biggest tier fails at once", async () => {
    const rig = new FleetRig(projectOf({ a: { cpu: 16, memory_gb: 32 } }));
    rig.compute.sale = [
      { type: "huge", location: "", cpu: 16, memoryGb: 32, eurPerHour: 0.1, billing: "free" },
    ];
    const outcome = rig.start();
    await rig.runOutOfMemory("a");
    await outcome;
    expect(rig.log.of("layer.failed")[0]?.help).toBe(
      "no tier is bigger: let the build use less memory, fewer jobs at once for example",
    );
  });

  test("alone on a machine that has more than its tier is tried on one that has more than that", async () => {
    const rig = new FleetRig(projectOf({ a: {} }));
    rig.compute.sale = rig.compute.sale.slice(1);
    const outcome = rig.start();
    expect((await rig.solvingOf("a")).runner.machine.type).toBe("medium");
    await rig.runOutOfMemory("a");
    expect((await rig.solvingOf("a")).runner.machine.type).toBe("large");
    await rig.succeed("a");
    expect((await outcome).result).toBe("ok");
  });

  test("by exit code 137 alone is none: nothing is tried again", async () => {
    const rig = new FleetRig(projectOf({ a: {} }));
    const outcome = rig.start();
    const { solve, runner } = await rig.solvingOf("a");
    runner.measurement = { ...nothingMeasured, oomKills: 0 };
    const message = 'process "kill -9 $$" did not complete successfully: exit code: 137';
    solve.fail({ kind: "step-failed", step: "RUN kill", exitCode: 137, message, logTail: ["Killed"] });
    expect(brief(await outcome)).toEqual(["a: failed"]);
    expect(rig.log.of("layer.failed")).toMatchObject([
      { kind: "step-failed", message: "RUN kill failed with exit code 137" },
    ]);
    expect(rig.log.of("layer.retried")).toEqual([]);
    expect(rig.left).toEqual([]);
  });

  test("that may be a neighbour's is settled alone on a machine", async () => {
    const small = { cpu: 2, memory_gb: 4 };
    const rig = new FleetRig(projectOf({ a: small, b: small, c: small }));
    rig.compute.sale = rig.compute.sale.slice(1);
    const outcome = rig.start({ concurrency: 3 });
    await rig.begun("a", "b", "c");
    const shared = (await rig.solvingOf("a")).runner;
    expect((await rig.solvingOf("b")).runner).toBe(shared);
    await rig.runOutOfMemory("a", "kernel");
    await rig.begun("a");
    const alone = (await rig.solvingOf("a")).runner;
    expect([shared, (await rig.solvingOf("c")).runner]).not.toContain(alone);
    expect(rig.log.of("layer.retried")).toMatchObject([{ layer: "a", reason: "oom", tier: "cax21" }]);
    await rig.succeed("a");
    await rig.succeed("b");
    await rig.succeed("c");
    expect((await outcome).result).toBe("ok");
    expect(rig.left).toEqual([]);
  });

  test("of the daemon itself condemns its machine", async () => {
    const rig = new FleetRig(projectOf({ a: {}, b: { build_base: "a" } }));
    const outcome = rig.start();
    const { solve, runner } = await rig.solvingOf("a");
    runner.measurement = {
      ...nothingMeasured,
      oomKills: 1,
      oomReports: ["Killed process 3 (buildkitd) total-vm:1kB"],
    };
    solve.fail(lost);
    await rig.succeed("a");
    expect(rig.log.of("layer.retried")).toMatchObject([{ reason: "oom", tier: "cax21" }]);
    expect(rig.living).toEqual([2]);
    await rig.succeed("b");
    expect((await outcome).result).toBe("ok");
    expect(rig.left).toEqual([]);
  });
});

describe("a lost machine or daemon", () => {
  test("is another's to make up for, after a pause, and the lost one is given back", async () => {
    const rig = new FleetRig(projectOf({ a: {} }));
    const outcome = rig.start();
    await rig.failWith("a", lost);
    expect(rig.living).toEqual([]);
    await rig.elapse(5 * secondMs - 1);
    expect(rig.living).toEqual([]);
    await rig.elapse(1);
    (await rig.solvingOf("a")).runner.lose("the host went away");
    await rig.elapse(10 * secondMs);
    expect(rig.running).toEqual(["a on 3"]);
    await rig.succeed("a");
    expect((await outcome).result).toBe("ok");
    expect(
      rig.log
        .of("layer.retried")
        .map(({ reason, attempt, tier, message }) => [reason, attempt, tier, message]),
    ).toEqual([
      ["daemon-lost", 2, "cax11", "the connection was closed"],
      ["machine-lost", 3, "cax11", "the host went away"],
    ]);
    expect(rig.log.of("runner.lost")).toMatchObject([{ message: "the host went away" }]);
    expect(rig.left).toEqual([]);
    // It was nobody's build that says what the layer needs.
    expect(rig.metrics.recorded.map(({ outcome: end }) => end)).toEqual(["built"]);
  });

  test("three times fails the layer, by no fault of its own", async () => {
    const rig = new FleetRig(projectOf({ a: {} }));
    const outcome = rig.start();
    await rig.failWith("a", lost);
    await rig.elapse(5 * secondMs);
    await rig.failWith("a", lost);
    await rig.elapse(10 * secondMs);
    await rig.failWith("a", lost);
    expect(brief(await outcome)).toEqual(["a: failed"]);
    expect(rig.log.of("layer.failed")).toMatchObject([
      {
        kind: "machine-lost",
        message: "its machine was lost 3 times: the connection was closed",
        help: "build again: finished layers stay",
      },
    ]);
    expect(rig.left).toEqual([]);
  });

  test("takes all with it that were built on it, and each finds another place", async () => {
    const rig = new FleetRig(projectOf({ a: {}, b: {} }));
    rig.compute.sale = rig.compute.sale.slice(1, 2);
    const outcome = rig.start();
    await rig.begun("a", "b");
    expect(rig.running).toEqual(["a on 1", "b on 1"]);
    rig.opener.runners[0]?.lose();
    await rig.elapse(5 * secondMs);
    await rig.begun("a", "b");
    expect(rig.living).not.toContain(1);
    await rig.succeed("a");
    await rig.succeed("b");
    expect((await outcome).result).toBe("ok");
    expect(rig.left).toEqual([]);
  });

  test("while it proves what it built", async () => {
    const rig = new FleetRig(projectOf({ a: { tools_provided: ["tool"] } }));
    const outcome = rig.start();
    const { runner } = await rig.solvingOf("a");
    runner.solver.proofFailure = lost;
    await rig.succeed("a");
    await rig.elapse(5 * secondMs);
    await rig.succeed("a");
    expect((await outcome).result).toBe("ok");
    expect(rig.log.of("layer.retried")).toMatchObject([{ reason: "daemon-lost", attempt: 2 }]);
    expect(rig.left).toEqual([]);
  });

  test("that is idle is given back, and nobody is placed there any more", async () => {
    const rig = new FleetRig(
      projectOf({ a: {}, long: { cpu: 8, memory_gb: 16 }, b: { build_base: "long" } }),
    );
    const outcome = rig.start({ concurrency: 2 });
    const { runner } = await rig.solvingOf("a");
    await rig.succeed("a");
    runner.lose();
    await settle();
    expect(rig.compute.living.map(({ leaseId }) => leaseId)).not.toContain(runner.lease);
    await rig.succeed("long");
    await rig.succeed("b");
    expect((await outcome).result).toBe("ok");
    expect(rig.left).toEqual([]);
  });

  test("retries of each kind are counted for themselves", async () => {
    const rig = new FleetRig(projectOf({ a: {} }));
    const outcome = rig.start();
    await rig.failWith("a", lost);
    await rig.elapse(5 * secondMs);
    await rig.runOutOfMemory("a");
    await rig.failWith("a", lost);
    await rig.elapse(10 * secondMs);
    await rig.succeed("a");
    expect((await outcome).result).toBe("ok");
    expect(rig.log.of("layer.retried").map(({ reason, attempt, tier }) => [reason, attempt, tier])).toEqual([
      ["daemon-lost", 2, "cax11"],
      ["oom", 3, "cax21"],
      ["daemon-lost", 4, "cax21"],
    ]);
    expect(rig.left).toEqual([]);
  });
});

describe("the time budget", () => {
  const spec: Readonly<Record<string, LayerSpec>> = { a: { time_budget_min: 10 } };

  test("ends a solve, and the machine stays good for others", async () => {
    const rig = new FleetRig(projectOf({ ...spec, b: { cpu: 8, memory_gb: 16, time_budget_min: 60 } }));
    const outcome = rig.start();
    await rig.begun("a", "b");
    await rig.elapse(10 * minuteMs - 1);
    const { solve } = await rig.solvingOf("a");
    expect(solve.isAborted()).toBe(false);
    await rig.elapse(1);
    expect(solve.isAborted()).toBe(true);
    solve.fail({ kind: "canceled" });
    await rig.succeed("b");
    expect(brief(await outcome)).toEqual(["a: failed", "b: built"]);
    expect(rig.log.of("layer.failed")).toMatchObject([
      {
        kind: "time-budget",
        message: "it took longer than its time budget of 10 minutes",
        help: "raise time_budget_min in its workflow.ncl, or find out what it waits for: `lamina build -v` shows its log",
      },
    ]);
    expect(rig.left).toEqual([]);
  });

  test("counts each attempt for itself, and no wait for a machine", async () => {
    const rig = new FleetRig(projectOf(spec));
    rig.compute.failNext("offers", { kind: "unavailable", message: "503" });
    const outcome = rig.start();
    await rig.elapse(15 * secondMs);
    await rig.elapse(9 * minuteMs);
    await rig.failWith("a", lost);
    await rig.elapse(5 * secondMs);
    await rig.elapse(9 * minuteMs);
    await rig.succeed("a");
    expect((await outcome).result).toBe("ok");
  });
});

test("what a solve used is told and recorded, but what a neighbour used is nobody's", async () => {
  const rig = new FleetRig(projectOf({ a: {}, b: {}, alone: { cpu: 8, memory_gb: 16 } }));
  rig.opener.measurement = {
    cpuP95: 1.5,
    memoryP95Bytes: 100,
    memoryPeakBytes: 200,
    oomKills: 0,
    oomReports: [],
    source: "buildkit",
  };
  rig.compute.sale = rig.compute.sale.slice(1);
  const outcome = rig.start();
  await rig.begun("a", "b", "alone");
  await rig.elapse(minuteMs);
  for (const name of ["a", "b", "alone"]) await rig.succeed(name);
  await outcome;
  expect(rig.log.of("layer.measured")).toMatchObject([
    { layer: "a", seconds: 60, cpuP95: 1.5, memoryP95Bytes: 100, memoryPeakBytes: 200, oomKills: 0 },
    { layer: "b", seconds: 60, memoryPeakBytes: 200 },
    { layer: "alone", seconds: 60, memoryPeakBytes: 200 },
  ]);
  expect(
    rig.metrics.recorded.map(({ layer, memoryPeakBytes, seconds, workspace, runId }) => [
      layer,
      memoryPeakBytes,
      seconds,
      workspace,
      runId,
    ]),
  ).toEqual([
    ["a", undefined, 60, "lamina", "run-1"],
    ["b", undefined, 60, "lamina", "run-1"],
    ["alone", 200, 60, "lamina", "run-1"],
  ]);
});

test("what cannot be measured keeps nothing from being built", async () => {
  const rig = new FleetRig(projectOf({ a: {} }));
  rig.opener.measurement = undefined;
  rig.metrics.fail({ kind: "unreachable", message: "the disk is full" });
  const outcome = rig.start();
  await rig.succeed("a");
  expect((await outcome).result).toBe("ok");
  expect(rig.log.of("run.note").map(({ text }) => text)).toEqual([
    "what builds use is not recorded: the disk is full",
  ]);
});
