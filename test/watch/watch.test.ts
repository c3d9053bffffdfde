// What `lamina watch` builds, stops, keeps and leaves alone, whatever happens to the files meanwhile.

import { afterEach, describe, expect, test } from "vitest";
import { FakeBuilder } from "../fakes/builder.ts";
import { settle } from "../run/rig.ts";
import { dockerfile, lockPath, names, type Shape, WatchRig, workflow } from "./rig.ts";

const chain: Shape = { debian: [], rust: ["debian"], leptos: ["rust"] };
const two: Shape = { a: [], "a-child": ["a"], b: [], "b-child": ["b"] };

let rig: WatchRig;
afterEach(() => rig.stop());

/** Watches a project that has been built as it stands. */
async function watchBuilt(shape: Shape): Promise<WatchRig> {
  rig = new WatchRig(shape);
  rig.start();
  await rig.succeed(...Object.keys(shape));
  await rig.next("watch.waiting");
  return rig;
}

describe("watching", () => {
  test("builds what is stale, looks once more, and waits", async () => {
    rig = new WatchRig(chain);
    rig.start();
    expect(await rig.next("watch.round")).toMatchObject({
      round: 1,
      trigger: "start",
      build: [
        { layer: "debian", reasons: ["it was never built"] },
        { layer: "rust", reasons: ["it was never built"] },
        { layer: "leptos", reasons: ["it was never built"] },
      ],
      kept: [],
      stopped: [],
    });
    await rig.succeed("debian", "rust", "leptos");
    expect(await rig.next("run.completed")).toMatchObject({ result: "ok", built: 3 });
    expect(await rig.next("watch.waiting")).toMatchObject({ invalid: false, stale: [] });
    expect(rig.locked).toEqual(["debian", "leptos", "rust"]);
    expect(rig.log.of("watch.round")).toHaveLength(1);
  });

  test("an edit builds what it affects, and nothing else is told of", async () => {
    await watchBuilt(chain);
    rig.edit("rust/file", "1");
    rig.rest();
    expect(await rig.next("watch.round")).toMatchObject({
      trigger: "change",
      build: [
        { layer: "rust", reasons: ["file was modified"] },
        { layer: "leptos", reasons: [] },
      ],
    });
    await rig.succeed("rust");
    await rig.next("watch.waiting");
    expect(rig.log.story.slice(-10)).toEqual([
      "watch.round",
      "run.started",
      "layer.queued rust",
      "layer.queued leptos",
      "layer.started rust",
      "lock.written rust",
      "layer.completed rust",
      "layer.reused leptos",
      "run.completed",
      "watch.waiting",
    ]);
  });

  test("a thousand reports are one look, when it is quiet or after a second", async () => {
    await watchBuilt(chain);
    const before = rig.looks;
    for (let index = 0; index < 1000; index++) rig.watched.tell(`/project/catalog/rust/${index}`);
    rig.rest();
    await rig.next("watch.waiting");
    expect(rig.looks - before).toBe(1);
    for (let waitedMs = 0; waitedMs < 950; waitedMs += 50) {
      rig.watched.tell("/project/catalog/rust/file");
      rig.clock.advance(50);
    }
    expect(rig.looks - before).toBe(1);
    rig.watched.tell("/project/catalog/rust/file");
    rig.clock.advance(50);
    await rig.next("watch.waiting");
    expect(rig.looks - before).toBe(2);
  });

  test("reports of what is the same lead to nothing, nor does its own writing of the lock", async () => {
    await watchBuilt(chain);
    const before = rig.looks;
    rig.watched.tell(lockPath);
    rig.rest();
    await settle();
    expect(rig.looks).toBe(before);
    rig.watched.files.touch("/project/catalog/rust/file");
    rig.watched.tell("/project/catalog/rust/file");
    rig.rest();
    await rig.next("watch.waiting");
    expect(rig.looks).toBe(before + 1);
    expect(rig.log.of("watch.round")).toHaveLength(1);
  });

  test("a change that nobody reported is found when the run has ended", async () => {
    await watchBuilt(two);
    rig.edit("a/file", "1");
    rig.rest();
    await rig.next("watch.round");
    rig.watched.files.put("/project/catalog/b/file", "1");
    await rig.succeed("a");
    expect(await rig.next("watch.round")).toMatchObject({ trigger: "again", build: [{ layer: "b" }, {}] });
    await rig.succeed("b");
    expect(await rig.next("watch.waiting")).toMatchObject({ stale: [] });
  });

  test("without a first build only what changes is built", async () => {
    rig = new WatchRig(two, { buildsAtStart: false });
    rig.start();
    expect(await rig.next("watch.waiting")).toMatchObject({ stale: ["a", "a-child", "b", "b-child"] });
    expect(rig.builder?.requests).toEqual([]);
  });
});

