// Runs that ask a registry for what others have built, and publish there what they make.

import { describe, expect, test } from "vitest";
import { inputDigest, sha256 } from "../../engine/core/digest.ts";
import { entryOf } from "../../engine/lock/lock.ts";
import { tagOfInput } from "../../engine/publish/published-layers.ts";
import { imageOf } from "../fakes/images.ts";
import { FakeRegistry } from "../fakes/registry.ts";
import { amd64, layer } from "../lock/samples.ts";
import { chain, type LayerSpec, projectOf } from "../plan/project.ts";
import { placeOf } from "../publish/places.ts";
import { RegistryRig } from "./registry-rig.ts";
import { brief, settle } from "./rig.ts";

const versions: Readonly<Record<string, LayerSpec>> = {
  ...chain,
  rust: { build_base: "debian", tools_provided: ["rustc", "cargo"] },
};

async function publishAll(registry: FakeRegistry, specs = chain): Promise<RegistryRig> {
  const rig = new RegistryRig(projectOf(specs), registry);
  rig.publish();
  const outcome = rig.start();
  for (const name of Object.keys(specs)) await rig.succeed(name);
  expect((await outcome).result).toBe("ok");
  return rig;
}

const tagNames = (registry: FakeRegistry): readonly string[] =>
  Object.keys(registry.tags()).map((name) => name.replace(/:l-[0-9a-f]{16}$/, ":l-*"));

describe("a run that publishes", () => {
  test("moves the tags of all its layers when all are there", async () => {
    const registry = new FakeRegistry();
    const rig = new RegistryRig(projectOf(chain), registry);
    rig.publish();
    const outcome = rig.start();
    await rig.succeed("debian");
    await rig.succeed("rust");
    expect(rig.pushed.map(({ repository }) => repository.name)).toEqual(["lamina/debian", "lamina/rust"]);
    expect(registry.tags()).toEqual({});
    await rig.succeed("rust-deps");
    expect((await outcome).result).toBe("ok");
    expect(tagNames(registry)).toEqual([
      "registry.example/lamina/debian:l-*",
      "registry.example/lamina/debian:latest",
      "registry.example/lamina/rust-deps:l-*",
      "registry.example/lamina/rust-deps:latest",
      "registry.example/lamina/rust:l-*",
      "registry.example/lamina/rust:latest",
    ]);
    expect(rig.log.story.slice(-2)).toEqual(["promotion.completed", "run.completed"]);
    expect(rig.files.list("/project/.lamina/promotions")).toMatchObject({ value: [] });
  });

  test("says in the index what each image was made of", async () => {
    const registry = new FakeRegistry();
    const rig = await publishAll(registry);
    const entry = entryOf(rig.lock, layer("rust"), amd64);
    const attestation = rig.attached.find(
      (text) => text.includes(`"subject":{`) && text.includes(imageOf("rust")),
    );
    expect(registry.read(placeOf("rust"), "latest")).toEqual({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.index.v1+json",
      manifests: [
        {
          mediaType: "application/vnd.oci.image.manifest.v1+json",
          digest: imageOf("rust"),
          size: 100,
          platform: { architecture: "amd64", os: "linux" },
          annotations: {
            "io.lamina.input-digest": entry?.input,
            "io.lamina.size": String(entry?.sizeBytes),
            "io.lamina.tools": "{}",
            "org.opencontainers.image.base.name": "registry.example/lamina/debian:latest",
            "org.opencontainers.image.base.digest": imageOf("debian"),
            "org.opencontainers.image.revision": "0123abc",
          },
        },
        {
          mediaType: "application/vnd.oci.image.manifest.v1+json",
          digest: sha256(attestation ?? ""),
          size: attestation?.length,
          platform: { architecture: "unknown", os: "unknown" },
          annotations: {
            "vnd.docker.reference.type": "attestation-manifest",
            "vnd.docker.reference.digest": imageOf("rust"),
          },
        },
      ],
      annotations: {
        "org.opencontainers.image.title": "rust",
        "org.opencontainers.image.created": expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        "org.opencontainers.image.source": "https://git.example/catalog",
        "io.lamina.layer": "rust",
        "io.lamina.workspace": "lamina",
      },
    });
  });

  test("names blobs' likely homes: the repositories of what a layer stands on", async () => {
    const rig = await publishAll(new FakeRegistry());
    expect(rig.pushed.map(({ mountFrom }) => mountFrom)).toEqual([[], ["lamina/debian"], ["lamina/rust"]]);
  });

  test("moves nothing where a layer fails", async () => {
    const registry = new FakeRegistry();
    const rig = new RegistryRig(projectOf(chain), registry);
    rig.publish();
    const outcome = rig.start();
    await rig.succeed("debian");
    await rig.fail("rust");
    expect((await outcome).result).toBe("failed");
    expect(registry.tags()).toEqual({});
    expect(rig.log.story).not.toContain("promotion.completed");
  });

  test("moves nothing, and fails, where an image does not get there", async () => {
    const registry = new FakeRegistry();
    const rig = new RegistryRig(projectOf(chain), registry);
    rig.pushFailure = { kind: "denied", message: "registry.example forbids it" };
    rig.publish();
    const outcome = rig.start();
    for (const name of Object.keys(chain)) await rig.succeed(name);
    expect(brief(await outcome)).toEqual(["debian: built", "rust: built", "rust-deps: built"]);
    expect((await outcome).result).toBe("failed");
    expect(registry.tags()).toEqual({});
    expect(rig.log.of("promotion.failed")[0]).toMatchObject({
      kind: "not-pushed",
      message: "debian could not be pushed, and 2 more: registry.example forbids it",
      help: "the login may not push there: another one, or another artifact.image",
    });
  });

  test("publishes what was built before, once", async () => {
    const registry = new FakeRegistry();
    const rig = new RegistryRig(projectOf(chain), registry);
    const built = rig.start();
    for (const name of Object.keys(chain)) await rig.succeed(name);
    await built;
    expect(registry.tags()).toEqual({});
    rig.publish();
    await rig.start({}, rig.plan([], { withAncestors: true }));
    expect(rig.pushed).toHaveLength(3);
    const tags = registry.tags();
    rig.publish();
    await rig.start({}, rig.plan([], { withAncestors: true }));
    expect(rig.pushed).toHaveLength(3);
    expect(registry.tags()).toEqual(tags);
    expect(rig.log.of("promotion.completed")).toMatchObject([{ tags: 6 }, { tags: 0 }]);
  });

  test("keeps what a tag holds of other platforms", async () => {
    const registry = new FakeRegistry();
    await publishAll(registry);
    const other = new RegistryRig(
      projectOf({ debian: { ...chain["debian"], platforms: ["linux/arm64"] } }),
      registry,
    );
    other.publish();
    const outcome = other.start();
    await other.succeed("debian");
    await outcome;
    expect(registry.read(placeOf("debian"), "latest")).toMatchObject({
      manifests: [
        { platform: { architecture: "amd64" } },
        { platform: { architecture: "arm64" } },
        { annotations: { "vnd.docker.reference.type": "attestation-manifest" } },
        { annotations: { "vnd.docker.reference.type": "attestation-manifest" } },
      ],
    });
  });
});

