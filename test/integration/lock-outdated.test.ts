// External images that move on in a real registry, seen by `lamina outdated` and followed by `lamina lock --update`, over layers
// that a real BuildKit built.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { z } from "zod";
import { hostPlatform } from "../../cli/wire.ts";
import { type ImageDigest, imageDigest, sha256, shortDigest } from "../../engine/core/digest.ts";
import { openImageInspector } from "../../providers/registry/created.ts";
import { openRegistry } from "../../providers/registry/open-registry.ts";
import { lock as lockSchema } from "../../schemas/lock.ts";
import { lockCheck, lockUpdate, outdated } from "../../schemas/lock-reports.ts";
import { type CliResult, runCli, type WrittenProject, writeProject } from "../cli/run-cli.ts";
import { HurriedClock } from "../fakes/hurried-clock.ts";
import { describeImageInspector } from "../ports/images.ts";
import { pushLayout } from "../rig/registry.ts";

const rig = inject("rig");
const { address } = rig.registry;
const own = hostPlatform();
const manifestType = "application/vnd.oci.image.manifest.v1+json";
const manifestShape = z.looseObject({ config: z.looseObject({ digest: z.string() }) });

/** The busybox image again, made at another time, under a tag. */
async function push(name: string, tag: string, created: string): Promise<ImageDigest> {
  const blob = (digest: string) =>
    JSON.parse(readFileSync(join(rig.busybox.directory, "blobs", digest.replace(":", "/")), "utf8"));
  await pushLayout(rig.busybox.directory, address, name, "first");
  const manifest = manifestShape.parse(blob(rig.busybox.digest));
  const config = JSON.stringify({ ...z.looseObject({}).parse(blob(manifest.config.digest)), created });
  const opened = await fetch(`http://${address}/v2/${name}/blobs/uploads/`, { method: "POST" });
  const upload = new URL(opened.headers.get("location") ?? "", `http://${address}`);
  upload.searchParams.set("digest", sha256(config));
  await fetch(upload, { method: "PUT", body: config });
  const text = JSON.stringify({
    ...manifest,
    config: { ...manifest.config, digest: sha256(config), size: config.length },
  });
  const stored = await fetch(`http://${address}/v2/${name}/manifests/${tag}`, {
    method: "PUT",
    headers: { "content-type": manifestType },
    body: text,
  });
  if (stored.status !== 201) throw new Error(`the registry answered with ${stored.status}`);
  return imageDigest(sha256(text));
}

const steady = "lamina-test/steady";
const moving = "lamina-test/moving";
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000 - 3_600_000).toISOString();

let project: WrittenProject;
let first: ImageDigest;

function layer(name: string, base: string, from: string): Record<string, string> {
  return {
    [`catalog/${name}/workflow.ncl`]: `{
  name = "${name}",
  kind = 'utility,
  language = "none",
  build_base = ${base},
  tools_provided = [],
  artifact_paths = ["/${name}"],
}
`,
    [`catalog/${name}/Dockerfile`]: `FROM ${from}\nRUN touch /${name}\n`,
  };
}

beforeAll(async () => {
  await push(steady, "1", daysAgo(400));
  first = await push(moving, "1", daysAgo(70));
  project = writeProject({
    ...layer("one", `{ image = "${address}/${moving}:1" }`, `${address}/${moving}:1`),
    ...layer("two", '"one"', "lamina/one"),
    ...layer("aside", `{ image = "${address}/${steady}:1" }`, `${address}/${steady}:1`),
  });
});
afterAll(() => project.remove());

function lamina(...args: readonly string[]): Promise<CliResult> {
  const env = {
    BUILDKIT_HOST: rig.buildkit.address,
    PATH: `${join(rig.buildkit.buildctl, "..")}:${process.env["PATH"] ?? ""}`,
  };
  return runCli(args, { cwd: project.root, env });
}

const lockText = () => readFileSync(join(project.root, "lamina.lock"), "utf8");