describe("a change while something is built", () => {
  test("stops what it made stale and begins it anew; what it did not goes on", async () => {
    rig = new WatchRig(two);
    rig.start();
    const [a, b] = [await rig.solving("a"), await rig.solving("b")];
    await rig.next("run.started");
    rig.edit("a/file", "1");
    rig.rest();
    const round = await rig.next("watch.round");
    expect([names(round.build), names(round.kept), names(round.stopped)]).toEqual([["a"], ["b"], ["a"]]);
    await rig.next("layer.queued");
    expect([a.isAborted(), b.isAborted()]).toEqual([true, false]);
    a.fail({ kind: "canceled" });
    b.succeed();
    await rig.succeed("a", "a-child", "b-child");
    expect(await rig.next("run.completed")).toMatchObject({ result: "ok", built: 4, canceled: 0 });
    await rig.next("watch.waiting");
    // What does not stand on each other begins in no certain order.
    expect(rig.builder?.requests.map(({ imageName }) => imageName).sort()).toEqual([
      "lamina/a",
      "lamina/a",
      "lamina/a-child",
      "lamina/b",
      "lamina/b-child",
    ]);
  });

  test("put back before it was looked at is no change", async () => {
    rig = new WatchRig(two);
    rig.start();
    const a = await rig.solving("a");
    await rig.next("run.started");
    rig.edit("a/file", "1");
    rig.edit("a/file", "0");
    rig.rest();
    await settle();
    expect(a.isAborted()).toBe(false);
    expect(rig.log.of("watch.round")).toHaveLength(1);
  });

  test("that nobody looked at before the build ended is not recorded, and built", async () => {
    rig = new WatchRig({ a: [] });
    rig.start();
    const a = await rig.solving("a");
    rig.edit("a/file", "1");
    a.succeed();
    expect(await rig.next("layer.canceled")).toMatchObject({ layer: "a", reason: "outdated" });
    expect(rig.locked).toEqual([]);
    expect(await rig.next("watch.round")).toMatchObject({ trigger: "again", build: [{ layer: "a" }] });
    await rig.succeed("a");
    expect(await rig.next("run.completed")).toMatchObject({ result: "ok" });
    expect(rig.locked).toEqual(["a"]);
  });

  test("that ends while it is looked at is not forgotten by what was seen", async () => {
    rig = new WatchRig(chain);
    rig.start();
    await rig.solving("debian");
    await rig.next("run.started");
    rig.whileLooking = async () => {
      rig.whileLooking = () => Promise.resolve();
      await rig.succeed("debian");
      await rig.solving("rust");
    };
    rig.edit("leptos/file", "1");
    rig.rest();
    expect(names((await rig.next("watch.round")).kept)).toEqual(["rust"]);
    expect((await rig.solving("rust")).isAborted()).toBe(false);
    await rig.succeed("rust", "leptos");
    await rig.next("run.completed");
    expect(rig.builder?.requests).toHaveLength(3);
  });
});

