// Machines that cannot be had: now, at that place, at that price, or at all.

import { describe, expect, test } from "vitest";
import type { MachineOffer } from "../../engine/ports/compute.ts";
import { type LayerSpec, projectOf } from "../plan/project.ts";
import { FleetRig, leaseId, minuteMs, pool, secondMs } from "./fleet-rig.ts";
import { brief, settle } from "./rig.ts";

const large = { cpu: 8, memory_gb: 16 };
/** Each needs a small machine for itself. */
const three: Readonly<Record<string, LayerSpec>> = { a: {}, b: {}, c: {} };

function small(location: string, eurPerHour = 0.01): MachineOffer {
  return { type: "small", location, cpu: 2, memoryGb: 4, eurPerHour, billing: "started-hour" };
}

function onlySmall(rig: FleetRig, ...locations: readonly string[]): void {
  rig.compute.sale = locations.map((location) => small(location));
}

describe("caps", () => {
  test("no more machines than max_machines live, and layers wait for their turn", async () => {
    const rig = new FleetRig(projectOf(three), { maxMachines: 2 });
    onlySmall(rig, "here");
    const outcome = rig.start();
    await rig.begun("a", "b");
    expect(rig.running).toEqual(["a on 1", "b on 2"]);
    expect(rig.waits("b")).toEqual(["provider", "machine 2"]);
    expect(rig.waits("c")).toEqual(["provider", "room: max_machines is 2"]);
    await rig.succeed("b");
    expect(rig.running).toEqual(["a on 1", "c on 2"]);
    await rig.succeed("a");
    await rig.succeed("c");
    expect((await outcome).result).toBe("ok");
    expect(rig.left).toEqual([]);
    expect(rig.log.of("runner.leased")).toHaveLength(2);
  });

  test("machines of other runs count, until they have expired", async () => {
    const rig = new FleetRig(projectOf(three), { maxMachines: 2 });
    onlySmall(rig, "here");
    const expiresAtMs = rig.clock.nowMs() + 10 * minuteMs;
    rig.compute.plant(pool, { leaseId: leaseId(91), expiresAtMs });
    rig.compute.plant("another-pool", { leaseId: leaseId(92) });
    const outcome = rig.start();
    await rig.begun("a");
    expect(rig.running).toEqual(["a on 1"]);
    await rig.elapse(10 * minuteMs);
    // Nothing of ours has changed that would make it look again: the next end does.
    await rig.succeed("a");
    expect(rig.running).toEqual(["b on 1", "c on 2"]);
    await rig.succeed("b");
    await rig.succeed("c");
    await outcome;
    expect(rig.living).toEqual([91, 92]);
  });

  test("where others have all, it is asked again after a while, and given up in the end", async () => {
    const rig = new FleetRig(projectOf({ a: {} }), { maxMachines: 1 });
    rig.compute.plant(pool, { leaseId: leaseId(91), expiresAtMs: Number.MAX_SAFE_INTEGER });
    const outcome = rig.start();
    for (let waits = 0; waits < 6; waits++) await rig.elapse(15 * secondMs * 2 ** waits);
    expect(brief(await outcome)).toEqual(["a: failed"]);
    expect(rig.log.of("layer.failed")).toMatchObject([
      {
        kind: "no-machine",
        message: "fake gave no machine of 2 cpu and 4 GB: max_machines is 1, and 1 of other runs live",
        help: "`lamina runners list` shows what lives; raise the limit, or lower --concurrency",
      },
    ]);
    expect(rig.waits("a")).toEqual([
      "provider",
      ...[15, 30, 60, 120, 240, 480].map(
        (seconds) => `retry in ${seconds} s: max_machines is 1, and 1 of other runs live`,
      ),
    ]);
    expect(rig.living).toEqual([91]);
  });

  test("an idle machine that is too small makes room for one that is not", async () => {
    const rig = new FleetRig(projectOf({ a: {}, b: { build_base: "a", ...large } }), { maxMachines: 1 });
    const outcome = rig.start();
    await rig.succeed("a");
    expect(rig.running).toEqual(["b on 2"]);
    expect(rig.living).toEqual([2]);
    await rig.succeed("b");
    expect((await outcome).result).toBe("ok");
    expect(rig.left).toEqual([]);
  });

  test("all machines together cost no more than max_eur_per_hour, whichever offer is taken", async () => {
    const rig = new FleetRig(projectOf(three), { maxEurPerHour: 0.03 });
    rig.compute.sale = [small("dear", 0.02), small("cheap", 0.01)];
    const outcome = rig.start();
    await rig.begun("a", "b");
    expect(rig.running).toEqual(["a on 1", "b on 2"]);
    expect(rig.compute.living.map(({ location }) => location)).toEqual(["dear", "cheap"]);
    await rig.succeed("a");
    expect(rig.running).toEqual(["b on 2", "c on 1"]);
    await rig.succeed("b");
    await rig.succeed("c");
    expect((await outcome).result).toBe("ok");
    expect(rig.left).toEqual([]);
  });

  test("what machines of other runs cost counts as well", async () => {
    const rig = new FleetRig(projectOf({ a: {} }), { maxEurPerHour: 0.03 });
    rig.compute.plant(pool, {
      leaseId: leaseId(91),
      eurPerHour: 0.025,
      expiresAtMs: Number.MAX_SAFE_INTEGER,
    });
    const outcome = rig.start();
    await rig.elapse(0);
    expect(rig.waits("a")).toEqual([
      "provider",
      "retry in 15 s: a small is 0.01 EUR an hour, and max_eur_per_hour is 0.03, of which other runs cost 0.025",
    ]);
    rig.compute.lose(leaseId(91));
    await rig.elapse(15 * secondMs);
    await rig.succeed("a");
    expect((await outcome).result).toBe("ok");
  });

  test("an offer that is dearer than max_eur_per_hour is not taken where a cheaper one cannot be had", async () => {
    const rig = new FleetRig(projectOf({ a: {} }), { maxEurPerHour: 0.01 });
    rig.compute.capacity.set("small", 0);
    const outcome = rig.start();
    for (let waits = 0; waits < 6; waits++) await rig.elapse(15 * secondMs * 2 ** waits);
    await outcome;
    expect(rig.log.of("runner.declined").every(({ machine }) => machine === "small")).toBe(true);
    expect(rig.log.of("layer.failed")[0]?.message).toBe(
      "fake gave no machine of 2 cpu and 4 GB: there is no small in here",
    );
  });

  test("what alone costs more than max_eur_per_hour fails at once, and says so", async () => {
    const rig = new FleetRig(projectOf({ a: large, b: {} }), { maxEurPerHour: 0.03 });
    const outcome = rig.start();
    await rig.succeed("b");
    expect(brief(await outcome)).toEqual(["a: failed", "b: built"]);
    expect(rig.log.of("layer.failed")).toMatchObject([
      {
        message:
          "fake gave no machine of 8 cpu and 16 GB: a large is 0.04 EUR an hour, and max_eur_per_hour is 0.03",
        help: "ask for less, or raise runners.max_eur_per_hour",
      },
    ]);
  });

  test("a size above every tier is told of without the name of one", async () => {
    const rig = new FleetRig(projectOf({ a: { cpu: 400, memory_gb: 9000 } }));
    expect(brief(await rig.start())).toEqual(["a: failed"]);
    expect(rig.log.of("layer.failed")[0]?.message).toBe(
      "fake gave no machine of 400 cpu and 9000 GB: no machine for linux/amd64 has 400 cpu and 9000 GB",
    );
  });

  test("no more machines are made within an hour than max_creates_per_hour, by any run of the project", async () => {
    const rig = new FleetRig(projectOf({ a: {}, b: {} }), { maxCreatesPerHour: 2, reuse: "never" });
    // By another process, 55 minutes ago.
    expect(rig.journal.takeCreate(rig.clock.nowMs() - 55 * minuteMs, 60)).toEqual({ ok: true, value: true });
    const outcome = rig.start({ concurrency: 1 });
    await rig.succeed("a");
    expect(rig.running).toEqual([]);
    expect(rig.waits("b")).toEqual([
      "provider",
      "retry in 15 s: max_creates_per_hour is 2, and as many were made within the last hour",
    ]);
    // What was not made does not count: after 15, 30, 60 and 120 seconds the fifth minute is not over.
    for (let waits = 0; waits < 4; waits++) await rig.elapse(15 * secondMs * 2 ** waits);
    expect(rig.running).toEqual([]);
    await rig.elapse(240 * secondMs);
    expect(rig.running).toEqual(["b on 2"]);
    await rig.succeed("b");
    expect((await outcome).result).toBe("ok");
    expect(rig.left).toEqual([]);
  });
});

