// Runs from plan to outcome with a builder that the test drives: what is built when, from what, and what is kept.

import { describe, expect, test } from "vitest";
import type { SecretSource } from "../../engine/core/secret-source.ts";
import { entryOf, pinOf } from "../../engine/lock/lock.ts";
import { emptyHistory } from "../../engine/plan/history.ts";
import type { SecretFailure } from "../../engine/ports/secrets.ts";
import { recordDurations } from "../../engine/run/record-durations.ts";
import { imageOf } from "../fakes/images.ts";
import { amd64, digestOf, layer } from "../lock/samples.ts";
import { baseOf, builtLock, chain, type LayerSpec, projectOf } from "../plan/project.ts";
import { brief, lockPath, RunRig, settle } from "./rig.ts";

const project = projectOf(chain);

function change(name: string, spec: LayerSpec) {
  return projectOf({ ...chain, [name]: { ...chain[name], ...spec } });
}

/** A layer that mounts the secret "token" it declares. */
function mount(options: string): LayerSpec {
  return { secrets: ["token"], run: `RUN --mount=type=secret,id=token${options} true\n` };
}

describe("a chain", () => {
  test("is built parent by parent, each finished layer in the lock at once", async () => {
    const rig = new RunRig(project);
    const outcome = rig.start();
    await rig.succeed("debian");
    expect(Object.keys(rig.lock.layers)).toEqual(["debian"]);
    expect(rig.builder.running).toEqual(["rust"]);
    await rig.succeed("rust");
    expect(Object.keys(rig.lock.layers)).toEqual(["debian", "rust"]);
    await rig.succeed("rust-deps");

    expect(brief(await outcome)).toEqual(["debian: built", "rust: built", "rust-deps: built"]);
    expect(rig.lock).toEqual(builtLock(project));
    expect(rig.plan().steps.map(({ action }) => action)).toEqual(["reuse", "reuse", "reuse"]);
    expect(rig.log.story).toEqual([
      "run.started",
      "layer.queued debian",
      "layer.queued rust",
      "layer.queued rust-deps",
      "base.pinned",
      "layer.started debian",
      "lock.written debian",
      "layer.completed debian",
      "layer.started rust",
      "lock.written rust",
      "layer.completed rust",
      "layer.started rust-deps",
      "lock.written rust-deps",
      "layer.completed rust-deps",
      "run.completed",
    ]);
  });

  test("that is current starts nothing", async () => {
    const rig = new RunRig(project, builtLock(project));
    expect(await rig.start()).toEqual({
      result: "ok",
      seconds: 0,
      steps: ["debian", "rust", "rust-deps"].map((name) => ({
        layer: name,
        platform: amd64,
        outcome: { kind: "reused", image: imageOf(name) },
      })),
    });
    expect(rig.builder.requests).toEqual([]);
    expect(rig.resolver.asked).toEqual([]);
    expect(rig.log.of("layer.reused").map(({ reason, sizeBytes }) => [reason, sizeBytes])).toEqual([
      ["current", 1000],
      ["current", 1000],
      ["current", 1000],
    ]);
  });

  test("is cut off where a rebuilt parent comes out the same", async () => {
    const changed = change("debian", { run: "RUN true\n" });
    const rig = new RunRig(changed, builtLock(project));
    const outcome = rig.start();
    await rig.succeed("debian");
    expect(brief(await outcome)).toEqual(["debian: built", "rust: reused", "rust-deps: reused"]);
    expect(rig.log.of("layer.completed").map(({ changed: isNew }) => isNew)).toEqual([false]);
    expect(rig.log.of("layer.reused").map(({ reason }) => reason)).toEqual(["cut-off", "cut-off"]);
    expect(rig.lock).toEqual(builtLock(changed));
  });

  test("is not cut off where the image that would be reused is gone", async () => {
    const rig = new RunRig(change("debian", { run: "RUN true\n" }), builtLock(project));
    const outcome = rig.start({}, rig.plan(["rust"]));
    rig.images.delete(imageOf("rust"));
    await rig.succeed("debian");
    await rig.succeed("rust");
    expect(brief(await outcome)).toEqual(["debian: built", "rust: built"]);
  });

  test("goes on where a rebuilt parent comes out otherwise", async () => {
    const rig = new RunRig(change("debian", { run: "RUN true\n" }), builtLock(project));
    const outcome = rig.start();
    (await rig.builder.solving("debian")).succeed({ imageDigest: digestOf("d") });
    await rig.succeed("rust");
    expect(brief(await outcome)).toEqual(["debian: built", "rust: built", "rust-deps: reused"]);
    expect(entryOf(rig.lock, layer("rust"), amd64)?.inputs.parents).toEqual({ debian: digestOf("d") });
  });

  test("that is forced is built without the builder's cache, and its children are cut off", async () => {
    const rig = new RunRig(project, builtLock(project));
    const outcome = rig.start({}, rig.plan(["debian"], { force: true }));
    await rig.succeed("debian");
    expect(brief(await outcome)).toEqual(["debian: built"]);
    expect(rig.builder.requests.map(({ noCache }) => noCache)).toEqual([true]);
  });

  test("takes parents that are not of the plan from the lock", async () => {
    const changed = change("rust-deps", { run: "RUN true\n" });
    const rig = new RunRig(changed, builtLock(project));
    const outcome = rig.start({}, rig.plan(["rust-deps"]));
    await rig.succeed("rust-deps");
    expect(brief(await outcome)).toEqual(["rust-deps: built"]);
    expect(rig.builder.requests[0]?.namedContexts).toEqual([
      { name: "lamina/rust", source: { kind: "store", digest: imageOf("rust") } },
    ]);
  });
});