describe("layers that come and go", () => {
  test("are built with those that stand on them, and taken out of the lock", async () => {
    await watchBuilt(two);
    rig.add("c", ["b-child"]);
    rig.rest();
    expect(names((await rig.next("watch.round")).build)).toEqual(["c"]);
    await rig.succeed("c");
    await rig.next("watch.waiting");
    expect(rig.locked).toEqual(["a", "a-child", "b", "b-child", "c"]);
    rig.watched.remove("/project/catalog/c");
    rig.watched.remove("/project/catalog/a-child");
    rig.rest();
    await rig.next("watch.waiting");
    expect(rig.locked).toEqual(["a", "b", "b-child"]);
  });

  test("a layer that goes while it is built is stopped", async () => {
    await watchBuilt(two);
    rig.edit("a-child/file", "1");
    rig.edit("b-child/file", "1");
    rig.rest();
    const [gone, kept] = [await rig.solving("a-child"), await rig.solving("b-child")];
    await rig.next("run.started");
    rig.watched.remove("/project/catalog/a-child");
    rig.rest();
    expect(names((await rig.next("watch.round")).stopped)).toEqual(["a-child"]);
    gone.fail({ kind: "canceled" });
    kept.succeed();
    expect(await rig.next("run.completed")).toMatchObject({ result: "ok", built: 1 });
    await rig.next("watch.waiting");
    expect(rig.locked).toEqual(["a", "b", "b-child"]);
  });

  test("a lock of somebody else is the one that counts", async () => {
    await watchBuilt(chain);
    const text = rig.watched.files.readText(lockPath);
    rig.watched.remove(lockPath);
    rig.rest();
    expect(names((await rig.next("watch.round")).build)).toEqual(["debian", "rust", "leptos"]);
    const debian = await rig.solving("debian");
    await rig.next("run.started");
    rig.watched.put(lockPath, text.ok ? text.value : "");
    rig.rest();
    expect(names((await rig.next("watch.round")).stopped)).toEqual(["debian"]);
    debian.fail({ kind: "canceled" });
    expect(await rig.next("run.completed")).toMatchObject({ result: "ok", built: 0, reused: 3 });
  });
});

describe("a catalog that is not valid", () => {
  test("pauses; what runs and is not concerned ends; a mended one goes on", async () => {
    rig = new WatchRig(two);
    rig.start();
    const [a, b] = [await rig.solving("a"), await rig.solving("b")];
    await rig.next("run.started");
    rig.edit("a/workflow.ncl", "{ name = 1 }");
    rig.rest();
    expect((await rig.next("watch.invalid")).diagnostics.length).toBeGreaterThan(0);
    expect([a.isAborted(), b.isAborted()]).toEqual([true, false]);
    a.fail({ kind: "canceled" });
    b.succeed();
    expect(await rig.next("run.completed")).toMatchObject({ built: 1 });
    expect(await rig.next("watch.waiting")).toMatchObject({ invalid: true });
    expect(rig.locked).toEqual(["b"]);
    // The same complaint is made once.
    rig.watched.tell("/project/catalog/a/file");
    rig.rest();
    await rig.next("watch.waiting");
    expect(rig.log.of("watch.invalid")).toHaveLength(1);
    rig.edit("a/workflow.ncl", workflow("a", []));
    rig.rest();
    expect(names((await rig.next("watch.round")).build)).toEqual(["a", "a-child", "b-child"]);
    await rig.succeed("a", "b-child", "a-child");
    expect(await rig.next("watch.waiting")).toMatchObject({ invalid: false, stale: [] });
  });

  test("mended while a build goes on: it is kept", async () => {
    rig = new WatchRig(two);
    rig.start();
    const b = await rig.solving("b");
    await rig.next("run.started");
    rig.edit("a/Dockerfile", "FROM lamina/nowhere\n");
    rig.rest();
    await rig.next("watch.invalid");
    (await rig.solving("a")).fail({ kind: "canceled" });
    rig.edit("a/Dockerfile", dockerfile([]));
    rig.rest();
    const round = await rig.next("watch.round");
    expect([names(round.build), names(round.kept)]).toEqual([["a", "a-child", "b-child"], ["b"]]);
    b.succeed();
    await rig.succeed("a", "b-child", "a-child");
    expect(await rig.next("run.completed")).toMatchObject({ result: "ok", built: 4 });
  });
});

