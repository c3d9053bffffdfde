// Build caches in a run: read where they are there, done without where they are broken, written where something is new, and put
// back where the run failed. A cache never fails a build, and nothing waits for one for ever.

import { beforeEach, describe, expect, test } from "vitest";
import { type Digest, sha256 } from "../../engine/core/digest.ts";
import { err, ok } from "../../engine/core/result.ts";
import { entryOf } from "../../engine/lock/lock.ts";
import type { Actor } from "../../engine/plan/cache/actor.ts";
import type { SolveFailure } from "../../engine/ports/builder.ts";
import { parseReference } from "../../providers/registry/reference.ts";
import { imageOf } from "../fakes/images.ts";
import { FakeRegistry } from "../fakes/registry.ts";
import { amd64, layer } from "../lock/samples.ts";
import { cachesOf, ci, jpl } from "../plan/cache-settings.ts";
import { builtLock, projectOf } from "../plan/project.ts";
import { RunRig, settle } from "./rig.ts";

const project = projectOf({ debian: {}, rust: { build_base: "debian" } });
const at = (path: string) => `registry.example/cache/${path}:linux-amd64`;
const staged = (path: string) => `${at(path)}.NEXT`;
const never = new AbortController().signal;

let rig: RunRig;
let registry: FakeRegistry;
beforeEach(() => open(ci));

function open(actor: Actor, rest: Parameters<typeof cachesOf>[1] = {}, lock = false): void {
  rig = new RunRig(project, lock ? builtLock(project) : undefined);
  registry = new FakeRegistry();
  rig.caches = cachesOf(actor, rest);
  rig.cacheRegistry = registry;
  rig.builder.exportOutcome = async ({ address }) => ok(await plant(address));
}

/** As an export leaves it there. */
async function plant(address: string): Promise<Digest> {
  const place = parseReference(address);
  if (place === undefined) throw new Error(`${address} is no reference`);
  const bytes = new TextEncoder().encode(`${address} ${rig.builder.exports.length}`);
  await registry.putManifest(place, place.version, { mediaType: "application/x", bytes }, never);
  return sha256(bytes);
}

/** "written rust" and the like. */
const told = () =>
  rig.log
    .of("layer.cache")
    .map(
      ({ result, cache }) => `${result} ${cache.replace("registry.example/cache/", "").replace(/:.*/, "")}`,
    );
const cachesInLock = (name: string) => entryOf(rig.lock, layer(name), amd64)?.caches;
const notes = () => rig.log.of("run.note").map(({ text }) => text);
const readBy = (index: number) => rig.builder.requests[index]?.cacheFrom.map(({ address }) => address);
const written = () => rig.builder.exports.map(({ to }) => to.address);

