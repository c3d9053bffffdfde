// Events of real runs folded into where the run stands, at every moment.

import { describe, expect, test } from "vitest";
import type { Event } from "../../engine/events/event.ts";
import {
  countLayers,
  currentStep,
  elapsedSeconds,
  type LayerSummary,
  RunningSummary,
  type RunSummary,
} from "../../engine/events/summary.ts";
import { imageOf } from "../fakes/images.ts";
import { amd64 } from "../lock/samples.ts";
import { builtLock, chain, projectOf } from "../plan/project.ts";
import { RunRig, settle } from "../run/rig.ts";

function fold(events: readonly Event[]): RunSummary {
  const summary = new RunningSummary();
  for (const event of events) summary.fold(event);
  return summary;
}

function summarize(rig: RunRig): RunSummary {
  return fold(rig.log.events);
}

function layerIn(rig: RunRig, name: string): LayerSummary {
  const found = summarize(rig).layers.get(`${name}@${amd64}`);
  if (found === undefined) throw new Error(`nothing was heard of ${name}`);
  return found;
}

describe("summary", () => {
  test("a layer from the queue to its image", async () => {
    const rig = new RunRig(projectOf({ a: { tools_provided: ["make"] }, b: { build_base: "a" } }));
    const outcome = rig.start();
    const solve = await rig.builder.solving("a");
    expect(layerIn(rig, "a").state).toEqual({ kind: "running", steps: new Map() });
    expect(layerIn(rig, "b")).toEqual({
      layer: "b",
      platform: amd64,
      state: { kind: "queued" },
      reasons: ["it was never built", "its parent a is built first"],
      startedAtMs: undefined,
      endedAtMs: undefined,
      waitedMs: 0,
      stepsDone: 0,
      stepsCached: 0,
    });

    solve.report({ kind: "step", step: { id: "1", name: "[1/3] FROM", state: "cached" } });
    solve.report({ kind: "step", step: { id: "2", name: "[2/3] RUN", state: "started" } });
    solve.report({ kind: "step", step: { id: "3", name: "[3/3] RUN", state: "started" } });
    expect(currentStep(layerIn(rig, "a"))).toBe("[2/3] RUN");
    solve.report({ kind: "step", step: { id: "2", name: "[2/3] RUN", state: "completed" } });
    expect(currentStep(layerIn(rig, "a"))).toBe("[3/3] RUN");
    expect(layerIn(rig, "a")).toMatchObject({ stepsDone: 2, stepsCached: 1 });

    rig.clock.advance(2500);
    expect(elapsedSeconds(layerIn(rig, "a"), rig.clock.nowMs())).toBe(2.5);
    expect(elapsedSeconds(layerIn(rig, "b"), rig.clock.nowMs())).toBe(0);
    solve.succeed({ stepsRun: 2, stepsCached: 1 });
    await settle();
    expect(layerIn(rig, "a")).toMatchObject({
      state: { kind: "built", image: imageOf("a"), changed: true, sizeBytes: 1000, tools: { make: "1.2.3" } },
      stepsDone: 3,
      stepsCached: 1,
    });
    rig.clock.advance(1000);
    expect(elapsedSeconds(layerIn(rig, "a"), rig.clock.nowMs())).toBe(2.5);
    await rig.succeed("b");
    await outcome;
    expect(summarize(rig).completed?.result).toBe("ok");
    expect(countLayers(summarize(rig), "built")).toBe(2);
  });

  test("every way to end", async () => {
    const lock = builtLock(projectOf({ old: {} }));
    const rig = new RunRig(
      projectOf({ old: {}, bad: {}, "bad-child": { build_base: "bad" }, slow: { tools_provided: ["make"] } }),
      lock,
    );
    const outcome = rig.start();
    await rig.fail("bad");
    rig.stop.abort();
    (await rig.builder.solving("slow")).fail({ kind: "canceled" });
    await outcome;
    expect(Array.from(summarize(rig).layers.values(), ({ layer, state }) => [layer, state])).toEqual([
      [
        "bad",
        {
          kind: "failed",
          failure: "step-failed",
          message: "RUN false failed with exit code 1: process did not complete successfully",
          help: undefined,
          logTail: ["no"],
        },
      ],
      ["bad-child", { kind: "doomed", cause: "bad" }],
      ["old", { kind: "reused", image: imageOf("old"), sizeBytes: 1000, reason: "current" }],
      ["slow", { kind: "canceled" }],
    ]);
  });

  test("pins and notes", async () => {
    const rig = new RunRig(projectOf({ debian: chain["debian"] ?? {} }));
    const outcome = rig.start();
    (await rig.builder.solving("debian")).report({ kind: "warning", text: "old syntax" });
    await rig.succeed("debian");
    await outcome;
    const { started, pinned, notes } = summarize(rig);
    expect(started).toMatchObject({ runId: "run-1", concurrency: 4, steps: 1, local: false });
    expect(pinned.map(({ image }) => image)).toEqual(["debian:trixie-slim"]);
    expect(notes).toEqual(["debian: old syntax"]);
  });

  test("the proof is a state of its own", async () => {
    const rig = new RunRig(projectOf({ a: { tools_provided: ["make", "gcc"] } }));
    const outcome = rig.start();
    await rig.succeed("a");
    await outcome;
    const proving = rig.log.events.findIndex(({ type }) => type === "layer.proving");
    const summary = fold(rig.log.events.slice(0, proving + 1));
    expect(countLayers(summary, "proving")).toBe(1);
    expect(Array.from(summary.layers.values(), ({ state }) => state)).toEqual([
      { kind: "proving", tools: ["make", "gcc"] },
    ]);
  });
});