describe("failures", () => {
  test("a layer that failed is not tried again before one of its inputs changes", async () => {
    rig = new WatchRig(two);
    rig.start();
    await rig.fail("a");
    await rig.succeed("b", "b-child");
    expect(await rig.next("watch.waiting")).toMatchObject({ stale: ["a", "a-child"] });
    expect(rig.log.of("watch.round")).toHaveLength(1);
    rig.edit("b/file", "1");
    rig.rest();
    await rig.succeed("b");
    expect(await rig.next("layer.held")).toMatchObject({ layer: "a", kind: "step-failed" });
    expect(await rig.next("watch.waiting")).toMatchObject({ stale: ["a", "a-child"] });
    rig.edit("a/file", "1");
    rig.rest();
    await rig.succeed("a", "a-child");
    expect(await rig.next("watch.waiting")).toMatchObject({ stale: [] });
  });

  test("r tries again what failed, and nothing else", async () => {
    rig = new WatchRig(two);
    rig.start();
    await rig.fail("a");
    await rig.succeed("b", "b-child");
    await rig.next("watch.waiting");
    rig.watch.rebuild();
    expect(await rig.next("watch.round")).toMatchObject({
      trigger: "rebuild",
      build: [{ layer: "a" }, { layer: "a-child" }],
    });
    await rig.succeed("a", "a-child");
    expect(await rig.next("watch.waiting")).toMatchObject({ stale: [] });
  });

  test("a builder that is lost is opened anew at the next change, not before", async () => {
    rig = new WatchRig({ a: [] });
    rig.start();
    await rig.fail("a", { kind: "daemon-lost", message: "connection refused" });
    expect(await rig.next("layer.failed")).toMatchObject({ kind: "daemon-lost" });
    await rig.next("watch.waiting");
    expect([rig.builder?.closed, rig.builtWith]).toEqual([1, 1]);
    rig.builder = new FakeBuilder(rig.images);
    rig.watched.tell("/project/catalog/a/file");
    rig.rest();
    await rig.succeed("a");
    expect(await rig.next("watch.waiting")).toMatchObject({ stale: [] });
    expect(rig.builtWith).toBe(2);
  });

  test("without a builder it waits, and asks for one at the next change", async () => {
    rig = new WatchRig({ a: [] });
    const { builder } = rig;
    rig.builder = undefined;
    rig.start();
    expect(await rig.next("watch.waiting")).toMatchObject({ stale: ["a"] });
    rig.builder = builder;
    rig.watched.tell("/project/catalog/a/file");
    rig.rest();
    await rig.succeed("a");
    expect(await rig.next("watch.waiting")).toMatchObject({ stale: [] });
  });
});

describe("r where nothing failed", () => {
  test("builds all that is selected, and still does after a change in between", async () => {
    await watchBuilt(two);
    rig.watch.rebuild();
    expect(names((await rig.next("watch.round")).build)).toEqual(["a", "a-child", "b", "b-child"]);
    const b = await rig.solving("b");
    expect(b.request.noCache).toBe(true);
    await rig.succeed("a");
    await rig.next("layer.completed");
    rig.edit("a-child/file", "1");
    rig.rest();
    const round = await rig.next("watch.round");
    expect([names(round.kept), names(round.stopped)]).toEqual([["b"], ["a-child"]]);
    (await rig.solving("a-child")).fail({ kind: "canceled" });
    b.succeed();
    await rig.succeed("a-child", "b-child");
    expect(await rig.next("run.completed")).toMatchObject({ result: "ok" });
    expect(await rig.next("watch.waiting")).toMatchObject({ stale: [] });
    const asked = rig.builder?.requests.slice(4).map(({ imageName, noCache }) => `${imageName} ${noCache}`);
    expect(asked?.sort()).toEqual([
      "lamina/a true",
      "lamina/a-child true",
      "lamina/a-child true",
      "lamina/b true",
      "lamina/b-child true",
    ]);
  });
});

test("stopping cancels what runs, waits for it, and closes what was opened", async () => {
  rig = new WatchRig({ a: [] });
  rig.start();
  const a = await rig.solving("a");
  expect(rig.watched.watchers).toBe(1);
  rig.watch.stop();
  await settle();
  expect([a.isAborted(), rig.builder?.closed]).toEqual([true, 0]);
  await rig.stop();
  expect([rig.watched.watchers, rig.builder?.closed]).toEqual([0, 1]);
  expect(rig.log.of("run.completed")).toMatchObject([{ result: "canceled" }]);
  const { looks } = rig;
  rig.edit("a/file", "1");
  rig.rest();
  expect(rig.looks).toBe(looks);
});
