// Where layers are placed: who shares a machine with whom, how long machines stay, and what they cost.

import { describe, expect, test } from "vitest";
import { type LayerSpec, projectOf } from "../plan/project.ts";
import { FleetRig, minuteMs, secondMs } from "./fleet-rig.ts";
import { brief } from "./rig.ts";

/** Of a size that fills a small, a medium or a large machine. */
const medium = { cpu: 4, memory_gb: 8 };
const large = { cpu: 8, memory_gb: 16 };

const diamond: Readonly<Record<string, LayerSpec>> = {
  root: {},
  left: { build_base: "root" },
  middle: { build_base: "root" },
  right: { build_base: "root" },
  join: { build_base: "left", copies_from: ["middle", "right"] },
};

test("a diamond on three machines: each child beside its parent where there is room, a machine more where there is none", async () => {
  const rig = new FleetRig(projectOf(diamond));
  const outcome = rig.start();
  await rig.succeed("root");
  expect(rig.running).toEqual(["left on 1", "middle on 2", "right on 3"]);
  for (const name of ["left", "middle", "right"]) await rig.succeed(name);
  // On the machine that has most of what it stands on, and of equals the first.
  expect(rig.running).toEqual(["join on 1"]);
  await rig.succeed("join");
  expect(brief(await outcome)).toEqual([
    "root: built",
    "left: built",
    "middle: built",
    "right: built",
    "join: built",
  ]);
  expect(rig.left).toEqual([]);
  expect(rig.machineStory).toEqual([
    "requested 1 cax11",
    "leased 1 small",
    "ready 1",
    "requested 2 cax11",
    "leased 2 small",
    "ready 2",
    "requested 3 cax11",
    "leased 3 small",
    "ready 3",
    "released 1 0.01 3",
    "released 2 0.01 1",
    "released 3 0.01 1",
  ]);
  expect(
    rig.log.of("layer.placed").map(({ layer, lease, shared }) => [layer, Number(lease.slice(5)), shared]),
  ).toEqual([
    ["root", 1, false],
    ["left", 1, true],
    ["middle", 2, false],
    ["right", 3, false],
    ["join", 1, true],
  ]);
  expect(rig.log.of("run.completed")).toMatchObject([{ result: "ok", built: 5, costEur: 0.03 }]);
});

test("a machine proves itself with the key that it was handed, and is logged in to with that of the run", async () => {
  const rig = new FleetRig(projectOf({ a: {} }));
  const outcome = rig.start();
  await rig.succeed("a");
  await outcome;
  expect(rig.compute.gone[0]?.request).toMatchObject({
    pool: "lamina-test",
    platform: "linux/amd64",
    authorizedKey: "ssh-ed25519 LOGIN",
    hostKey: { privateKey: "a host's private key", publicKey: "ssh-ed25519 HOST" },
    expiresAtMs: 1_000_000 + 120 * minuteMs,
  });
  expect(rig.opener.runners[0]?.access).toMatchObject({
    privateKey: "the run's private key",
    deadlineMs: 5 * minuteMs,
  });
});

describe("layers share a machine", () => {
  test("as far as it has room for them", async () => {
    const rig = new FleetRig(projectOf({ a: large, b: medium, c: {}, d: {} }));
    rig.compute.sale = rig.compute.sale.filter(({ type }) => type === "large");
    const outcome = rig.start({ concurrency: 4 });
    await rig.begun("a", "b", "c", "d");
    // 4/8 and twice 2/4 fill 8/16.
    expect(rig.running.map((each) => each.replace(/ on \d$/, ""))).toEqual(["a", "b", "c", "d"]);
    const machines = new Map(rig.opener.running.map(({ name, runner }) => [name, runner]));
    expect(machines.get("b")).not.toBe(machines.get("a"));
    for (const name of ["a", "b", "c", "d"]) await rig.succeed(name);
    await outcome;
    expect(rig.left).toEqual([]);
  });

  test("that is filled best, of those that know its parents equally well", async () => {
    const rig = new FleetRig(projectOf({ a: medium, b: {}, c: { build_base: "a" }, d: { build_base: "b" } }));
    const outcome = rig.start({ concurrency: 2 });
    await rig.begun("a", "b");
    expect(rig.running).toEqual(["a on 1", "b on 2"]);
    await rig.succeed("b");
    expect(rig.running).toEqual(["a on 1", "d on 2"]);
    await rig.succeed("a");
    // Its parent is at 1, whatever else is free.
    expect(rig.running).toEqual(["c on 1", "d on 2"]);
    await rig.succeed("c");
    await rig.succeed("d");
    await outcome;
    expect(rig.left).toEqual([]);
  });

  test("of their own platform only", async () => {
    const rig = new FleetRig(projectOf({ a: { platforms: ["linux/amd64", "linux/arm64"] } }));
    const outcome = rig.start({ concurrency: 1 });
    await rig.succeed("a");
    expect(rig.running).toEqual(["a on 2"]);
    await rig.succeed("a");
    await outcome;
    expect(rig.compute.gone.map(({ request }) => request?.platform)).toEqual(["linux/amd64", "linux/arm64"]);
  });

  test("and with reuse = 'never none: each is given back before its layer's children begin", async () => {
    const rig = new FleetRig(projectOf({ a: {}, b: { build_base: "a" } }), { reuse: "never" });
    const outcome = rig.start();
    await rig.succeed("a");
    expect(rig.running).toEqual(["b on 2"]);
    expect(rig.living).toEqual([2]);
    await rig.succeed("b");
    await outcome;
    expect(rig.left).toEqual([]);
    expect(rig.log.of("run.completed")).toMatchObject([{ costEur: 0.02 }]);
  });
});