describe("what the builder is asked", () => {
  test("everything of the declaration, images by digest", async () => {
    const rig = new RunRig(
      projectOf({
        a: {},
        b: {
          build_base: { image: "debian:trixie-slim" },
          copies_from: ["a"],
          args: { V: "1" },
          ssh: true,
          secrets: ["token", "other"],
          target: "final",
          dockerfile: "Dockerfile",
          run: "COPY --from=lamina/a:old /x /y\nCOPY --from=ghcr.io/x/y:1 /x /z\nRUN --mount=type=secret,id=token,required=true true\n",
        },
      }),
    );
    rig.secrets.set("token", { id: "token", from: "env", variable: "TOKEN" });
    const outcome = rig.start();
    await rig.succeed("a");
    await rig.succeed("b");
    expect(brief(await outcome)).toEqual(["a: built", "b: built"]);
    expect(rig.builder.requests[1]).toEqual({
      contextDirectory: "/project/catalog/b",
      dockerfilePath: "/project/catalog/b/Dockerfile",
      target: "final",
      platform: amd64,
      buildArgs: new Map([["V", "1"]]),
      namedContexts: [
        {
          name: "debian:trixie-slim",
          source: {
            kind: "registry",
            ref: "docker.io/library/debian:trixie-slim",
            digest: baseOf("debian:trixie-slim"),
          },
        },
        { name: "lamina/a", source: { kind: "store", digest: imageOf("a") } },
        { name: "lamina/a:old", source: { kind: "store", digest: imageOf("a") } },
        {
          name: "ghcr.io/x/y:1",
          source: { kind: "registry", ref: "ghcr.io/x/y:1", digest: baseOf("ghcr.io/x/y:1") },
        },
      ],
      secrets: [{ id: "token", from: "env", variable: "TOKEN" }],
      ssh: true,
      cacheFrom: [],
      imageName: "lamina/b",
      noCache: false,
    });
  });

  test("its progress becomes events", async () => {
    const rig = new RunRig(projectOf({ a: {} }));
    const outcome = rig.start();
    const solve = await rig.builder.solving("a");
    solve.report({ kind: "step", step: { id: "1", name: "RUN make", state: "started" } });
    solve.report({ kind: "log", stepId: "1", stream: "stderr", text: "hm\n" });
    solve.report({ kind: "warning", text: "no tag" });
    rig.clock.advance(1500);
    solve.succeed({ stepsRun: 2, stepsCached: 3 });
    expect((await outcome).seconds).toBe(1.5);
    const node = { at: 1_000_000, layer: "a", platform: amd64 };
    expect(rig.log.of("layer.step")).toEqual([
      { type: "layer.step", ...node, stepId: "1", name: "RUN make", state: "started" },
    ]);
    expect(rig.log.of("layer.log")).toEqual([
      { type: "layer.log", ...node, stepId: "1", stream: "stderr", text: "hm\n" },
    ]);
    expect(rig.log.of("run.note")).toEqual([{ type: "run.note", at: 1_000_000, text: "a: no tag" }]);
    expect(rig.log.of("layer.completed")).toMatchObject([{ seconds: 1.5, stepsRun: 2, stepsCached: 3 }]);
  });
});

