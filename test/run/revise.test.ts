// A run that is given another plan while it goes on: what stays, what is stopped, what begins, and what is told of it.

import { describe, expect, test } from "vitest";
import { withPin } from "../../engine/lock/lock.ts";
import { openLockFile } from "../../engine/lock/lock-file.ts";
import { imageOf } from "../fakes/images.ts";
import { amd64, layer } from "../lock/samples.ts";
import { builtLock, chain, type LayerSpec, projectOf } from "../plan/project.ts";
import { brief, lockPath, RunRig, settle } from "./rig.ts";

const two: Readonly<Record<string, LayerSpec>> = {
  a: {},
  "a-child": { build_base: "a" },
  b: {},
  "b-child": { build_base: "b" },
};
const edited = (specs: Readonly<Record<string, LayerSpec>>, ...names: readonly string[]) =>
  projectOf(
    Object.fromEntries(
      Object.entries(specs).map(([name, spec]) => [
        name,
        names.includes(name) ? { ...spec, run: `RUN echo edited\n` } : spec,
      ]),
    ),
  );

describe("a revision", () => {
  test("stops what became stale and begins it anew; the rest goes on and counts", async () => {
    const rig = new RunRig(projectOf(two));
    const run = await rig.startWatched();
    const [a, b] = [await rig.builder.solving("a"), await rig.builder.solving("b")];
    expect(await rig.foresee(run, edited(two, "a"))).toEqual({ kept: ["b"], stopped: ["a"] });
    expect(await rig.revise(run, edited(two, "a"))).toBe(true);
    expect([a.isAborted(), b.isAborted()]).toEqual([true, false]);
    // One layer is never solved twice at once: the new one waits until the old one has settled.
    expect(rig.builder.requests).toHaveLength(2);
    a.fail({ kind: "canceled" });
    await settle();
    expect(rig.builder.requests).toHaveLength(3);
    for (const name of ["b", "a", "b-child", "a-child"]) await rig.succeed(name);
    const outcome = await run.outcome;
    expect(outcome.result).toBe("ok");
    expect(brief(outcome)).toEqual(["a: built", "a-child: built", "b: built", "b-child: built"]);
    expect(rig.log.story).toEqual([
      "run.started",
      "layer.queued a",
      "layer.queued a-child",
      "layer.queued b",
      "layer.queued b-child",
      "layer.started a",
      "layer.started b",
      "layer.canceled a",
      "layer.queued a",
      "layer.started a",
      "lock.written b",
      "layer.completed b",
      "layer.started b-child",
      "lock.written a",
      "layer.completed a",
      "layer.started a-child",
      "lock.written b-child",
      "layer.completed b-child",
      "lock.written a-child",
      "layer.completed a-child",
      "run.completed",
    ]);
    expect(rig.plan().steps.map(({ action }) => action)).toEqual(["reuse", "reuse", "reuse", "reuse"]);
  });

  test("begins what is stale by now as soon as a slot is free, without waiting for what goes on", async () => {
    const lock = builtLock(projectOf(two));
    const rig = new RunRig(edited(two, "a"), lock);
    const run = await rig.startWatched({ concurrency: 2 });
    await rig.builder.solving("a");
    await rig.revise(run, edited(two, "a", "b"));
    await rig.builder.solving("b");
    expect(rig.builder.running).toEqual(["a", "b"]);
    for (const name of ["a", "b"]) await rig.succeed(name);
    expect(brief(await run.outcome)).toEqual(["a: built", "a-child: reused", "b: built", "b-child: reused"]);
  });

  test("gives no more slots than there are, those that are being stopped counted", async () => {
    const rig = new RunRig(projectOf(two));
    const run = await rig.startWatched({ concurrency: 2 });
    const a = await rig.builder.solving("a");
    const b = await rig.builder.solving("b");
    const more = { ...two, c: {}, d: {} };
    await rig.revise(run, edited(more, "a"));
    await settle();
    expect(rig.builder.running).toEqual(["a", "b"]);
    a.fail({ kind: "canceled" });
    await settle();
    expect(rig.builder.running).toHaveLength(2);
    b.succeed();
    await settle();
    for (const name of ["a", "a-child", "b-child", "c", "d"]) await rig.succeed(name);
    expect((await run.outcome).result).toBe("ok");
    expect(rig.builder.peak).toBe(2);
  });

  test("what stands on what became stale is stopped with it", async () => {
    const rig = new RunRig(projectOf(chain));
    const run = await rig.startWatched();
    await rig.succeed("debian");
    const rust = await rig.builder.solving("rust");
    await rig.revise(run, edited(chain, "debian"));
    expect(rust.isAborted()).toBe(true);
    rust.fail({ kind: "canceled" });
    await rig.succeed("debian");
    await rig.succeed("rust");
    await rig.succeed("rust-deps");
    expect(brief(await run.outcome)).toEqual(["debian: built", "rust: built", "rust-deps: built"]);
  });

  test("a build whose base it looked up itself goes on, though the lock has no pin yet", async () => {
    const rig = new RunRig(projectOf(chain));
    const run = await rig.startWatched();
    const debian = await rig.builder.solving("debian");
    await rig.revise(run, edited(chain, "rust"));
    expect(debian.isAborted()).toBe(false);
    expect(rig.resolver.asked).toEqual(["debian:trixie-slim linux/amd64"]);
    rig.stop.abort(new Error("enough"));
    debian.fail({ kind: "canceled" });
    await run.outcome;
  });

  test("a build is stopped where its base was pinned to another image meanwhile", async () => {
    const rig = new RunRig(projectOf(chain));
    const run = await rig.startWatched();
    const debian = await rig.builder.solving("debian");
    const lock = await openLockFile(rig.files, { path: lockPath, folder: "/project/.lamina" });
    if (lock.ok)
      await lock.value.update((now) => withPin(now, "debian:trixie-slim", amd64, imageOf("moved")));
    await rig.revise(run, projectOf(chain));
    expect(debian.isAborted()).toBe(true);
    debian.fail({ kind: "canceled" });
    rig.stop.abort(new Error("enough"));
    await run.outcome;
  });

  test("what is put back as it was, and what is gone, is told as ended", async () => {
    const lock = builtLock(projectOf(two));
    const rig = new RunRig(edited(two, "a", "b"), lock);
    const run = await rig.startWatched({ concurrency: 1 });
    const a = await rig.builder.solving("a");
    const { b: _, "b-child": __, ...rest } = two;
    await rig.revise(run, projectOf(rest));
    a.fail({ kind: "canceled" });
    const outcome = await run.outcome;
    expect(brief(outcome)).toEqual(["a: reused", "a-child: reused"]);
    expect(outcome.result).toBe("ok");
    expect(rig.log.story.slice(5)).toEqual([
      "layer.started a",
      "layer.canceled a",
      "layer.reused a",
      "layer.reused a-child",
      "layer.canceled b",
      "layer.canceled b-child",
      "run.note",
      "run.completed",
    ]);
    expect(Object.keys(rig.lock.layers)).toEqual(["a", "a-child"]);
  });

  test("a layer that failed is not tried again until its inputs are others", async () => {
    const rig = new RunRig(projectOf(two));
    const run = await rig.startWatched();
    await rig.fail("a");
    const b = await rig.builder.solving("b");
    await rig.revise(run, edited(two, "b-child"));
    await settle();
    expect(rig.log.of("layer.held")).toMatchObject([
      {
        layer: "a",
        kind: "step-failed",
        message: "RUN false failed with exit code 1: process did not complete successfully",
      },
    ]);
    expect(rig.builder.running).toEqual(["b"]);
    await rig.revise(run, edited(two, "a"));
    await rig.succeed("a");
    b.succeed();
    for (const name of ["a-child", "b-child"]) await rig.succeed(name);
    expect((await run.outcome).result).toBe("ok");
  });

  test("comes too late when all has ended, and when the run is being stopped", async () => {
    const rig = new RunRig(projectOf({ a: {} }));
    const run = await rig.startWatched();
    await rig.succeed("a");
    await run.outcome;
    expect(await rig.revise(run, edited({ a: {} }, "a"))).toBe(false);

    const other = new RunRig(projectOf({ a: {} }));
    const stopped = await other.startWatched();
    const a = await other.builder.solving("a");
    other.stop.abort(new Error("enough"));
    expect(await other.revise(stopped, edited({ a: {} }, "a"))).toBe(false);
    a.fail({ kind: "canceled" });
    expect((await stopped.outcome).result).toBe("canceled");
  });
});