describe("a layer whose own directives want a machine of its own", () => {
  const own = { directives: { runners: { reuse: "never" } } };

  test("gets one that nothing was built on, and that goes after it; the others share", async () => {
    const rig = new FleetRig(
      projectOf({ a: {}, b: { build_base: "a", ...own }, c: { build_base: "b" }, d: { build_base: "c" } }),
    );
    const outcome = rig.start();
    await rig.succeed("a");
    expect(rig.running).toEqual(["b on 2"]);
    await rig.succeed("b");
    expect(rig.living).toEqual([1]);
    expect(rig.running).toEqual(["c on 1"]);
    await rig.succeed("c");
    expect(rig.running).toEqual(["d on 1"]);
    await rig.succeed("d");
    expect((await outcome).result).toBe("ok");
    expect(rig.log.of("run.completed")).toMatchObject([{ costEur: 0.02 }]);
    expect(rig.left).toEqual([]);
  });

  test("nobody comes beside it, however much room there is; under a cap it waits until one may be leased", async () => {
    const rig = new FleetRig(projectOf({ a: {}, b: own, c: {} }), { maxMachines: 1 });
    rig.compute.sale = rig.compute.sale.filter(({ type }) => type === "large");
    const outcome = rig.start({ concurrency: 3 });
    await rig.begun("a", "c");
    expect(rig.running).toEqual(["a on 1", "c on 1"]);
    expect(rig.waits("b").at(-1)).toBe("room: max_machines is 1");
    await rig.succeed("a");
    await rig.succeed("c");
    expect(rig.running).toEqual(["b on 2"]);
    await rig.succeed("b");
    expect((await outcome).result).toBe("ok");
    expect(rig.left).toEqual([]);
  });
});

/** One layer is built, and another one keeps the run going on a machine of its own. */
async function leaveIdle(policy: ConstructorParameters<typeof FleetRig>[1]) {
  const rig = new FleetRig(projectOf({ a: {}, long: { ...large, time_budget_min: 600 } }), policy);
  const outcome = rig.start();
  await rig.succeed("a");
  const idle = rig.opener.runners.find(({ machine }) => machine.type === "small");
  const number = Number(idle?.lease.slice(5));
  const end = async () => {
    await rig.succeed("long");
    await outcome;
    expect(rig.left).toEqual([]);
  };
  return { rig, number, end };
}