describe("without capacity", () => {
  test("one offer is tried after the other", async () => {
    const rig = new FleetRig(projectOf({ a: {} }));
    rig.compute.capacity.set("small", 0);
    rig.compute.capacity.set("medium", 0);
    const outcome = rig.start();
    await rig.succeed("a");
    expect((await outcome).result).toBe("ok");
    expect(rig.machineStory).toEqual([
      "requested 1 cax11",
      "declined 1 small no-capacity",
      "declined 1 medium no-capacity",
      "leased 1 large",
      "ready 1",
      "released 1 0.04 1",
    ]);
    expect(rig.log.of("runner.ordered").map(({ machine }) => machine)).toEqual(["small", "medium", "large"]);
    expect(rig.log.of("runner.declined")[0]).toMatchObject({
      location: "here",
      message: "there is no small in here",
    });
  });

  test("everywhere it is asked again, and taken as soon as there is some", async () => {
    const rig = new FleetRig(projectOf({ a: {} }));
    onlySmall(rig, "here");
    rig.compute.capacity.set("small", 0);
    const outcome = rig.start();
    await rig.elapse(15 * secondMs);
    rig.compute.capacity.delete("small");
    await rig.elapse(30 * secondMs);
    await rig.succeed("a");
    expect((await outcome).result).toBe("ok");
    expect(rig.waits("a")).toEqual([
      "provider",
      "machine 1",
      "retry in 15 s: there is no small in here",
      "machine 2",
      "retry in 30 s: there is no small in here",
      "machine 3",
    ]);
    expect(rig.left).toEqual([]);
  });

  test("for a quarter of an hour, the layers fail that nothing of ours could hold", async () => {
    const rig = new FleetRig(projectOf(three));
    onlySmall(rig, "here");
    rig.compute.capacity.set("small", 0);
    const outcome = rig.start();
    for (let waits = 0; waits < 6; waits++) await rig.elapse(15 * secondMs * 2 ** waits);
    expect(brief(await outcome)).toEqual(["a: failed", "b: failed", "c: failed"]);
    expect(rig.log.of("layer.failed")[0]).toMatchObject({
      kind: "no-machine",
      message: "fake gave no machine of 2 cpu and 4 GB: there is no small in here",
      help: "name further kinds and places under runners.candidates in build_directives.ncl, or try again later",
    });
    // Each of them asked seven times, no matter what the others heard meanwhile.
    expect(rig.log.of("runner.declined")).toHaveLength(3 * 7);
    expect(rig.left).toEqual([]);
  });

  test("but for one machine, that one builds everything in its turn, however long it takes", async () => {
    const rig = new FleetRig(projectOf(three));
    onlySmall(rig, "here");
    rig.compute.capacity.set("small", 1);
    const outcome = rig.start();
    await settle();
    for (const name of ["a", "b", "c"]) {
      for (let minutes = 0; minutes < 25; minutes++) await rig.elapse(minuteMs);
      await rig.begun(name);
      expect(rig.running).toEqual([`${name} on 1`]);
      await rig.succeed(name);
    }
    expect((await outcome).result).toBe("ok");
    expect(rig.left).toEqual([]);
  });

  test("a machine that comes free is taken before the wait is over", async () => {
    const rig = new FleetRig(projectOf({ a: {}, b: {} }));
    onlySmall(rig, "here");
    rig.compute.limit = 1;
    const outcome = rig.start();
    await rig.succeed("a");
    expect(rig.running).toEqual(["b on 1"]);
    await rig.succeed("b");
    expect((await outcome).result).toBe("ok");
  });

  test("and over the account's limit, what is given back makes room at once", async () => {
    const rig = new FleetRig(projectOf({ a: {}, b: large }), { reuse: "never" });
    rig.compute.limit = 1;
    const outcome = rig.start();
    const first = (await Promise.race([rig.solvingOf("a"), rig.solvingOf("b")])).solve.name;
    await rig.succeed(first);
    await rig.succeed(first === "a" ? "b" : "a");
    expect((await outcome).result).toBe("ok");
    expect(rig.left).toEqual([]);
  });
});

