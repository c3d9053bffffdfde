// Whatever fails, is lost or is canceled, in whatever order: nothing leased is left but what was told, caps hold at every moment, each
// layer ends once, and the run ends.

import { array, assert, asyncProperty, constantFrom, integer, nat, record } from "fast-check";
import { expect, test } from "vitest";
import type { ComputeFailure } from "../../engine/ports/compute.ts";
import { type LayerSpec, projectOf } from "../plan/project.ts";
import { FleetRig, minuteMs, secondMs } from "./fleet-rig.ts";
import { settle } from "./rig.ts";

const layers = array(record({ parents: array(nat(5), { maxLength: 2 }), size: nat(2) }), {
  minLength: 1,
  maxLength: 7,
});

/** Each layer stands on some of those before it. */
function specsOf(made: readonly { readonly parents: readonly number[]; readonly size: number }[]) {
  const specs: Record<string, LayerSpec> = {};
  for (const [index, { parents, size }] of made.entries()) {
    const names = Array.from(
      new Set(parents.filter((parent) => parent < index).map((parent) => `l${parent}`)),
    );
    const [base, ...copies] = names;
    specs[`l${index}`] = {
      cpu: 2 * 2 ** size,
      memory_gb: 4 * 2 ** size,
      ...(base === undefined ? {} : { build_base: base }),
      ...(copies.length === 0 ? {} : { copies_from: copies }),
    };
  }
  return specs;
}

const policies = record({
  reuse: constantFrom("never", "paid_hour", "run"),
  maxMachines: integer({ min: 1, max: 4 }),
  maxEurPerHour: constantFrom(undefined, 0.04, 0.06),
  maxCreatesPerHour: constantFrom(2, 60),
});

const happenings = [
  "succeed",
  "succeed",
  "fail",
  "oom",
  "maybe-oom",
  "daemon-lost",
  "machine-lost",
  "not-ready",
  "no-capacity",
  "unavailable",
  "lost-answer",
  "broken",
  "list-fails",
  "offers-fail",
  "destroy-fails",
  "destroy-fails-for-good",
  "sold-out",
  "in-stock",
  "second",
  "minutes",
  "hour",
  "cancel",
] as const;

type Happening = (typeof happenings)[number];

const unavailable: ComputeFailure = { kind: "unavailable", message: "503" };

/** `pick` chooses among what it can happen to. */
async function happen(rig: FleetRig, what: Happening, pick: number): Promise<void> {
  const { compute, opener } = rig;
  const target = opener.running[pick % Math.max(1, opener.running.length)];
  const solve = target && (await target.runner.solver.solving(target.name));
  switch (what) {
    case "succeed":
      if (solve?.isAborted() === true) return solve.fail({ kind: "canceled" });
      return solve?.succeed();
    case "fail":
      return solve?.fail({ kind: "step-failed", step: "RUN", exitCode: 1, message: "no", logTail: [] });
    case "oom":
    case "maybe-oom":
      return target && rig.runOutOfMemory(target.name, what === "oom" ? "builder" : "kernel");
    case "daemon-lost":
      return solve?.fail({ kind: "daemon-lost", message: "gone" });
    case "machine-lost": {
      const runner = opener.runners.filter(({ closed }) => closed === 0)[pick % 3];
      if (runner !== undefined) compute.lose(runner.lease);
      return runner?.lose();
    }
    case "not-ready":
      return opener.failNext({ kind: "not-ready", message: "it did not boot" });
    case "no-capacity":
      return compute.failNext("create", { kind: "no-capacity", message: "sold out" });
    case "unavailable":
      return compute.failNext("create", unavailable);
    case "lost-answer":
      return compute.failNext("create", unavailable, { tookEffect: true });
    case "broken":
      return compute.failNext("create", { kind: "broken", message: "it came up broken" });
    case "list-fails":
      return compute.failNext("list", unavailable);
    case "offers-fail":
      return compute.failNext("offers", unavailable);
    case "destroy-fails":
      return compute.failNext("destroy", unavailable, { tookEffect: pick % 2 === 0 });
    case "destroy-fails-for-good":
      for (let times = 0; times < 5; times++) compute.failNext("destroy", unavailable);
      return undefined;
    case "sold-out":
      compute.capacity.set("small", 0);
      return void compute.capacity.set("medium", 1);
    case "in-stock":
      return compute.capacity.clear();
    case "second":
      return rig.elapse(secondMs);
    case "minutes":
      return rig.elapse((1 + (pick % 20)) * minuteMs);
    case "hour":
      return rig.elapse(60 * minuteMs);
    case "cancel":
      return pick % 8 === 0 ? rig.stop.abort(new Error("interrupted")) : undefined;
  }
}

test("whatever happens", { timeout: 120_000 }, async () => {
  await assert(
    asyncProperty(
      layers,
      policies,
      array(record({ what: constantFrom(...happenings), pick: nat(100) }), { maxLength: 60 }),
      async (made, policy, events) => {
        const rig = new FleetRig(projectOf(specsOf(made)), policy);
        const state = { hasEnded: false };
        const ended = rig.start({ concurrency: 4 }).finally(() => {
          state.hasEnded = true;
        });
        const check = (): void => {
          // What is left over, and has expired, counts no more.
          const lasting = rig.compute.living.filter(({ expiresAtMs }) => expiresAtMs > rig.clock.nowMs());
          expect(lasting.length).toBeLessThanOrEqual(policy.maxMachines);
          const leftOver = new Set(rig.log.of("runner.left-over").map(({ lease }) => lease));
          const eurPerHour = rig.compute.living.reduce(
            (sum, machine) => (leftOver.has(machine.leaseId) ? sum : sum + machine.eurPerHour),
            0,
          );
          expect(eurPerHour).toBeLessThanOrEqual((policy.maxEurPerHour ?? 1) + 1e-9);
          const held = new Set(rig.entries);
          // A crash now would be found out.
          for (const lease of rig.living) expect(held).toContain(lease);
        };
        for (const { what, pick } of events) {
          if (state.hasEnded) break;
          await happen(rig, what, pick);
          await settle();
          check();
        }
        // From here on all goes well.
        rig.compute.capacity.clear();
        for (let steps = 0; !state.hasEnded && steps < 2000; steps++) {
          await happen(rig, rig.opener.running.length > 0 ? "succeed" : "minutes", steps);
          await settle();
          check();
        }
        expect(state.hasEnded).toBe(true);
        const outcome = await ended;
        const told = new Set(rig.log.of("runner.left-over").map(({ lease }) => lease));
        const entries = rig.journal.list().map(({ lease }) => lease);
        expect(entries.toSorted()).toEqual(Array.from(told).sort());
        for (const { leaseId } of rig.compute.living) expect(told).toContain(leaseId);
        for (const runner of rig.opener.runners) expect([runner.closed, runner.measuring]).toEqual([1, 0]);
        const ends = rig.log.events.flatMap((event) =>
          event.type === "layer.completed" ||
          event.type === "layer.failed" ||
          event.type === "layer.doomed" ||
          event.type === "layer.canceled"
            ? [event.layer]
            : [],
        );
        expect(ends.toSorted()).toEqual(outcome.steps.map(({ layer }) => layer).toSorted());
      },
    ),
    { numRuns: 150 },
  );
});
