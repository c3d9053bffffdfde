// Builds on this machine: what is kept of what they used, what they are held to, who waits for whom, and what is tried again.

import { describe, expect, test } from "vitest";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { SolveFailure } from "../../engine/ports/builder.ts";
import type { LocalMachine } from "../../engine/ports/local-machine.ts";
import type { Measurement } from "../../engine/ports/runner.ts";
import { placeHere } from "../../engine/run/place-here.ts";
import type { Placer } from "../../engine/run/placer.ts";
import { FakeLocalMachine, gibibyte } from "../fakes/local-machine.ts";
import { nothingMeasured } from "../fakes/runner.ts";
import { type LayerSpec, projectOf } from "../plan/project.ts";
import { brief, RunRig, settle } from "./rig.ts";

const used: Measurement = {
  ...nothingMeasured,
  cpuP95: 1.5,
  memoryP95Bytes: gibibyte,
  memoryPeakBytes: 2 * gibibyte,
  oomKills: 0,
  source: "cgroup",
};
const killed: Measurement = { ...used, oomKills: 1, oomReports: ["Killed process 7 (cc1)"] };
const failure: SolveFailure = {
  kind: "step-failed",
  step: "RUN make",
  exitCode: 2,
  message: 'process "make" did not complete successfully: exit code: 2',
  logTail: ["make: *** [all] Error 2"],
};

class HereRig extends RunRig {
  readonly machine = new FakeLocalMachine({ cpu: 8, memoryGb: 15.5 });
  isLimited = true;
  seen: Result<LocalMachine, string> = ok(this.machine);

  protected override get placer(): Placer {
    const { builder, seen, isLimited, log, clock } = this;
    return placeHere({ builder, machine: seen, isLimited, sink: log, clock });
  }

  /** The layer's solve fails as soon as it runs, and that was measured of it. */
  async failWith(name: string, measurement: Measurement | undefined): Promise<void> {
    const solve = await this.builder.solving(name);
    this.machine.measurement = measurement;
    solve.fail(failure);
    await settle();
  }

  get notes(): readonly string[] {
    return this.log.of("run.note").map(({ text }) => text);
  }
}

/** Layers that stand on nothing, each of so many GB. */
function sized(memoryGb: Readonly<Record<string, number>>): Readonly<Record<string, LayerSpec>> {
  return Object.fromEntries(
    Object.entries(memoryGb).map(([name, each]) => [name, { cpu: 2, memory_gb: each }]),
  );
}

describe("without limits", () => {
  test("a build is told apart, measured and kept, and held to nothing", async () => {
    const rig = new HereRig(projectOf({ a: {} }));
    rig.isLimited = false;
    rig.machine.measurement = used;
    const outcome = rig.start();
    await rig.succeed("a");
    expect(brief(await outcome)).toEqual(["a: built"]);
    expect(rig.builder.requests[0]?.stepLimits).toEqual({ memoryBytes: 2 ** 50, swap: true });
    const [told] = rig.log.of("layer.measured");
    expect(told).toMatchObject({ layer: "a", cpuP95: 1.5, memoryPeakBytes: 2 * gibibyte, oomKills: 0 });
    expect(told).not.toHaveProperty("lease");
    expect(rig.metrics.recorded).toMatchObject([
      { layer: "a", outcome: "built", place: "here", tier: "none", cpu: 8, memoryGb: 15.5, cpuP95: 1.5 },
    ]);
    expect(rig.machine.measuring).toBe(0);
  });

  test("of a build of which nothing was seen nothing is kept", async () => {
    const rig = new HereRig(projectOf({ a: {} }));
    rig.isLimited = false;
    const outcome = rig.start();
    await rig.succeed("a");
    expect(brief(await outcome)).toEqual(["a: built"]);
    expect(rig.log.of("layer.measured")).toEqual([]);
    expect(rig.metrics.recorded).toEqual([]);
  });

  test("layers do not wait for each other, whatever their sizes", async () => {
    const rig = new HereRig(projectOf(sized({ a: 32, b: 32 })));
    rig.isLimited = false;
    const outcome = rig.start();
    await settle();
    expect(rig.builder.running).toEqual(["a", "b"]);
    await rig.succeed("a");
    await rig.succeed("b");
    expect(brief(await outcome)).toEqual(["a: built", "b: built"]);
    expect(rig.notes).toEqual([]);
  });

  test("want of memory is told as such, and not tried again", async () => {
    const rig = new HereRig(projectOf({ a: {} }));
    rig.isLimited = false;
    const outcome = rig.start();
    await rig.failWith("a", killed);
    expect(brief(await outcome)).toEqual(["a: failed"]);
    expect(rig.log.of("layer.failed")).toMatchObject([
      {
        kind: "out-of-memory",
        message: "RUN make ran out of memory on this machine",
        help: "this machine has no more: build on a leased one, or let the build use less memory, fewer jobs at once for example",
        logTail: ["make: *** [all] Error 2", "Killed process 7 (cc1)"],
      },
    ]);
    expect(rig.metrics.recorded.map(({ outcome: end }) => end)).toEqual(["oom"]);
  });
});

