// Promises of a layer held against its image: a broken one fails the layer, says which, and leaves the lock as it was.

import { describe, expect, test } from "vitest";
import type { ToolFinding } from "../../engine/ports/builder.ts";
import { findVersion, fulfils } from "../../engine/run/tool-version.ts";
import { imageOf } from "../fakes/images.ts";
import { amd64, digestOf } from "../lock/samples.ts";
import { builtLock, type LayerSpec, projectOf } from "../plan/project.ts";
import { brief, RunRig } from "./rig.ts";

const promises: LayerSpec = {
  tools_provided: [
    "rustc",
    { name: "cargo", check: ["cargo", "-V"], version: ">=1.80" },
    { name: "sccache", version: "^1" },
  ],
  artifact_paths: ["/usr/bin/cargo", "/usr/bin/rustc"],
};
const project = projectOf({ rust: promises, deps: { build_base: "rust" } });

/** What the failed layer says after its proof found this. */
async function failureAfter(findings: readonly ToolFinding[], missingArtifacts: readonly string[] = []) {
  const rig = new RunRig(project);
  for (const finding of findings) rig.builder.findings.set(finding.name, finding);
  rig.builder.findings.set("cargo", {
    kind: "ran",
    name: "cargo",
    output: "cargo 1.96.0 (9d8e1c1 2026-05-01)\n",
  });
  for (const finding of findings) rig.builder.findings.set(finding.name, finding);
  rig.builder.missingArtifacts.push(...missingArtifacts);
  const outcome = rig.start();
  await rig.succeed("rust");
  expect(brief(await outcome)).toEqual(["rust: failed", "deps: doomed by rust"]);
  expect(rig.lock.layers).toEqual({});
  const [{ kind, message, help, logTail } = { kind: "", message: "", help: "", logTail: [] }] =
    rig.log.of("layer.failed");
  return { kind, message, help, logTail };
}