describe("what is refused", () => {
  test("fails all layers at once, with what helps", async () => {
    const rig = new FleetRig(projectOf(three));
    const help = "make another token";
    rig.compute.failsAlways.set("create", { kind: "refused", message: "the token is not accepted", help });
    rig.compute.failsAlways.set("destroy", { kind: "refused", message: "the token is not accepted", help });
    const ended = await rig.start();
    expect(brief(ended)).toEqual(["a: failed", "b: failed", "c: failed"]);
    expect(rig.log.of("layer.failed").map(({ message, help: advice }) => [message, advice])).toEqual(
      Array.from({ length: 3 }, () => [
        "fake gave no machine of 2 cpu and 4 GB: the token is not accepted",
        help,
      ]),
    );
    // Who may neither make nor destroy has left nothing.
    expect(rig.log.of("runner.left-over")).toEqual([]);
    expect(rig.left).toEqual([]);
  });

  test("is asked for again by the next run", async () => {
    const rig = new FleetRig(projectOf({ a: {} }));
    rig.compute.failNext("offers", { kind: "refused", message: "the token is not accepted" });
    expect(brief(await rig.start())).toEqual(["a: failed"]);
    const again = rig.start();
    await rig.succeed("a");
    expect(brief(await again)).toEqual(["a: built"]);
  });

  test("fails only the layer that nothing would ever hold", async () => {
    const rig = new FleetRig(projectOf({ a: { cpu: 16, memory_gb: 32 }, b: {} }));
    const outcome = rig.start();
    await rig.succeed("b");
    expect(brief(await outcome)).toEqual(["a: failed", "b: built"]);
    expect(rig.log.of("layer.failed")).toMatchObject([
      {
        message: "fake gave no machine of 16 cpu and 32 GB: no machine for linux/amd64 has 16 cpu and 32 GB",
        help: "ask for less, or see that runners.candidates name one",
      },
    ]);
  });

  test("by the disk that holds the journal: nothing is leased that a crash would hide", async () => {
    const rig = new FleetRig(projectOf({ a: {} }));
    rig.files.put("/project/.lamina/leases", "a file");
    expect(brief(await rig.start())).toEqual(["a: failed"]);
    expect(rig.log.of("layer.failed")).toMatchObject([
      {
        help: "see that .lamina/leases can be written: without it nobody would find machines that a crash leaves behind",
      },
    ]);
    expect(rig.order.filter((call) => call.startsWith("create "))).toEqual([]);
  });
});