describe("durations", () => {
  test("of what was built are remembered for the next plan", async () => {
    const rig = new RunRig(change("rust", { run: "RUN true\n" }), builtLock(project));
    const outcome = rig.start();
    const solve = await rig.builder.solving("rust");
    rig.clock.advance(12_340);
    solve.succeed();
    const history = recordDurations(emptyHistory, await outcome);
    expect(history.seconds).toEqual(new Map([[`rust@${amd64}`, [12.3]]]));
  });
});

describe("external bases", () => {
  const siblings = projectOf({
    a: { build_base: { image: "debian" } },
    b: { build_base: { image: "debian" } },
    c: { build_base: { image: "alpine" } },
  });

  test("are looked up once a run, and pinned", async () => {
    const rig = new RunRig(siblings);
    const outcome = rig.start();
    for (const name of ["a", "b", "c"]) await rig.succeed(name);
    await outcome;
    expect(rig.resolver.asked).toEqual(["debian linux/amd64", "alpine linux/amd64"]);
    expect(rig.log.of("base.pinned").map(({ image }) => image)).toEqual(["debian", "alpine"]);
    expect(pinOf(rig.lock, "debian", amd64)).toBe(baseOf("debian"));
  });

  test("that are pinned are not looked up", async () => {
    const rig = new RunRig(siblings, builtLock(siblings));
    const outcome = rig.start({}, rig.plan(["a"], { force: true }));
    await rig.succeed("a");
    await outcome;
    expect(rig.resolver.asked).toEqual([]);
    expect(rig.builder.requests[0]?.namedContexts[0]?.source.digest).toBe(baseOf("debian"));
  });

  test("whose pin was taken out: looked up, and a layer that stands on the same is not built again", async () => {
    const rig = new RunRig(siblings, { ...builtLock(siblings), bases: {} });
    expect(brief(await rig.start())).toEqual(["a: reused", "b: reused", "c: reused"]);
    expect(rig.lock).toEqual(builtLock(siblings));
  });

  test("that are replaced come from what stands in for them, and are not pinned", async () => {
    const rig = new RunRig(siblings);
    rig.replaced.set("debian", "oci-layout:/store/debian");
    rig.replaced.set("alpine", "localhost:5000/alpine:3@" + digestOf("a"));
    const outcome = rig.start();
    for (const name of ["a", "b", "c"]) await rig.succeed(name);
    await outcome;
    expect(rig.lock.bases).toEqual({});
    expect(rig.log.of("run.started")[0]?.local).toBe(true);
    const reference = `localhost:5000/alpine:3@${digestOf("a")}`;
    expect(rig.builder.requests.map(({ namedContexts }) => namedContexts[0]?.source)).toEqual([
      { kind: "layout", directory: "/store/debian", digest: baseOf("oci-layout:/store/debian") },
      { kind: "layout", directory: "/store/debian", digest: baseOf("oci-layout:/store/debian") },
      { kind: "registry", ref: "localhost:5000/alpine:3", digest: baseOf(reference) },
    ]);
  });

  test("that cannot be found fail the layers on them, each once looked up", async () => {
    const rig = new RunRig(siblings);
    rig.resolver.fail("debian", { kind: "not-found", image: "debian" });
    const outcome = rig.start();
    await rig.succeed("c");
    expect(brief(await outcome)).toEqual(["a: failed", "b: failed", "c: built"]);
    expect(rig.resolver.asked.filter((each) => each.startsWith("debian"))).toHaveLength(1);
    expect(rig.log.of("layer.failed")[0]).toMatchObject({
      kind: "base-not-found",
      message: "debian does not exist",
      help: "correct its name, or let another image stand in for it: --base debian=REF",
    });
  });
});

describe("--only", () => {
  test("a layer that is held back is told with the reason; what stands on it is not built either", async () => {
    const rig = new RunRig(project);
    const outcome = await rig.start({}, rig.plan(["rust", "rust-deps"], { only: true }));
    expect(brief(outcome)).toEqual(["rust: doomed by debian", "rust-deps: doomed by rust"]);
    expect(rig.log.of("run.note").map(({ text }) => text)).toEqual([
      "rust is held back: its parent debian is not current, and --only leaves it out",
    ]);
  });
});