describe("proof", () => {
  test("every promise is asked of the very image, and versions go to lock and event", async () => {
    const rig = new RunRig(project);
    rig.builder.findings.set("cargo", { kind: "ran", name: "cargo", output: "cargo 1.96.0 (9d8e1c1)\n" });
    rig.builder.findings.set("rustc", { kind: "ran", name: "rustc", output: "" });
    const outcome = rig.start();
    await rig.succeed("rust");
    await rig.succeed("deps");
    await outcome;
    expect(rig.builder.proofs).toEqual([
      {
        image: { kind: "store", digest: imageOf("rust") },
        platform: amd64,
        tools: [
          { name: "rustc", command: ["rustc", "--version"] },
          { name: "cargo", command: ["cargo", "-V"] },
          { name: "sccache", command: ["sccache", "--version"] },
        ],
        artifactPaths: ["/usr/bin/cargo", "/usr/bin/rustc"],
      },
    ]);
    const versions = { rustc: "", cargo: "1.96.0", sccache: "1.2.3" };
    expect(Object.values(rig.lock.layers).map((platforms) => platforms[amd64]?.tools)).toEqual([
      {},
      versions,
    ]);
    expect(rig.log.of("layer.completed")[0]?.tools).toEqual(versions);
    expect(rig.log.of("layer.proving")).toMatchObject([
      { layer: "rust", tools: ["rustc", "cargo", "sccache"] },
    ]);
  });

  test("a missing tool", async () => {
    expect(await failureAfter([{ kind: "missing", name: "sccache" }])).toEqual({
      kind: "tool-missing",
      message: "the tool sccache is not in the image",
      help: "install it in the Dockerfile, or take it out of tools_provided",
      logTail: [],
    });
  });

  test("a tool whose check fails", async () => {
    const output = "error while loading shared libraries\nlibz.so.1\n";
    expect(await failureAfter([{ kind: "failed", name: "cargo", exitCode: 127, output }])).toEqual({
      kind: "tool-failed",
      message: "the check of cargo failed with exit code 127: cargo -V",
      help: "mend the tool, or give it another check in tools_provided",
      logTail: ["error while loading shared libraries", "libz.so.1"],
    });
  });

  test("a tool that is too old", async () => {
    expect(await failureAfter([{ kind: "ran", name: "cargo", output: "cargo 1.79.9\n" }])).toEqual({
      kind: "tool-version",
      message: "cargo must be >=1.80, and the image has 1.79.9",
      help: "install a version that fits, or ask for another in tools_provided",
      logTail: [],
    });
  });

  test("a tool that keeps its version to itself", async () => {
    expect(await failureAfter([{ kind: "ran", name: "cargo", output: "cargo, of course\n" }])).toEqual({
      kind: "tool-version",
      message: "cargo must be >=1.80, and its check prints no version",
      help: "install a version that fits, or ask for another in tools_provided",
      logTail: ["cargo, of course"],
    });
  });

  test("missing artifacts", async () => {
    expect(await failureAfter([], ["/usr/bin/rustc"])).toEqual({
      kind: "artifact-missing",
      message: "/usr/bin/rustc is not in the image",
      help: "make it in the Dockerfile, or take it out of artifact_paths",
      logTail: [],
    });
  });

  test("all that is broken is told at once, under the gravest kind", async () => {
    const findings: readonly ToolFinding[] = [
      { kind: "ran", name: "cargo", output: "cargo 1.2.0" },
      { kind: "missing", name: "rustc" },
    ];
    expect(await failureAfter(findings, ["/usr/bin/rustc"])).toMatchObject({
      kind: "tool-missing",
      message:
        "the tool rustc is not in the image; cargo must be >=1.80, and the image has 1.2.0; /usr/bin/rustc is not in the image",
    });
  });

  test("a layer that breaks its promise keeps its old entry", async () => {
    const lock = builtLock(project);
    const broken = { rust: { ...promises, run: "RUN rm /usr/bin/rustc\n" }, deps: { build_base: "rust" } };
    const rig = new RunRig(projectOf(broken), lock);
    rig.builder.findings.set("rustc", { kind: "missing", name: "rustc" });
    const outcome = rig.start();
    (await rig.builder.solving("rust")).succeed({ imageDigest: digestOf("d") });
    expect((await outcome).result).toBe("failed");
    expect(rig.lock).toEqual(lock);
    expect(rig.log.of("lock.written")).toEqual([]);
  });

  test("a proof that cannot be made fails the layer", async () => {
    const rig = new RunRig(project);
    rig.builder.proofFailure = { kind: "daemon-lost", message: "EOF" };
    const outcome = rig.start();
    await rig.succeed("rust");
    expect((await outcome).steps[0]?.outcome).toEqual({
      kind: "failed",
      failure: "daemon-lost",
      message: "the builder was lost: EOF",
    });
  });

  test("a layer that promises nothing is not asked", async () => {
    const rig = new RunRig(projectOf({ a: {} }));
    const outcome = rig.start();
    await rig.succeed("a");
    await outcome;
    expect(rig.builder.proofs).toEqual([]);
  });
});

describe("versions in what tools print", () => {
  test.each([
    ["cargo 1.96.0 (9d8e1c1 2026-05-01)", "1.96.0"],
    ["rustc 1.98.0-nightly (abc 2026-01-01)", "1.98.0-nightly"],
    ["git version 2.47.2\n", "2.47.2"],
    ["v22.4.1", "22.4.1"],
    ["gcc (Debian 14.2.0-19) 14.2.0", "14.2.0"],
    ["GNU bash, version 5.2.37(1)-release (x86_64-pc-linux-gnu)", "5.2.37"],
    ["wasm-pack 0.13\n", "0.13"],
    ["built 2026-01-01 on host-3.local.example as tool 4.5.6", "4.5.6"],
    ["no number", ""],
    ["less 668", ""],
    ["", ""],
  ])("%j has %j", (output, version) => {
    expect(findVersion(output)).toBe(version);
  });

  test.each([
    ["1.96.0", ">=1.80", true],
    ["1.79.9", ">=1.80", false],
    ["0.13", "^0.13.0", true],
    ["1.98.0-nightly", ">=1.98", true],
    ["2.0.0", "^1 || ^3", false],
    ["", ">=0", false],
  ])("%s fulfils %s: %s", (version, range, expected) => {
    expect(fulfils(version, range)).toBe(expected);
  });
});
