// However a run ends, nothing leased is left: canceled at any moment, by a mistake of the program, or by a provider that does not
// let go; and a crash at any moment leaves a trace of what may exist.

import { describe, expect, test } from "vitest";
import type { Runner } from "../../engine/ports/runner.ts";
import { projectOf } from "../plan/project.ts";
import { FleetRig, leaseId, minuteMs, secondMs } from "./fleet-rig.ts";
import { brief, settle } from "./rig.ts";

const canceled = { kind: "canceled" } as const;

interface Moment {
  /** Resolves when it has come. */
  readonly reach: (rig: FleetRig) => Promise<void>;
  /** What happens once it was canceled. */
  readonly after?: (rig: FleetRig) => Promise<void>;
  /** What was told of machines. */
  readonly story: readonly string[];
}

const started = ["requested 1 cax11", "leased 1 small", "ready 1", "released 1 0.01 0"];

const moments: Readonly<Record<string, Moment>> = {
  "offers are asked for": {
    reach: async ({ compute }) => {
      compute.stalls = true;
      await compute.called("offers");
    },
    story: [],
  },
  "the provider lists what there is": {
    reach: async ({ compute }) => {
      await compute.called("offers");
      compute.stalls = true;
      await compute.called("list");
    },
    story: [],
  },
  "a machine is asked for": {
    reach: async ({ compute }) => {
      await compute.called("list");
      compute.stalls = true;
      await compute.called("create");
      compute.stalls = false;
    },
    story: ["requested 1 cax11"],
  },
  "it is made": {
    reach: async ({ compute }) => {
      compute.holdsBoots = true;
      await compute.making();
    },
    story: ["requested 1 cax11"],
  },
  "it boots": {
    reach: async ({ opener }) => {
      opener.holds = true;
      await opener.opening();
    },
    story: ["requested 1 cax11", "leased 1 small", "released 1 0.01 0"],
  },
  "a layer waits for a machine that cannot be had": {
    reach: async ({ compute }) => {
      compute.sale = compute.sale.slice(0, 1);
      compute.capacity.set("small", 0);
      await compute.called("create");
      await settle();
    },
    story: ["requested 1 cax11", "declined 1 small no-capacity"],
  },
  "it is solved: the machine waits for the solve's end": {
    reach: async (rig) => {
      await rig.solvingOf("a");
    },
    after: async (rig) => {
      const { solve, runner } = await rig.solvingOf("a");
      expect(solve.isAborted()).toBe(true);
      expect(runner.closed).toBe(0);
      expect(rig.living).toEqual([1]);
      solve.fail(canceled);
    },
    story: started,
  },
  "it is solved, by a daemon that hears the interrupt too": {
    reach: async (rig) => {
      await rig.solvingOf("a");
    },
    after: async (rig) => {
      (await rig.solvingOf("a")).solve.fail({ kind: "daemon-lost", message: "gone" });
    },
    story: started,
  },
  "it is proven": {
    reach: async (rig) => {
      const { runner, solve } = await rig.solvingOf("a");
      const asked = new Promise<void>((resolve) => {
        runner.builder.prove = () => {
          rig.stop.abort(new Error("interrupted"));
          resolve();
          return Promise.resolve({ ok: false, error: canceled });
        };
      });
      solve.succeed();
      await asked;
    },
    story: started,
  },
  "a lost machine is made up for": {
    reach: async (rig) => {
      (await rig.solvingOf("a")).solve.fail({ kind: "daemon-lost", message: "gone" });
      await settle();
      expect(rig.log.of("layer.retried")).toHaveLength(1);
    },
    story: started,
  },
};