describe("with limits", () => {
  test("a build is held to the size of its layer", async () => {
    const rig = new HereRig(projectOf({ a: { cpu: 2, memory_gb: 4 } }));
    rig.machine.measurement = used;
    const outcome = rig.start();
    await rig.succeed("a");
    expect(brief(await outcome)).toEqual(["a: built"]);
    expect(rig.builder.requests[0]?.stepLimits).toEqual({ memoryBytes: 4 * gibibyte, swap: false, cpu: 2 });
    expect(rig.metrics.recorded).toMatchObject([{ place: "here", tier: "cax11", cpu: 2, memoryGb: 4 }]);
  });

  test("want of memory is tried once more, one tier up", async () => {
    const rig = new HereRig(projectOf({ a: { cpu: 2, memory_gb: 4 } }));
    const outcome = rig.start();
    await rig.failWith("a", killed);
    rig.machine.measurement = used;
    rig.clock.advance(1000);
    await rig.succeed("a");
    expect(brief(await outcome)).toEqual(["a: built"]);
    expect(rig.builder.requests.map(({ stepLimits }) => stepLimits?.memoryBytes)).toEqual([
      4 * gibibyte,
      8 * gibibyte,
    ]);
    expect(rig.log.of("layer.retried")).toMatchObject([{ reason: "oom", attempt: 2, tier: "cax21" }]);
    expect(rig.metrics.recorded.map(({ outcome: end, memoryGb }) => [end, memoryGb])).toEqual([
      ["oom", 4],
      ["built", 8],
    ]);
    expect(rig.machine.measuring).toBe(0);
  });

  test("a second time fails, with the tier to declare", async () => {
    const rig = new HereRig(projectOf({ a: { cpu: 2, memory_gb: 4 } }));
    const outcome = rig.start();
    await rig.failWith("a", killed);
    await rig.failWith("a", killed);
    expect(brief(await outcome)).toEqual(["a: failed"]);
    expect(rig.log.of("layer.failed")).toMatchObject([
      {
        kind: "out-of-memory",
        message: "RUN make ran out of memory with 8 GB",
        help: "set runner_type = 'cax31, or cpu and memory_gb, in its workflow.ncl, or let the build use less memory",
      },
    ]);
  });

  test("the tier above gets what the machine has, and no more than that is tried", async () => {
    const rig = new HereRig(projectOf({ a: { cpu: 4, memory_gb: 12 } }));
    const outcome = rig.start();
    await rig.failWith("a", killed);
    expect(rig.builder.requests[1]?.stepLimits?.memoryBytes).toBe(15.5 * gibibyte);
    await rig.failWith("a", killed);
    expect(brief(await outcome)).toEqual(["a: failed"]);
    expect(rig.notes).toEqual([
      "a is to have 16 cpu and 32 GB, and gets what this machine has: 8 cpu and 15.5 GB",
    ]);
    expect(rig.log.of("layer.failed")).toMatchObject([
      {
        message: "RUN make ran out of memory with 15.5 GB",
        help: "this machine has no more: build on a leased one, or let the build use less memory, fewer jobs at once for example",
      },
    ]);
  });

  test.each([
    ["nothing was killed", used],
    ["nothing was seen", undefined],
  ])("a step that fails while %s fails at once", async (_, measurement) => {
    const rig = new HereRig(projectOf({ a: {} }));
    const outcome = rig.start();
    await rig.failWith("a", measurement);
    expect(brief(await outcome)).toEqual(["a: failed"]);
    expect(rig.log.of("layer.failed")).toMatchObject([{ kind: "step-failed" }]);
    expect(rig.log.of("layer.retried")).toEqual([]);
  });

  test("layers that would together need more memory than there is wait, first come, first served", async () => {
    const rig = new HereRig(projectOf(sized({ a: 8, b: 12, c: 4 })));
    const outcome = rig.start();
    await settle();
    // c would fit beside a, and b would wait the longer for it.
    expect(rig.builder.running).toEqual(["a"]);
    await rig.succeed("a");
    expect(rig.builder.running).toEqual(["b", "c"]);
    await rig.succeed("b");
    await rig.succeed("c");
    expect(brief(await outcome)).toEqual(["a: built", "b: built", "c: built"]);
  });

  test("sizes that fill the machine as it is sold fit: a little of 16 GB is always missing", async () => {
    const rig = new HereRig(projectOf(sized({ a: 8, b: 8 })));
    const outcome = rig.start();
    await settle();
    expect(rig.builder.running).toEqual(["a", "b"]);
    await rig.succeed("a");
    await rig.succeed("b");
    expect(brief(await outcome)).toEqual(["a: built", "b: built"]);
  });

  test("a layer that is bigger than the machine has it to itself, which is said once", async () => {
    const rig = new HereRig(projectOf(sized({ a: 4, b: 32, c: 4 })));
    const outcome = rig.start();
    await settle();
    expect(rig.builder.running).toEqual(["a"]);
    await rig.succeed("a");
    expect(rig.builder.running).toEqual(["b"]);
    expect(rig.builder.requests[1]?.stepLimits?.memoryBytes).toBe(15.5 * gibibyte);
    await rig.succeed("b");
    expect(rig.builder.running).toEqual(["c"]);
    await rig.succeed("c");
    expect(brief(await outcome)).toEqual(["a: built", "b: built", "c: built"]);
    expect(rig.notes).toEqual([
      "b is to have 2 cpu and 32 GB, and gets what this machine has: 8 cpu and 15.5 GB",
    ]);
  });

  test("who waits hears that the run is stopped", async () => {
    const rig = new HereRig(projectOf(sized({ a: 12, b: 12, c: 4 })));
    const outcome = rig.start();
    await settle();
    rig.stop.abort();
    (await rig.builder.solving("a")).fail({ kind: "canceled" });
    expect(brief(await outcome)).toEqual(["a: canceled", "b: canceled", "c: canceled"]);
    expect(rig.builder.requests.length).toBe(1);
    expect(rig.machine.measuring).toBe(0);
  });

  test("where steps cannot be seen that is said once, and layers are built without", async () => {
    const rig = new HereRig(projectOf(sized({ a: 12, b: 12 })));
    rig.seen = err("tcp://builder:1234 ($BUILDKIT_HOST) may be another machine");
    const outcome = rig.start();
    await settle();
    expect(rig.builder.running).toEqual(["a", "b"]);
    await rig.succeed("a");
    await rig.succeed("b");
    expect(brief(await outcome)).toEqual(["a: built", "b: built"]);
    expect(rig.notes).toEqual([
      "runners.limits has no effect: tcp://builder:1234 ($BUILDKIT_HOST) may be another machine",
    ]);
    expect(rig.builder.requests.map(({ stepLimits }) => stepLimits)).toEqual([undefined, undefined]);
  });

  test("nobody hears of steps that cannot be seen who asked for no limits", async () => {
    const rig = new HereRig(projectOf({ a: {} }));
    rig.isLimited = false;
    rig.seen = err("tcp://builder:1234 ($BUILDKIT_HOST) may be another machine");
    const outcome = rig.start();
    await rig.succeed("a");
    expect(brief(await outcome)).toEqual(["a: built"]);
    expect(rig.notes).toEqual([]);
  });
});