describe("reading and writing", () => {
  test("only what is there is read; a cache that was written in this run is there", async () => {
    await plant(at("ci/lamina/debian"));
    const outcome = rig.start();
    await rig.succeed("debian");
    await rig.succeed("rust");
    expect((await outcome).result).toBe("ok");
    expect(readBy(0)).toEqual([at("ci/lamina/debian")]);
    expect(readBy(1)).toEqual([at("ci/lamina/debian")]);
    expect(written()).toEqual([at("ci/lamina/debian"), at("ci/lamina/rust")]);
    expect(told()).toEqual(["written ci/lamina/debian", "written ci/lamina/rust"]);
    expect(notes()).toEqual([]);
    expect(cachesInLock("rust")).toEqual([at("ci/lamina/rust")]);
  });

  test("a session reads its own and CI's, writes its own, and the lock tells nobody of that", async () => {
    open(jpl);
    for (const path of ["ci/lamina/rust", "dev/jpl-lamina/debian", "dev/ann-lamina/rust"])
      await plant(at(path));
    const outcome = rig.start();
    await rig.succeed("debian");
    await rig.succeed("rust");
    await outcome;
    expect(readBy(1)).toEqual([at("ci/lamina/rust"), at("dev/jpl-lamina/debian")]);
    expect(written()).toEqual([at("dev/jpl-lamina/debian"), at("dev/jpl-lamina/rust")]);
    expect(cachesInLock("rust")).toEqual([]);
  });

  test("what is written reads what was read, and nothing where everything was built anew", async () => {
    await plant(at("ci/lamina/debian"));
    const outcome = rig.start({}, rig.plan(["debian"], { force: true }));
    await rig.succeed("debian");
    await outcome;
    const { request } = rig.builder.exports[0] ?? {};
    expect(rig.builder.requests[0]?.noCache).toBe(true);
    expect(request).toMatchObject({ noCache: false, cacheFrom: [] });
  });

  test("nothing is written where the cache gave all of the inputs that the lock knows", async () => {
    open(ci, {}, true);
    rig.images.delete(imageOf("rust"));
    await plant(at("ci/lamina/rust"));
    const outcome = rig.start();
    (await rig.builder.solving("rust")).succeed({ stepsRun: 0, stepsCached: 3 });
    expect((await outcome).result).toBe("ok");
    expect(written()).toEqual([]);
    expect(told()).toEqual(["current ci/lamina/rust"]);
    expect(cachesInLock("rust")).toEqual([at("ci/lamina/rust")]);
  });

  test.each([
    ["a step ran", true, { stepsRun: 1, stepsCached: 2 }],
    ["the builder's own cache gave it, and the registry has none", false, { stepsRun: 0, stepsCached: 3 }],
  ])("it is written where %s", async (_why, isThere, steps) => {
    open(ci, {}, true);
    rig.images.delete(imageOf("rust"));
    if (isThere) await plant(at("ci/lamina/rust"));
    const outcome = rig.start();
    (await rig.builder.solving("rust")).succeed(steps);
    await outcome;
    expect(written()).toEqual([at("ci/lamina/rust")]);
  });

  test("without caches nothing is asked of any registry", async () => {
    rig.caches = undefined;
    const outcome = rig.start();
    await rig.succeed("debian");
    await rig.succeed("rust");
    await outcome;
    expect([registry.looks, written(), told()]).toEqual([0, [], []]);
  });
});