describe("secrets", () => {
  test("one that is required and has no source fails the layer before anything is solved", async () => {
    const rig = new RunRig(projectOf({ a: mount(",required=true") }));
    expect(brief(await rig.start())).toEqual(["a: failed"]);
    expect(rig.builder.requests).toEqual([]);
    expect(rig.log.of("layer.failed")).toMatchObject([
      {
        kind: "secret-missing",
        message:
          'the secret "token" is required, and nothing gives it: neither --secret, nor .lamina/local.json, nor the build directives',
        help: expect.stringContaining("--secret id=token,env=VARIABLE gives it once"),
      },
    ]);
  });

  test("one that is not required is left out", async () => {
    const rig = new RunRig(projectOf({ a: mount("") }));
    const outcome = rig.start();
    await rig.succeed("a");
    expect(brief(await outcome)).toEqual(["a: built"]);
    expect(rig.builder.requests[0]?.secrets).toEqual([]);
  });

  const here = { id: "token", from: "env", variable: "TOKEN" } as const;
  const shared = { ...here, isShared: true };
  const broken = { kind: "unreadable", message: "exit code 1", log: [] } as const;
  test.each<[string, string, SecretSource, SecretFailure]>([
    ["that is required and not there", ",required=true", shared, { kind: "absent" }],
    ["that was named here and is not there", "", here, { kind: "absent" }],
    ["that is there for everybody and cannot be read", "", shared, broken],
    ["whose program is missing", "", shared, { kind: "program-missing", program: "sops" }],
  ])("one %s fails the layer before anything is solved", async (_what, options, source, failure) => {
    const rig = new RunRig(projectOf({ a: mount(options) }));
    rig.secrets.set("token", source);
    rig.unreadable.set("token", failure);
    expect(brief(await rig.start())).toEqual(["a: failed"]);
    expect(rig.builder.requests).toEqual([]);
    expect(rig.log.of("layer.failed")).toMatchObject([{ kind: "secret-missing" }]);
    expect(rig.log.of("layer.started")).toEqual([]);
  });

  test("one that is named for everybody, not there and not required is left out", async () => {
    const rig = new RunRig(projectOf({ a: mount("") }));
    rig.secrets.set("token", shared);
    rig.unreadable.set("token", { kind: "absent" });
    const outcome = rig.start();
    await rig.succeed("a");
    expect(brief(await outcome)).toEqual(["a: built"]);
    expect(rig.builder.requests[0]?.secrets).toEqual([]);
  });

  test("one whose reading is canceled cancels the layer", async () => {
    const rig = new RunRig(projectOf({ a: mount("") }));
    rig.secrets.set("token", here);
    rig.unreadable.set("token", { kind: "canceled" });
    expect(brief(await rig.start())).toEqual(["a: canceled"]);
  });
});

describe("the lock", () => {
  test("loses layers and pins that the catalog has no longer, also where nothing is built", async () => {
    const rig = new RunRig(projectOf({ rust: {} }), builtLock(projectOf({ ...chain, rust: {} })));
    expect(brief(await rig.start())).toEqual(["rust: reused"]);
    expect(Object.keys(rig.lock.layers)).toEqual(["rust"]);
    expect(rig.lock.bases).toEqual({});
    expect(rig.log.of("run.note").map(({ text }) => text)).toEqual([
      "taken out of lamina.lock, as the catalog has it no longer: debian, rust-deps, debian:trixie-slim",
    ]);
  });

  test("what another run wrote meanwhile is kept", async () => {
    const rig = new RunRig(projectOf({ a: {}, b: {} }));
    const other = new RunRig(projectOf({ b: {} }));
    const outcome = rig.start({}, rig.plan(["a"]));
    await rig.builder.solving("a");
    const otherOutcome = other.start();
    await other.succeed("b");
    await otherOutcome;
    const text = other.files.readText(lockPath);
    rig.files.put(lockPath, text.ok ? text.value : "");
    await rig.succeed("a");
    await outcome;
    expect(Object.keys(rig.lock.layers)).toEqual(["a", "b"]);
  });

  test("that cannot be written fails the layer, and says that its work is not lost", async () => {
    const rig = new RunRig(projectOf({ a: {}, b: { build_base: "a" } }));
    const outcome = rig.start();
    const solve = await rig.builder.solving("a");
    rig.files.put(lockPath, "<<<<<<< ours\n");
    solve.succeed();
    expect(brief(await outcome)).toEqual(["a: failed", "b: doomed by a"]);
    await settle();
    expect(rig.files.readText(lockPath)).toEqual({ ok: true, value: "<<<<<<< ours\n" });
    expect(rig.log.of("layer.failed")).toMatchObject([
      {
        kind: "lock-unwritable",
        message:
          "it was built, but /project/lamina.lock cannot be written: the lock holds an unresolved merge conflict",
        help: "mend the file and build again: BuildKit's cache still has the layer",
      },
    ]);
  });
});