describe("a run that asks", () => {
  test("builds nothing that is published, and says so in the lock", async () => {
    const registry = new FakeRegistry();
    const first = await publishAll(registry);
    const second = new RegistryRig(projectOf(chain), registry);
    const outcome = second.start();
    expect(brief(await outcome)).toEqual(["debian: reused", "rust: reused", "rust-deps: reused"]);
    expect(second.builder.running).toEqual([]);
    expect(second.log.of("layer.reused")).toMatchObject([
      { layer: "debian", reason: "published" },
      { layer: "rust", reason: "published" },
      { layer: "rust-deps", reason: "published" },
    ]);
    expect(second.lock.layers).toEqual(first.lock.layers);
  });

  test("builds on what is published, taken from there", async () => {
    const registry = new FakeRegistry();
    await publishAll(registry);
    const edited = projectOf({ ...chain, "rust-deps": { build_base: "rust", run: "RUN true\n" } });
    const second = new RegistryRig(edited, registry);
    const outcome = second.start();
    const solve = await second.builder.solving("rust-deps");
    expect(solve.request.namedContexts).toEqual([
      {
        name: "lamina/rust",
        source: { kind: "registry", ref: "registry.example/lamina/rust", digest: imageOf("rust") },
      },
    ]);
    solve.succeed();
    expect(brief(await outcome)).toEqual(["debian: reused", "rust: reused", "rust-deps: built"]);
  });

  test("plans with what is published, as far as the inputs are known", async () => {
    const registry = new FakeRegistry();
    const first = await publishAll(registry);
    const second = new RegistryRig(projectOf(chain), registry, first.lock);
    for (const name of Object.keys(chain)) second.images.delete(imageOf(name));
    expect(second.plan().steps.map(({ action }) => action)).toEqual(["build", "build", "build"]);
    const plan = await second.planAsking();
    expect(plan.steps.map(({ action }) => action)).toEqual(["reuse", "reuse", "reuse"]);
    expect(brief(await second.start({}, plan))).toEqual([
      "debian: reused",
      "rust: reused",
      "rust-deps: reused",
    ]);
    expect(second.lock).toEqual(first.lock);
  });

  test("does not take what was made of other inputs, whatever the tag says", async () => {
    const registry = new FakeRegistry();
    await publishAll(registry);
    const edited = projectOf({ ...chain, rust: { build_base: "debian", run: "RUN true\n" } });
    const built = new RegistryRig(edited, registry);
    const before = built.start();
    await built.succeed("rust");
    await before;
    const input = entryOf(built.lock, layer("rust"), amd64)?.input;
    const index = registry.tags()["registry.example/lamina/rust:latest"];
    if (input === undefined || index === undefined) throw new Error("rust was not built, or not published");
    registry.point(placeOf("rust"), tagOfInput(input), inputDigest(index));

    const second = new RegistryRig(edited, registry);
    const outcome = second.start();
    await second.succeed("rust");
    // What came out the same leaves its children as they are.
    expect(brief(await outcome)).toEqual(["debian: reused", "rust: built", "rust-deps: reused"]);
  });

  test("builds where the registry is silent, and asks once", async () => {
    const registry = new FakeRegistry();
    await publishAll(registry);
    registry.resolve = async () => ({
      ok: false,
      error: { kind: "unreachable", message: "registry.example does not answer" },
    });
    const second = new RegistryRig(projectOf(chain), registry);
    const outcome = second.start();
    for (const name of Object.keys(chain)) await second.succeed(name);
    expect(brief(await outcome)).toEqual(["debian: built", "rust: built", "rust-deps: built"]);
    expect(second.silences).toHaveLength(1);
  });

  test("builds where the registry accepts and says nothing, after its time", async () => {
    const registry = new FakeRegistry();
    registry.resolve = (_, __, signal) =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () => resolve({ ok: false, error: { kind: "canceled" } }));
      });
    const second = new RegistryRig(projectOf(chain), registry);
    const outcome = second.start();
    await settle();
    expect(second.builder.running).toEqual([]);
    second.clock.advance(15_000);
    for (const name of Object.keys(chain)) await second.succeed(name);
    expect(brief(await outcome)).toEqual(["debian: built", "rust: built", "rust-deps: built"]);
    expect(second.silences).toEqual([
      { kind: "unreachable", message: "registry.example did not answer within 15 s" },
    ]);
  });

  test("builds what is forced", async () => {
    const registry = new FakeRegistry();
    await publishAll(registry);
    const second = new RegistryRig(projectOf(chain), registry);
    const outcome = second.start({}, second.plan([], { force: true }));
    for (const name of Object.keys(chain)) await second.succeed(name);
    expect(brief(await outcome)).toEqual(["debian: built", "rust: built", "rust-deps: built"]);
  });
});