describe("a run that is canceled", () => {
  test.each(Object.entries(moments))("while %s", async (_, { reach, after, story }) => {
    const rig = new FleetRig(projectOf({ a: { tools_provided: ["tool"] }, b: { build_base: "a" } }));
    const reached = reach(rig);
    const ended = rig.start();
    await reached;
    rig.stop.abort(new Error("interrupted"));
    await settle();
    await after?.(rig);
    expect((await ended).result).toBe("canceled");
    expect(rig.left).toEqual([]);
    expect(rig.log.of("layer.failed")).toEqual([]);
    expect(rig.machineStory).toEqual(story);
  });

  test("while a layer waits for one that is taken", async () => {
    const rig = new FleetRig(projectOf({ a: {}, b: {} }), { maxMachines: 1 });
    rig.compute.sale = rig.compute.sale.slice(0, 1);
    const ended = rig.start();
    const { solve } = await rig.solvingOf("a");
    rig.stop.abort(new Error("interrupted"));
    solve.fail(canceled);
    expect(brief(await ended)).toEqual(["a: canceled", "b: canceled"]);
    expect(rig.left).toEqual([]);
  });

  test("while a machine is given back: that hears no signal", async () => {
    const rig = new FleetRig(projectOf({ a: {} }));
    rig.compute.failNext("destroy", { kind: "unavailable", message: "503" });
    const ended = rig.start();
    await rig.succeed("a");
    rig.stop.abort(new Error("interrupted"));
    await settle();
    expect(rig.living).toEqual([1]);
    await rig.elapse(2 * secondMs);
    expect((await ended).result).toBe("ok");
    expect(rig.left).toEqual([]);
  });

  test("at every turn of its way", async () => {
    for (let turns = 0; turns < 40; turns++) {
      const rig = new FleetRig(projectOf({ a: {}, b: { build_base: "a" }, c: {} }), { reuse: "never" });
      const ended = rig.start();
      for (let turn = 0; turn < turns; turn++) {
        const [first] = rig.opener.running;
        if (first !== undefined && turn % 3 === 0)
          void rig.solvingOf(first.name).then(({ solve }) => solve.succeed());
        await Promise.resolve();
        if (turn % 5 === 0) await settle();
      }
      rig.stop.abort(new Error("interrupted"));
      await settle();
      for (const { name } of rig.opener.running) (await rig.solvingOf(name)).solve.fail(canceled);
      await ended;
      expect(rig.left).toEqual([]);
    }
  });
});

describe("a provider that does not let go", () => {
  test("is asked five times, ever later", async () => {
    const rig = new FleetRig(projectOf({ a: {} }));
    for (let times = 0; times < 4; times++)
      rig.compute.failNext("destroy", { kind: "unavailable", message: "503" });
    const ended = rig.start();
    await rig.succeed("a");
    for (const seconds of [2, 4, 8, 16]) {
      expect(rig.living).toEqual([1]);
      await rig.elapse(seconds * secondMs);
    }
    expect((await ended).result).toBe("ok");
    expect(rig.left).toEqual([]);
  });

  test("leaves a machine over: the journal keeps it, and everybody is told", async () => {
    const rig = new FleetRig(projectOf({ a: {} }));
    rig.compute.failsAlways.set("destroy", { kind: "unavailable", message: "503" });
    const ended = rig.start();
    await rig.succeed("a");
    for (const seconds of [2, 4, 8, 16]) await rig.elapse(seconds * secondMs);
    expect((await ended).result).toBe("ok");
    expect(rig.living).toEqual([1]);
    expect(rig.journal.list()).toMatchObject([{ lease: leaseId(1), state: "releasing", owner: "self" }]);
    expect(rig.log.of("runner.left-over")).toMatchObject([{ lease: leaseId(1), message: "503" }]);
    expect(rig.log.of("runner.released")).toEqual([]);
    expect(rig.log.of("run.completed")).toMatchObject([{ costEur: 0.01 }]);
  });

  test("is not asked again where it refuses", async () => {
    const rig = new FleetRig(projectOf({ a: {} }));
    rig.compute.failsAlways.set("destroy", { kind: "refused", message: "it bears other marks" });
    const ended = rig.start();
    await rig.succeed("a");
    await ended;
    expect(rig.log.of("runner.left-over")).toMatchObject([{ message: "it bears other marks" }]);
    expect(rig.order.filter((call) => call.startsWith("destroy"))).toHaveLength(1);
  });

  test("of what was never ready is told as well", async () => {
    const rig = new FleetRig(projectOf({ a: {} }));
    rig.compute.failNext("create", { kind: "limit-reached", message: "too many" }, { tookEffect: true });
    for (let times = 0; times < 5; times++)
      rig.compute.failNext("destroy", { kind: "unavailable", message: "503" });
    const ended = rig.start();
    for (const seconds of [2, 4, 8, 16, 15]) await rig.elapse(seconds * secondMs);
    await rig.succeed("a");
    expect((await ended).result).toBe("ok");
    expect(rig.left).toEqual(["machine 1", "entry 1"]);
    expect(rig.log.of("runner.left-over")).toMatchObject([{ lease: leaseId(1), message: "503" }]);
  });
});