test("an image that moved on is told of, and followed when that is asked for", async () => {
  const unpinned = await lamina("outdated");
  expect(unpinned).toMatchObject({ exitCode: 0, stderr: "" });
  expect(unpinned.stdout).toMatch(/^2 bases: 2 not pinned$/m);

  // Pins first, layers then: the build takes what is pinned.
  const pinned = await lamina("lock", "--update", "--json");
  expect(pinned.exitCode).toBe(0);
  expect(lockUpdate.parse(JSON.parse(pinned.stdout))).toMatchObject({
    pins: [{ image: `${address}/${moving}:1`, platform: own, was: null, is: first }, { was: null }],
    stale: [],
  });
  const second = await push(moving, "1", daysAgo(3));
  expect((await lamina("build")).exitCode).toBe(0);
  expect(await lamina("lock", "--check")).toEqual({
    exitCode: 0,
    stdout: "3 layers, all as the lock has them\n",
    stderr: "",
  });
  const built = lockText();

  const moved = await lamina("outdated");
  expect(moved).toEqual({
    exitCode: 0,
    stdout: `\
base${" ".repeat(`${address}/${moving}:1`.length - 4)}  platform     pinned                      now                       layers
${address}/${moving}:1  ${own}  ${shortDigest(first)}  2 months old  ${shortDigest(second)}  3 days old       2
2 bases: 1 moved on, 1 as pinned
`,
    stderr: "",
  });
  expect((await lamina("outdated", "--exit-code")).exitCode).toBe(1);
  expect((await lamina("outdated", "--exit-code", `${address}/${steady}:1`)).exitCode).toBe(0);
  const { bases } = outdated.parse(JSON.parse((await lamina("outdated", "--json")).stdout));
  expect(bases[0]).toMatchObject({ state: "moved", pinned: first, now: second, layers: ["one", "two"] });
  expect(bases[1]).toMatchObject({ state: "current", nowCreated: null, layers: ["aside"] });

  const nothing = await lamina("lock", "--update");
  expect([nothing.exitCode, lockText()]).toEqual([0, built]);
  const dry = await lamina("lock", "--update", "--all", "--dry-run");
  expect([dry.exitCode, lockText()]).toEqual([0, built]);
  expect(dry.stdout).toContain("2 layers to be built again: one, two\nnothing was written\n");
  const followed = await lamina("lock", "--update", "+two");
  expect(followed.exitCode).toBe(0);
  expect(followed.stdout).toBe(`\
base${" ".repeat(`${address}/${moving}:1`.length - 4)}  platform     was           is
${address}/${moving}:1  ${own}  ${shortDigest(first)}  ${shortDigest(second)}
2 layers to be built again: one, two
`);
  // One line of the lock, and nothing of what was built.
  expect(lockText()).toBe(built.replace(`"${own}": "${first}"`, `"${own}": "${second}"`));
  expect((await lamina("outdated", "--exit-code")).stdout).toBe("2 bases: 2 as pinned\n");
  const check = await lamina("lock", "--check", "--json");
  expect(lockCheck.parse(JSON.parse(check.stdout))).toMatchObject({
    ok: false,
    behind: [
      { layer: "one", reasons: [{ kind: "base-changed", was: first, is: second }] },
      { layer: "two", reasons: [{ kind: "parent-pending" }] },
    ],
  });
});

test("where one cannot be looked up the others are", async () => {
  const third = await push(moving, "1", daysAgo(1));
  const before = lockSchema.parse(JSON.parse(lockText()));
  const digest = before.bases[`${address}/${steady}:1`]?.[own] ?? "";
  expect(
    (await fetch(`http://${address}/v2/${steady}/manifests/${digest}`, { method: "DELETE" })).status,
  ).toBe(202);
  const updated = await lamina("lock", "--update", "--all");
  expect([updated.exitCode, updated.stderr]).toEqual([1, `error: ${address}/${steady}:1 does not exist\n`]);
  const after = lockSchema.parse(JSON.parse(lockText()));
  expect(after.bases).toEqual({
    ...before.bases,
    [`${address}/${moving}:1`]: { [own]: third },
  });
  expect((await lamina("outdated")).exitCode).toBe(1);
});

const busyboxCreatedMs = Date.UTC(2025, 0, 1);

const anonymous = openRegistry({
  env: () => undefined,
  clock: new HurriedClock(),
  random: () => 1,
  plainHttp: new Set(),
});

describeImageInspector("a registry", async () => {
  const made = daysAgo(9);
  const digest = await push("lamina-test/dated", "1", made);
  // A date that stands in for none, as lamina's own images have it.
  const undated = await push("lamina-test/undated", "1", "1980-01-01T00:00:00Z");
  const unknown = imageDigest(`sha256:${"0".repeat(64)}`);
  return {
    inspector: openImageInspector(anonymous),
    known: [
      [`${address}/lamina-test/dated:1`, digest, Date.parse(made)],
      [rig.busybox.reference, imageDigest(rig.busybox.digest), busyboxCreatedMs],
      [`${address}/lamina-test/undated:1`, undated, undefined],
    ],
    unknown: [
      [`${address}/lamina-test/dated:1`, unknown],
      ["127.0.0.1:2/no/body:there", digest],
      ["Not A Reference", digest],
    ],
  };
});

describeImageInspector("a layout", () =>
  Promise.resolve({
    inspector: openImageInspector(anonymous),
    known: [[`oci-layout:${rig.busybox.directory}`, imageDigest(rig.busybox.digest), busyboxCreatedMs]],
    unknown: [["oci-layout:/nowhere", imageDigest(rig.busybox.digest)]],
  }),
);