test("a version tag is that of the first promised tool", async () => {
  const registry = new FakeRegistry();
  const rig = new RegistryRig(projectOf(versions), registry);
  rig.publish();
  const outcome = rig.start();
  for (const name of Object.keys(versions)) await rig.succeed(name);
  await outcome;
  expect(tagNames(registry).filter((name) => name.includes("/rust:"))).toEqual([
    "registry.example/lamina/rust:1.2.3",
    "registry.example/lamina/rust:l-*",
    "registry.example/lamina/rust:latest",
  ]);
});

describe("artifacts", () => {
  const withArtifacts: Readonly<Record<string, LayerSpec>> = {
    debian: { artifact_paths: ["/usr/bin/thing"], tools_provided: ["thing"] },
  };

  test("are tagged beside the layer, with what they were made of", async () => {
    const registry = new FakeRegistry();
    const rig = await publishAll(registry, withArtifacts);
    expect(rig.collected).toEqual(["debian"]);
    expect(tagNames(registry)).toEqual([
      "registry.example/lamina/debian:1.2.3",
      "registry.example/lamina/debian:1.2.3-artifacts",
      "registry.example/lamina/debian:artifacts",
      "registry.example/lamina/debian:l-*",
      expect.stringMatching(/^registry\.example\/lamina\/debian:l-[0-9a-f]{16}-artifacts$/),
      "registry.example/lamina/debian:latest",
    ]);
    expect(registry.read(placeOf("debian"), "artifacts")).toMatchObject({
      manifests: [
        { digest: imageOf("artifacts of debian"), annotations: { "io.lamina.size": "10" } },
        { annotations: { "vnd.docker.reference.digest": imageOf("artifacts of debian") } },
      ],
    });
  });

  test("are not made again where they are there", async () => {
    const registry = new FakeRegistry();
    const rig = await publishAll(registry, withArtifacts);
    rig.publish();
    await rig.start();
    expect(rig.collected).toEqual(["debian"]);
  });

  test("that cannot be taken out keep the run from being promoted", async () => {
    const registry = new FakeRegistry();
    const rig = new RegistryRig(projectOf(withArtifacts), registry);
    rig.collectFailure = { kind: "not-collected", message: "the builder was lost" };
    rig.publish();
    const outcome = rig.start();
    await rig.succeed("debian");
    expect((await outcome).result).toBe("failed");
    expect(rig.log.of("promotion.failed")[0]?.message).toBe(
      "debian could not be taken apart: the builder was lost",
    );
    expect(registry.tags()).toEqual({});
  });
});