describe("what is wrong with a cache", () => {
  const unreachable = { kind: "unreachable", message: "registry.example: connection refused" } as const;

  test("a registry that cannot be reached is asked once a run, and nothing is written to it", async () => {
    registry.resolve = () => {
      registry.looks += 1;
      return Promise.resolve(err(unreachable));
    };
    const outcome = rig.start();
    await rig.succeed("debian");
    await rig.succeed("rust");
    expect((await outcome).result).toBe("ok");
    expect(registry.looks).toBe(1);
    expect(written()).toEqual([]);
    expect(told()).toEqual([
      "unread ci/lamina/debian",
      "unwritten ci/lamina/debian",
      "unwritten ci/lamina/rust",
    ]);
    expect(notes()[0]).toBe(
      `debian: the cache ${at("ci/lamina/debian")} is not used: registry.example: connection refused`,
    );
  });

  test("one that says nothing is left alone after ten seconds", async () => {
    registry.resolve = (_place, _version, signal) =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () => resolve(err({ kind: "canceled" })));
      });
    const outcome = rig.start();
    await settle();
    expect(rig.builder.running).toEqual([]);
    rig.clock.advance(10_000);
    await rig.succeed("debian");
    await rig.succeed("rust");
    expect((await outcome).result).toBe("ok");
    expect(notes()[0]).toBe(
      `debian: the cache ${at("ci/lamina/debian")} is not used: registry.example does not answer`,
    );
  });

  test("one cache that is forbidden says nothing of the others", async () => {
    await plant(at("ci/lamina/debian"));
    const resolve = registry.resolve;
    registry.resolve = (place, ...rest) =>
      place.name.endsWith("rust")
        ? Promise.resolve(err({ kind: "denied", message: "registry.example forbids it" }))
        : resolve(place, ...rest);
    const outcome = rig.start();
    await rig.succeed("debian");
    await rig.succeed("rust");
    await outcome;
    expect(readBy(1)).toEqual([at("ci/lamina/debian")]);
    expect(told()).toEqual(["written ci/lamina/debian", "unread ci/lamina/rust", "written ci/lamina/rust"]);
  });

  const broken: SolveFailure = {
    kind: "other",
    message: "failed to copy: could not fetch content descriptor: not found",
  };

  test("a build that breaks over it is built once more without it", async () => {
    await plant(at("ci/lamina/debian"));
    const outcome = rig.start({}, rig.plan(["debian"]));
    (await rig.builder.solving("debian")).fail(broken);
    await rig.succeed("debian");
    expect((await outcome).result).toBe("ok");
    expect([readBy(0), readBy(1)]).toEqual([[at("ci/lamina/debian")], []]);
    expect(told()).toEqual(["unread ci/lamina/debian", "written ci/lamina/debian"]);
    expect(notes()).toEqual([
      `debian: the cache ${at("ci/lamina/debian")} is not used: the build with it failed: failed to copy: could not fetch content descriptor: not found`,
    ]);
  });

  test.each([
    [
      "a step that ended badly",
      { kind: "step-failed", step: "RUN x", exitCode: 1, message: "m", logTail: [] },
    ],
    ["a Dockerfile that is refused", { kind: "dockerfile-refused", message: "m" }],
  ] as const)("%s is its own fault", async (_what, failure) => {
    await plant(at("ci/lamina/debian"));
    const outcome = rig.start({}, rig.plan(["debian"]));
    (await rig.builder.solving("debian")).fail(failure);
    expect((await outcome).result).toBe("failed");
    expect(rig.builder.requests).toHaveLength(1);
    expect(told()).toEqual([]);
  });

  test("nor is a build without caches tried again", async () => {
    const outcome = rig.start({}, rig.plan(["debian"]));
    (await rig.builder.solving("debian")).fail(broken);
    expect((await outcome).result).toBe("failed");
    expect(rig.builder.requests).toHaveLength(1);
  });

  test("BuildKit may wait half a minute for one; then it is tried without", async () => {
    await plant(at("ci/lamina/debian"));
    const outcome = rig.start({}, rig.plan(["debian"]));
    const first = await rig.builder.solving("debian");
    first.report({ kind: "cache", address: at("ci/lamina/debian"), state: "reading", message: "" });
    rig.clock.advance(29_999);
    expect(first.isAborted()).toBe(false);
    rig.clock.advance(1);
    expect(first.isAborted()).toBe(true);
    first.fail({ kind: "canceled" });
    await rig.succeed("debian");
    expect((await outcome).result).toBe("ok");
    expect(readBy(1)).toEqual([]);
    expect(told()).toEqual(["unread ci/lamina/debian", "unwritten ci/lamina/debian"]);
  });

  test("where BuildKit says nothing at all any more, that is the failure, in bounded time", async () => {
    await plant(at("ci/lamina/debian"));
    const outcome = rig.start({}, rig.plan(["debian"]));
    const first = await rig.builder.solving("debian");
    first.report({ kind: "cache", address: at("ci/lamina/debian"), state: "reading", message: "" });
    rig.clock.advance(30_000);
    first.fail({ kind: "canceled" });
    await settle();
    const second = await rig.builder.solving("debian");
    rig.clock.advance(60_000);
    expect(second.isAborted()).toBe(true);
    second.fail({ kind: "canceled" });
    expect((await outcome).steps[0]?.outcome).toMatchObject({
      kind: "failed",
      message: expect.stringContaining("BuildKit still waits for registry.example, which says nothing"),
    });
  });

  test("one that was read in time is waited for no longer", async () => {
    await plant(at("ci/lamina/debian"));
    const outcome = rig.start({}, rig.plan(["debian"]));
    const solve = await rig.builder.solving("debian");
    const address = at("ci/lamina/debian");
    solve.report({ kind: "cache", address, state: "reading", message: "" });
    solve.report({ kind: "cache", address, state: "read", message: "" });
    rig.clock.advance(1_000_000);
    expect(solve.isAborted()).toBe(false);
    solve.succeed();
    expect((await outcome).result).toBe("ok");
  });

  test("one that cannot be written is a warning and counted; the build is done", async () => {
    rig.builder.exportOutcome = () =>
      Promise.resolve(err({ kind: "other", message: "error writing layer blob: 403 Forbidden" }));
    const outcome = rig.start({}, rig.plan(["debian"]));
    await rig.succeed("debian");
    expect((await outcome).result).toBe("ok");
    expect(told()).toEqual(["unwritten ci/lamina/debian"]);
    expect(notes()).toEqual([
      `debian: the cache ${at("ci/lamina/debian")} is not written: error writing layer blob: 403 Forbidden`,
    ]);
    expect(cachesInLock("debian")).toEqual([]);
  });

  test("writing one ends after a quarter of an hour, and the registry is left alone then", async () => {
    rig.builder.exportOutcome = (_to, signal) =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () => resolve(err({ kind: "canceled" })));
      });
    const outcome = rig.start();
    await rig.succeed("debian");
    rig.clock.advance(15 * 60_000);
    await settle();
    await rig.succeed("rust");
    expect((await outcome).result).toBe("ok");
    expect(written()).toHaveLength(1);
    expect(notes()).toEqual([
      `debian: the cache ${at("ci/lamina/debian")} is not written: it took longer than 15 minutes`,
      `rust: the cache ${at("ci/lamina/rust")} is not written: registry.example does not answer`,
    ]);
  });

  test("whoever stops a run while one is written waits for no cache", async () => {
    rig.builder.exportOutcome = (_to, signal) =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () => resolve(err({ kind: "canceled" })));
      });
    const outcome = rig.start();
    await rig.succeed("debian");
    rig.stop.abort();
    expect((await outcome).result).toBe("canceled");
    expect(told()).toEqual([]);
  });
});