describe("an idle machine", () => {
  test("with reuse = 'run stays until nobody builds any more", async () => {
    const { rig, number, end } = await leaveIdle({ reuse: "run" });
    await rig.elapse(100 * minuteMs);
    expect(rig.living).toContain(number);
    await end();
    expect(rig.log.of("run.completed")[0]?.costEur).toBeCloseTo(2 * 0.01 + 2 * 0.04, 10);
  });

  test("goes before it expires, whatever the policy: others may take it away then", async () => {
    const { rig, number, end } = await leaveIdle({ reuse: "run" });
    await rig.elapse(115 * minuteMs - 1);
    expect(rig.living).toContain(number);
    await rig.elapse(1);
    expect(rig.living).not.toContain(number);
    await end();
  });

  test("with reuse = 'paid_hour goes two and a half minutes before another hour begins", async () => {
    const { rig, number, end } = await leaveIdle({ reuse: "paid_hour" });
    await rig.elapse(57 * minuteMs + 30 * secondMs - 1);
    expect(rig.living).toContain(number);
    await rig.elapse(1);
    expect(rig.living).not.toContain(number);
    expect(rig.machineStory.filter((line) => line.startsWith("released"))).toEqual([
      `released ${number} 0.01 1`,
    ]);
    await end();
  });

  test("that was used into its second hour is paid for, and kept, for that one too", async () => {
    const hour = { time_budget_min: 60 };
    const rig = new FleetRig(
      projectOf({ a: hour, b: { build_base: "a", ...hour }, long: { ...large, time_budget_min: 600 } }),
      { reuse: "paid_hour" },
    );
    const outcome = rig.start();
    await rig.elapse(40 * minuteMs);
    const { runner } = await rig.solvingOf("a");
    await rig.succeed("a");
    expect((await rig.solvingOf("b")).runner).toBe(runner);
    await rig.elapse(30 * minuteMs);
    await rig.succeed("b");
    await rig.elapse(40 * minuteMs);
    expect(rig.compute.living.map(({ leaseId }) => leaseId)).toContain(runner.lease);
    await rig.elapse(10 * minuteMs);
    expect(rig.compute.living.map(({ leaseId }) => leaseId)).not.toContain(runner.lease);
    expect(rig.log.of("runner.released")).toMatchObject([{ lease: runner.lease, costEur: 0.02, layers: 2 }]);
    await rig.succeed("long");
    await outcome;
    expect(rig.left).toEqual([]);
  });

  test("by the second goes after a minute", async () => {
    const rig = new FleetRig(projectOf({ a: {}, long: { ...large, time_budget_min: 600 } }), {
      reuse: "paid_hour",
    });
    rig.compute.sale = rig.compute.sale.map((offer) => ({ ...offer, billing: "second" }));
    const outcome = rig.start();
    await rig.elapse(6 * minuteMs);
    await rig.succeed("a");
    await rig.elapse(minuteMs - 1);
    expect(rig.living).toHaveLength(2);
    await rig.elapse(1);
    expect(rig.living).toHaveLength(1);
    expect(rig.log.of("runner.released")[0]?.costEur).toBeCloseTo((7 / 60) * 0.01, 10);
    await rig.succeed("long");
    await outcome;
    expect(rig.left).toEqual([]);
  });
});

describe("a machine's end", () => {
  test("is never nearer than what is begun on it may take", async () => {
    const rig = new FleetRig(
      projectOf({ a: { time_budget_min: 60 }, b: { build_base: "a", time_budget_min: 61 } }),
    );
    const outcome = rig.start();
    await rig.elapse(59 * minuteMs + 1);
    await rig.succeed("a");
    expect(rig.running).toEqual(["b on 2"]);
    await rig.succeed("b");
    await outcome;
    expect(rig.left).toEqual([]);
  });

  test("is put off for a layer that may take longer than machines live by default", async () => {
    const rig = new FleetRig(projectOf({ a: { time_budget_min: 300 } }));
    const outcome = rig.start();
    await rig.begun("a");
    expect(rig.compute.living[0]?.expiresAtMs).toBe(1_000_000 + (300 + 5 + 5) * minuteMs);
    await rig.succeed("a");
    await outcome;
  });
});

test("a build's seconds are its own, and those of the wait for its machine stand apart", async () => {
  const rig = new FleetRig(projectOf({ a: {}, b: { build_base: "a" } }));
  rig.compute.holdsBoots = true;
  const outcome = rig.start();
  await rig.elapse(40 * secondMs);
  for (const { leaseId } of rig.compute.living) rig.compute.boot(leaseId);
  await rig.begun("a");
  await rig.elapse(12 * secondMs);
  await rig.succeed("a");
  await rig.elapse(3 * secondMs);
  await rig.failWith("b", { kind: "step-failed", step: "RUN x", exitCode: 1, message: "no", logTail: [] });
  const { steps } = await outcome;
  expect(rig.log.of("layer.completed")).toMatchObject([{ seconds: 12, waitedSeconds: 40 }]);
  expect(rig.log.of("layer.failed")).toMatchObject([{ seconds: 3, waitedSeconds: 0 }]);
  expect(steps[0]?.outcome).toMatchObject({ kind: "built", seconds: 12 });
});