test("a wire that does not close keeps no machine for longer than ten seconds", async () => {
  const rig = new FleetRig(projectOf({ a: {} }));
  const ended = rig.start();
  const { runner } = await rig.solvingOf("a");
  runner.closing = new Promise(() => {});
  await rig.succeed("a");
  await rig.elapse(10 * secondMs - 1);
  expect(rig.living).toEqual([1]);
  await rig.elapse(1);
  expect((await ended).result).toBe("ok");
  expect(rig.left).toEqual([]);
});

/** Changes every machine that is opened from now on. */
function onOpen(rig: FleetRig, change: (runner: Runner) => void): void {
  const open = rig.opener.open.bind(rig.opener);
  rig.opener.open = async (...asked) => {
    const opened = await open(...asked);
    if (opened.ok) change(opened.value);
    return opened;
  };
}

describe("a mistake of the program", () => {
  const bug = new Error("a mistake");
  const reject = () => Promise.reject(bug);

  const places: Readonly<Record<string, (rig: FleetRig) => void>> = {
    "finding offers": ({ compute }) => {
      compute.offers = reject;
    },
    "making a machine": ({ compute }) => {
      const create = compute.create.bind(compute);
      compute.create = (...asked) => create(...asked).then(reject);
    },
    "opening one": ({ opener }) => {
      opener.open = reject;
    },
    "measuring a solve": (rig) =>
      onOpen(rig, (runner) => {
        runner.measure = reject;
      }),
    solving: (rig) =>
      onOpen(rig, ({ builder }) => {
        builder.solve = reject;
      }),
    proving: (rig) =>
      onOpen(rig, ({ builder }) => {
        builder.prove = reject;
      }),
    "closing one": (rig) =>
      onOpen(rig, (runner) => {
        const close = runner.close.bind(runner);
        runner.close = () => close().then(reject);
      }),
  };

  test.each(Object.entries(places))(
    "in %s ends the run with it, and everything is given back",
    async (_, plant) => {
      const rig = new FleetRig(
        projectOf({ a: { tools_provided: ["tool"] }, b: { tools_provided: ["tool"] } }),
      );
      plant(rig);
      const ended = rig.start().catch((fault: unknown) => fault);
      for (let turn = 0; turn < 20; turn++) {
        await settle();
        for (const { name } of rig.opener.running) {
          const { solve } = await rig.solvingOf(name);
          if (solve.isAborted()) solve.fail(canceled);
          else solve.succeed();
        }
      }
      expect(await ended).toBe(bug);
      expect(rig.left).toEqual([]);
    },
  );
});

describe("a crash", () => {
  test("at any moment leaves an entry of every machine that may exist", async () => {
    const rig = new FleetRig(projectOf({ a: {} }));
    rig.compute.capacity.set("small", 0);
    const ended = rig.start();
    await rig.succeed("a");
    await ended;
    const id = leaseId(1);
    expect(rig.order.filter((call) => call.endsWith(id))).toEqual([
      `write requested ${id}`,
      `create ${id}`,
      `write requested ${id}`,
      `create ${id}`,
      `write leased ${id}`,
      `write releasing ${id}`,
      `destroy ${id}`,
      `remove ${id}`,
    ]);
  });

  test("leaves what says whose it was, where, and until when", async () => {
    const rig = new FleetRig(projectOf({ a: {} }));
    rig.compute.holdsBoots = true;
    void rig.start();
    await rig.compute.making();
    const requestedAtMs = rig.clock.nowMs();
    expect(rig.journal.list()).toEqual([
      {
        version: 1,
        lease: leaseId(1),
        provider: "fake",
        pool: "lamina-test",
        runId: "run-1",
        owner: "self",
        state: "requested",
        requestedAtMs,
        expiresAtMs: requestedAtMs + 120 * minuteMs,
        machine: "small",
        location: "here",
        eurPerHour: 0.01,
        billing: "started-hour",
      },
    ]);
  });
});

test("a fleet that is closed gives everything back, and places nothing any more", async () => {
  const rig = new FleetRig(projectOf({ a: {}, b: {} }), { maxMachines: 1 });
  rig.compute.sale = rig.compute.sale.slice(0, 1);
  const ended = rig.start();
  const { solve } = await rig.solvingOf("a");
  const closed = rig.fleet.close();
  await settle();
  solve.fail({ kind: "daemon-lost", message: "closed" });
  await closed;
  await rig.elapse(5 * secondMs);
  expect(brief(await ended)).toEqual(["a: canceled", "b: canceled"]);
  expect(rig.left).toEqual([]);
  await rig.fleet.close();
});