describe("rollback", () => {
  beforeEach(() => open(ci, { disposition: "rollback" }));

  test("caches take their places when the run is done, and not before", async () => {
    const before = await plant(at("ci/lamina/debian"));
    const outcome = rig.start();
    await rig.succeed("debian");
    expect(written()).toEqual([staged("ci/lamina/debian")]);
    expect(registry.tags()[at("ci/lamina/debian")]).toBe(before);
    expect(told()).toEqual([]);
    const next = registry.tags()[staged("ci/lamina/debian")];
    await rig.succeed("rust");
    expect((await outcome).result).toBe("ok");
    expect(registry.tags()[at("ci/lamina/debian")]).toBe(next);
    expect(Object.keys(registry.tags())).toEqual([at("ci/lamina/debian"), at("ci/lamina/rust")]);
    expect(told()).toEqual(["written ci/lamina/debian", "written ci/lamina/rust"]);
    expect(rig.log.events.at(-1)?.type).toBe("run.completed");
  });

  test("where anything failed, every cache is what it was", async () => {
    const before = await plant(at("ci/lamina/debian"));
    const outcome = rig.start();
    await rig.succeed("debian");
    await rig.fail("rust");
    expect((await outcome).result).toBe("failed");
    expect(registry.tags()).toEqual({ [at("ci/lamina/debian")]: before });
    expect(told()).toEqual(["dropped ci/lamina/debian"]);
  });

  test("so it is where the run was stopped", async () => {
    const outcome = rig.start();
    await rig.succeed("debian");
    rig.stop.abort();
    (await rig.builder.solving("rust")).fail({ kind: "canceled" });
    expect((await outcome).result).toBe("canceled");
    expect(registry.tags()).toEqual({});
  });

  test("a registry that forbids the move keeps the old cache, and that is told", async () => {
    const before = await plant(at("ci/lamina/debian"));
    const outcome = rig.start({}, rig.plan(["debian"]));
    const solve = await rig.builder.solving("debian");
    registry.gate = ({ name }) =>
      name === at("ci/lamina/debian")
        ? { kind: "denied", message: "registry.example forbids it" }
        : undefined;
    solve.succeed();
    expect((await outcome).result).toBe("ok");
    expect(registry.tags()).toEqual({ [at("ci/lamina/debian")]: before });
    expect(told()).toEqual(["unwritten ci/lamina/debian"]);
  });
});
