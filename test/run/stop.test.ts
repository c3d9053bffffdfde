// Failures and ends before the end: who is lost with whom, what is stopped, what is waited for, and what stays.

import { describe, expect, test } from "vitest";
import { builtLock, chain, projectOf } from "../plan/project.ts";
import { brief, RunRig, settle } from "./rig.ts";

/** Two chains that have nothing in common, and a layer on both. */
const twoChains = {
  a: {},
  "a-child": { build_base: "a" },
  b: {},
  "b-child": { build_base: "b" },
  c: { build_base: "a-child", copies_from: ["b-child"] },
};

describe("a failure", () => {
  test("dooms its descendants alone, and they name it", async () => {
    const rig = new RunRig(projectOf(twoChains));
    const outcome = rig.start();
    await rig.fail("a");
    await rig.succeed("b");
    await rig.succeed("b-child");
    const ended = await outcome;
    expect(ended.result).toBe("failed");
    expect(brief(ended)).toEqual([
      "a: failed",
      "a-child: doomed by a",
      "b: built",
      "b-child: built",
      "c: doomed by a",
    ]);
    expect(Object.keys(rig.lock.layers)).toEqual(["b", "b-child"]);
    expect(rig.log.of("layer.failed")).toMatchObject([
      {
        layer: "a",
        kind: "step-failed",
        message: "RUN false failed with exit code 1: process did not complete successfully",
        logTail: ["no"],
      },
    ]);
    expect(rig.log.of("run.completed")).toMatchObject([
      { result: "failed", built: 2, reused: 0, failed: 1, doomed: 2, canceled: 0 },
    ]);
  });

  test("leaves the old entry of its layer alone", async () => {
    const lock = builtLock(projectOf(chain));
    const rig = new RunRig(projectOf({ ...chain, rust: { ...chain["rust"], run: "RUN false\n" } }), lock);
    const outcome = rig.start();
    await rig.fail("rust");
    expect(brief(await outcome)).toEqual(["debian: reused", "rust: failed", "rust-deps: doomed by rust"]);
    expect(rig.lock).toEqual(lock);
  });

  test("with --fail-fast stops what runs and starts nothing more", async () => {
    const rig = new RunRig(projectOf(twoChains));
    const outcome = rig.start({ failFast: true });
    const other = await rig.builder.solving("b");
    await rig.fail("a");
    expect(other.isAborted()).toBe(true);
    other.fail({ kind: "canceled" });
    const ended = await outcome;
    expect(ended.result).toBe("failed");
    expect(brief(ended)).toEqual([
      "a: failed",
      "a-child: doomed by a",
      "b: canceled",
      "b-child: canceled",
      "c: doomed by a",
    ]);
  });

  test("of the builder's own making is no cancellation", async () => {
    const rig = new RunRig(projectOf({ a: {} }));
    const outcome = rig.start();
    (await rig.builder.solving("a")).fail({ kind: "canceled" });
    expect((await outcome).steps[0]?.outcome).toEqual({
      kind: "failed",
      failure: "canceled",
      message: "the builder canceled the solve of its own accord",
    });
  });
});

describe("a blocked plan", () => {
  test("builds nothing of what is blocked, and names what it lacks", async () => {
    const rig = new RunRig(projectOf(chain));
    const outcome = await rig.start({}, rig.plan(["rust", "rust-deps"], { only: true }));
    expect(outcome.result).toBe("failed");
    expect(brief(outcome)).toEqual(["rust: doomed by debian", "rust-deps: doomed by rust"]);
  });
});

describe("cancellation", () => {
  test("stops starting, tells what runs, waits for it, and keeps what was finished", async () => {
    const rig = new RunRig(projectOf(twoChains));
    let isOver = false;
    const outcome = rig.start().finally(() => {
      isOver = true;
    });
    await rig.succeed("a");
    const [child, b] = [await rig.builder.solving("a-child"), await rig.builder.solving("b")];
    rig.stop.abort(new Error("interrupted"));
    await settle();
    expect([child.isAborted(), b.isAborted(), isOver]).toEqual([true, true, false]);
    child.fail({ kind: "canceled" });
    await settle();
    expect(isOver).toBe(false);
    b.fail({ kind: "canceled" });
    const ended = await outcome;
    expect(ended.result).toBe("canceled");
    expect(brief(ended)).toEqual([
      "a: built",
      "a-child: canceled",
      "b: canceled",
      "b-child: canceled",
      "c: canceled",
    ]);
    expect(Object.keys(rig.lock.layers)).toEqual(["a"]);
    expect(rig.log.of("layer.canceled").map(({ layer }) => layer)).toEqual(["a-child", "b", "b-child", "c"]);
    expect(rig.plan().steps.map(({ action }) => action)).toEqual([
      "reuse",
      "build",
      "build",
      "build",
      "build",
    ]);
  });

  test("before the start starts nothing", async () => {
    const rig = new RunRig(projectOf(twoChains));
    rig.stop.abort();
    expect((await rig.start()).result).toBe("canceled");
    expect(rig.builder.requests).toEqual([]);
    expect(rig.resolver.asked).toEqual([]);
  });

  test("an image that was solved but not proven is not in the lock", async () => {
    const rig = new RunRig(projectOf({ a: { tools_provided: ["a"] } }));
    const outcome = rig.start();
    const solve = await rig.builder.solving("a");
    rig.stop.abort();
    solve.succeed();
    expect(brief(await outcome)).toEqual(["a: canceled"]);
    expect(rig.lock.layers).toEqual({});
  });

  test("a daemon that is gone by then is no failure of the layer", async () => {
    const rig = new RunRig(projectOf({ a: {} }));
    const outcome = rig.start();
    const solve = await rig.builder.solving("a");
    rig.stop.abort();
    solve.fail({ kind: "daemon-lost", message: "EOF" });
    expect(brief(await outcome)).toEqual(["a: canceled"]);
  });

  test("that comes when all is done changes nothing", async () => {
    const rig = new RunRig(projectOf({ a: {} }));
    const outcome = rig.start();
    await rig.succeed("a");
    rig.stop.abort();
    expect((await outcome).result).toBe("ok");
  });

  test("a layer that failed before it is told as failed, and the run as canceled", async () => {
    const rig = new RunRig(projectOf(twoChains));
    const outcome = rig.start();
    await rig.fail("a");
    rig.stop.abort();
    (await rig.builder.solving("b")).fail({ kind: "canceled" });
    const ended = await outcome;
    expect(ended.result).toBe("canceled");
    expect(brief(ended)).toEqual([
      "a: failed",
      "a-child: doomed by a",
      "b: canceled",
      "b-child: canceled",
      "c: doomed by a",
    ]);
  });
});
