// Runs of any graph, ended in any order: the laws of the schedule, held by whole runs.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { emptyHistory, recordBuilds } from "../../engine/plan/history.ts";
import { amd64, layer } from "../lock/samples.ts";
import { type LayerSpec, projectOf } from "../plan/project.ts";
import { RunRig, settle } from "./rig.ts";

/** Up to eight layers, each standing on some of those before it. */
const anyGraph: fc.Arbitrary<Readonly<Record<string, LayerSpec>>> = fc
  .array(fc.array(fc.boolean(), { maxLength: 7 }), { minLength: 1, maxLength: 8 })
  .map((nodes) =>
    Object.fromEntries(
      nodes.map((takes, index) => {
        const [base, ...copies] = takes.slice(0, index).flatMap((each, at) => (each ? [`l${at}`] : []));
        return [`l${index}`, base === undefined ? {} : { build_base: base, copies_from: copies }];
      }),
    ),
  );

/** How one running layer ends, again and again: which of those that run, and whether well. */
const anyEnds = fc.infiniteStream(fc.record({ which: fc.nat(), isWell: fc.boolean() }));

describe("schedule", () => {
  test("parents end before children start, every slot is used and no more, failures doom exactly the descendants", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyGraph,
        fc.integer({ min: 1, max: 4 }),
        anyEnds,
        async (specs, concurrency, ends) => {
          const project = projectOf(specs);
          const rig = new RunRig(project);
          const outcome = rig.start({ concurrency });
          const ended = new Map<string, boolean>();
          for (;;) {
            await settle();
            const { running } = rig.builder;
            const free = project.graph.order.filter(
              (name) =>
                !ended.has(name) && project.graph.parents(name).every((parent) => ended.get(parent) === true),
            );
            expect(running.length).toBe(Math.min(concurrency, free.length));
            expect(new Set(running).isSubsetOf(new Set<string>(free))).toBe(true);
            const next = ends.next().value;
            const name = running[(next?.which ?? 0) % running.length];
            if (name === undefined) break;
            await (next?.isWell === true ? rig.succeed(name) : rig.fail(name));
            ended.set(name, next?.isWell === true);
          }
          const { steps } = await outcome;
          expect(rig.builder.peak).toBeLessThanOrEqual(concurrency);
          expect(new Set(rig.builder.requests.map(({ imageName }) => imageName)).size).toBe(ended.size);
          for (const { layer: name, outcome: result } of steps) {
            const isLost = project.graph.ancestors(name).some((ancestor) => ended.get(ancestor) === false);
            expect(result.kind).toBe(isLost ? "doomed" : ended.get(name) === true ? "built" : "failed");
          }
          expect(Object.keys(rig.lock.layers).sort()).toEqual(
            Array.from(ended.keys())
              .filter((name) => ended.get(name) === true)
              .sort(),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  test("a run that is stopped anywhere leaves a lock from which the next run ends well", async () => {
    await fc.assert(
      fc.asyncProperty(anyGraph, fc.nat(8), fc.infiniteStream(fc.nat()), async (specs, rounds, choices) => {
        const project = projectOf(specs);
        const first = new RunRig(project);
        const outcome = first.start({ concurrency: 3 });
        await settle();
        for (let round = 0; round < rounds; round++) {
          const name = first.builder.running[(choices.next().value ?? 0) % first.builder.running.length];
          if (name !== undefined) await first.succeed(name);
        }
        first.stop.abort();
        for (const name of first.builder.running)
          (await first.builder.solving(name)).fail({ kind: "canceled" });
        const { steps } = await outcome;
        const kept = steps.filter(({ outcome: result }) => result.kind === "built").map((step) => step.layer);
        expect(Object.keys(first.lock.layers).sort()).toEqual(kept.map(String).sort());

        const second = new RunRig(project, first.lock);
        const again = second.start({ concurrency: 3 });
        await settle();
        for (let [name] = second.builder.running; name !== undefined; [name] = second.builder.running)
          await second.succeed(name);
        expect((await again).result).toBe("ok");
        expect(second.builder.requests).toHaveLength(project.graph.order.length - kept.length);
      }),
      { numRuns: 40 },
    );
  });

  test("the longest remaining path goes first where slots are few", async () => {
    const rig = new RunRig(projectOf({ a: {}, b: {}, c: {}, "c-child": { build_base: "c" } }));
    const seconds = { a: 10, b: 30, c: 15, "c-child": 20 };
    const history = recordBuilds(
      emptyHistory,
      Object.entries(seconds).map(([name, each]) => ({
        layer: layer(name),
        platform: amd64,
        seconds: each,
      })),
    );
    const outcome = rig.start({ concurrency: 1 }, rig.plan([], {}, history));
    const order: string[] = [];
    for (let count = 0; count < 4; count++) {
      await settle();
      const [name = ""] = rig.builder.running;
      order.push(name);
      await rig.succeed(name);
    }
    await outcome;
    expect(order).toEqual(["c", "b", "c-child", "a"]);
  });

  test("a bug in a port ends the run with that error, when what runs has settled", async () => {
    const rig = new RunRig(projectOf({ a: {}, b: {} }));
    const bug = new Error("a bug");
    const outcome = rig.start();
    const a = await rig.builder.solving("a");
    const b = await rig.builder.solving("b");
    rig.log.emit = (event) => {
      if (event.type === "layer.completed") throw bug;
    };
    a.succeed();
    await settle();
    expect(b.isAborted()).toBe(true);
    b.fail({ kind: "canceled" });
    await expect(outcome).rejects.toBe(bug);
  });
});