test("winding down forgets what waits, stops what is concerned, and lets the rest end", async () => {
  const rig = new RunRig(projectOf(two));
  const run = await rig.startWatched();
  const [a, b] = [await rig.builder.solving("a"), await rig.builder.solving("b")];
  run.wind((name) => name === layer("a"));
  expect([a.isAborted(), b.isAborted()]).toEqual([true, false]);
  a.fail({ kind: "canceled" });
  b.succeed();
  const outcome = await run.outcome;
  expect(brief(outcome)).toEqual(["b: built"]);
  expect(rig.builder.requests).toHaveLength(2);
  expect(Object.keys(rig.lock.layers)).toEqual(["b"]);
});

describe("inputs that change while a layer is built", () => {
  test("fail it: nobody knows what was sent", async () => {
    const lock = builtLock(projectOf(two));
    const rig = new RunRig(edited(two, "a"), lock);
    const outcome = rig.start();
    await rig.builder.solving("a");
    rig.onDisk = projectOf(two);
    await rig.succeed("a");
    const ended = await outcome;
    expect(brief(ended)).toEqual(["a: failed", "a-child: doomed by a", "b: reused", "b-child: reused"]);
    expect(rig.log.of("layer.failed")).toMatchObject([
      {
        layer: "a",
        kind: "inputs-changed",
        message:
          "Dockerfile changed while it was being built, so that nobody knows what the image was made of",
        help: "build again: BuildKit's cache has all that stayed the same",
      },
    ]);
    expect(rig.lock).toEqual(lock);
  });

  test("are no failure where somebody watches: it is outdated", async () => {
    const rig = new RunRig(projectOf(two));
    const run = await rig.startWatched();
    await rig.builder.solving("a");
    rig.onDisk = edited(two, "a");
    await rig.fail("a");
    await rig.succeed("b");
    await rig.succeed("b-child");
    const outcome = await run.outcome;
    expect(brief(outcome)).toEqual(["a: canceled", "a-child: canceled", "b: built", "b-child: built"]);
    expect(outcome.result).toBe("canceled");
    expect(rig.log.of("layer.canceled")).toMatchObject([
      { layer: "a", reason: "outdated" },
      { layer: "a-child", reason: "outdated" },
    ]);
    expect(rig.failures.size).toBe(0);
  });
});