test("a provider that cannot be reached is asked again", async () => {
  const rig = new FleetRig(projectOf({ a: {} }));
  for (const call of ["offers", "list", "create"] as const)
    rig.compute.failNext(call, { kind: "unavailable", message: `${call}: 503` });
  const outcome = rig.start();
  for (let waits = 0; waits < 3; waits++) await rig.elapse(15 * secondMs * 2 ** waits);
  await rig.succeed("a");
  expect((await outcome).result).toBe("ok");
  expect(rig.waits("a")).toEqual([
    "provider",
    "retry in 15 s: offers: 503",
    "retry in 30 s: list: 503",
    "machine 1",
    "retry in 60 s: create: 503",
    "machine 2",
  ]);
  expect(rig.left).toEqual([]);
});

test("what a lost answer hides is given back before anything else is asked for", async () => {
  const rig = new FleetRig(projectOf({ a: {} }));
  rig.compute.failNext("create", { kind: "unavailable", message: "no answer" }, { tookEffect: true });
  const outcome = rig.start();
  await settle();
  expect(rig.living).toEqual([]);
  await rig.elapse(15 * secondMs);
  await rig.succeed("a");
  expect((await outcome).result).toBe("ok");
  expect(rig.left).toEqual([]);
});

describe("a machine that does not come to build", () => {
  test("is given back before the next is asked for, at another place where there is one, and the third is the last", async () => {
    const rig = new FleetRig(projectOf({ a: {} }));
    onlySmall(rig, "here", "there");
    rig.opener.failNext({ kind: "not-ready", message: "it did not boot" });
    rig.opener.failNext({ kind: "refused", message: "it has another host key" });
    rig.opener.failNext({ kind: "not-ready", message: "its BuildKit is too old" });
    const ended = await rig.start();
    expect(brief(ended)).toEqual(["a: failed"]);
    expect(rig.log.of("layer.failed")).toMatchObject([
      {
        kind: "no-machine",
        message: "fake gave no machine of 2 cpu and 4 GB: its BuildKit is too old",
        help: "see that the image boots, lets root log in by key and starts buildkitd: runners.image and runners.ready_timeout_s",
      },
    ]);
    expect(rig.machineStory).toEqual([
      "requested 1 cax11",
      "leased 1 small",
      "lost 1",
      "released 1 0.01 0",
      "requested 2 cax11",
      "leased 2 small",
      "lost 2",
      "released 2 0.01 0",
      "requested 3 cax11",
      "leased 3 small",
      "lost 3",
      "released 3 0.01 0",
    ]);
    expect(rig.compute.gone.map(({ location }) => location)).toEqual(["here", "there", "here"]);
    // They were paid for.
    expect(rig.log.of("run.completed")).toMatchObject([{ costEur: 0.03 }]);
    expect(rig.left).toEqual([]);
  });

  test("as it came up broken is one of the three, and paid for", async () => {
    const rig = new FleetRig(projectOf({ a: {} }));
    onlySmall(rig, "here", "there");
    rig.compute.failNext("create", { kind: "broken", message: "it came up broken" });
    rig.opener.failNext({ kind: "not-ready", message: "it did not boot" });
    const outcome = rig.start();
    await rig.succeed("a");
    expect((await outcome).result).toBe("ok");
    expect(rig.machineStory).toEqual([
      "requested 1 cax11",
      "declined 1 small broken",
      "requested 2 cax11",
      "leased 2 small",
      "lost 2",
      "released 2 0.01 0",
      "requested 3 cax11",
      "leased 3 small",
      "ready 3",
      "released 3 0.01 1",
    ]);
    expect(rig.compute.gone.map(({ location }) => location)).toEqual(["there", "here"]);
    expect(rig.log.of("run.completed")[0]?.costEur).toBeCloseTo(0.03, 10);
    expect(rig.left).toEqual([]);
  });
});
