// Build caches in a real registry, by who builds: what one wrote the other finds on a daemon that has nothing, nobody writes what is
// not theirs, nothing is asked of anybody before that is certain, and a broken cache fails no build.

import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo, Server } from "node:net";
import { createServer as createSocketServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from "vitest";
import { z } from "zod";
import { sha256 } from "../../engine/core/digest.ts";
import { askProgram } from "../../providers/host/ask-program.ts";
import { event as eventSchema } from "../../schemas/event.ts";
import { runCli, type WrittenProject, writeProject } from "../cli/run-cli.ts";
import { startBuildkitd } from "../rig/buildkitd.ts";
import type { RunningDaemon } from "../rig/daemon.ts";

const rig = inject("rig");
const registry = rig.registry.address;
let project: WrittenProject;
let fresh: RunningDaemon;
let count = 0;
/** Of its own for each test, so that none finds another's caches. */
let workspace: string;

const manifestTypes = "application/vnd.oci.image.manifest.v1+json";
const manifestSchema = z.looseObject({
  layers: z.array(z.looseObject({ digest: z.string(), size: z.number() })),
});

beforeAll(async () => {
  fresh = await startBuildkitd(
    rig.buildkit.buildkitd,
    join(mkdtempSync(join(tmpdir(), "lamina-caches-")), "daemon"),
  );
});
afterAll(() => fresh.stop());

beforeEach(() => {
  count += 1;
  workspace = `caches-${process.pid}-${count}`;
  project = writeProject({
    "catalog/one/workflow.ncl": workflow("one", `{ image = "${rig.busybox.reference}" }`, "/one"),
    "catalog/one/Dockerfile": `FROM ${rig.busybox.reference} AS stage\nRUN echo ${workspace} > /stage\nFROM ${rig.busybox.reference}\nCOPY --from=stage /stage /one\n`,
    "catalog/two/workflow.ncl": workflow("two", '"one"', "/two"),
    "catalog/two/Dockerfile": `FROM ${workspace}/one\nRUN cat /one > /two\n`,
  });
  direct();
});
afterEach(() => project.remove());

function workflow(name: string, base: string, artifact: string): string {
  return `{ name = "${name}", kind = 'utility, language = "none", build_base = ${base}, tools_provided = [], artifact_paths = ["${artifact}"] }\n`;
}

function direct(policy = "{ actor = 'ci }", at = registry): void {
  project.write(
    "catalog/build_directives.ncl",
    `let D = import "lamina/build_directives.ncl" in
D.make_ci_build { workspace = "${workspace}", artifact = { image = "${at}/team/images" }, compute_provider = 'docker_local, cache_policy = ${policy} }
`,
  );
}

interface Built {
  readonly exitCode: number;
  readonly stderr: string;
  /** "one: 0 run, 2 cached". */
  readonly layers: readonly string[];
  /** "written ci/…/one". */
  readonly caches: readonly string[];
  readonly notes: readonly string[];
}

/** On the rig's daemon, or on one that has nothing, with a store that has nothing. */
async function build(daemon: "rig" | "empty", ...args: readonly string[]): Promise<Built> {
  if (daemon === "empty") {
    await prune();
    rmSync(join(project.root, ".lamina"), { recursive: true, force: true });
  }
  const { exitCode, stdout, stderr } = await lamina(
    ["build", "--reporter", "json", ...args],
    daemon === "rig" ? rig.buildkit.address : fresh.told,
  );
  const events = stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => eventSchema.parse(JSON.parse(line)));
  return {
    exitCode,
    stderr,
    layers: events.flatMap((event) =>
      event.type === "layer.completed"
        ? [`${event.layer}: ${event.stepsRun} run, ${event.stepsCached} cached`]
        : [],
    ),
    caches: events.flatMap((event) =>
      event.type === "layer.cache" ? [`${event.result} ${shorten(event.cache)}`] : [],
    ),
    notes: events.flatMap((event) => (event.type === "run.note" ? [event.text] : [])),
  };
}

function shorten(address: string): string {
  return address.replace(/^.*\/team\/cache\//, "").replace(/:.*$/, "");
}

function lamina(args: readonly string[], daemon: string) {
  const path = `${join(rig.buildkit.buildctl, "..")}:${process.env["PATH"] ?? ""}`;
  return runCli(args, { cwd: project.root, env: { BUILDKIT_HOST: daemon, PATH: path } });
}

async function prune(): Promise<void> {
  const args = ["--addr", fresh.told, "prune", "--all"];
  const pruned = await askProgram({ program: rig.buildkit.buildctl, args }, new AbortController().signal);
  expect(pruned.ok).toBe(true);
}

const policyOf = (id: string, kind = "human") => ["--actor", kind, "--actor-id", id];
const ofCi = (name: string) => `ci/${workspace}/${name}`;
const ofDev = (id: string, name: string) => `dev/${id}-${workspace}/${name}`;
const manifestOf = (cache: string, tag = "") =>
  fetch(`http://${registry}/v2/team/cache/${cache}/manifests/${platformTag}${tag}`, {
    headers: { accept: manifestTypes },
  });
/** What a cache's tag points to; null where there is none. */
const digestOf = async (cache: string, tag = "") => {
  const answer = await manifestOf(cache, tag);
  return answer.headers.get("docker-content-digest");
};
const platformTag = process.arch === "arm64" ? "linux-arm64" : "linux-amd64";

test("a session writes its own alone: others and CI find nothing of it, and itself all", async () => {
  await build("rig");
  const held = await digestOf(ofCi("two"));
  project.write("catalog/two/Dockerfile", `FROM ${workspace}/one\nRUN cat /one /one > /two\n`);
  const session = await build("empty", ...policyOf("jpl"));
  expect(session.layers).toEqual(["one: 0 run, 2 cached", "two: 1 run, 0 cached"]);
  expect(session.caches).toEqual([`current ${ofDev("jpl", "one")}`, `written ${ofDev("jpl", "two")}`]);
  expect(await digestOf(ofCi("two"))).toBe(held);
  expect(await digestOf(ofDev("jpl", "one"))).toBeNull();

  const again = await build("empty", ...policyOf("jpl", "agent"));
  expect(again.layers).toEqual(["one: 0 run, 2 cached", "two: 0 run, 1 cached"]);
  for (const other of [policyOf("ann"), ["--actor", "ci_aux"], ["--actor", "ci"]]) {
    const { layers } = await build("empty", ...other);
    expect(layers).toEqual(["one: 0 run, 2 cached", "two: 1 run, 0 cached"]);
  }
});

const named = (text: string) => text.replaceAll("/W/", `/${workspace}/`);

/** Whatever is said to it is counted. */
async function listen(server: Server): Promise<{ readonly address: string; readonly heard: () => number }> {
  let heard = 0;
  server.on("connection", () => {
    heard += 1;
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("it has no port");
  return { address: `127.0.0.1:${String((bound satisfies AddressInfo).port)}`, heard: () => heard };
}

/** All refuse alike: each of the two ways of a refusal is tried with each of them. */
const everywhere = [["build"], ["build", "--dry-run"], ["plan"], ["watch"]];
const atBuild = [["build"]];

test.each([
  [
    "an auxiliary that is not listed",
    '{ actor = \'ci_aux, writes = ["ci/W/two"] }',
    [],
    "ci_aux may not write ci/W/one: cache_policy lists ci/W/two",
    everywhere,
  ],
  [
    "an auxiliary that is listed elsewhere",
    '{ actor = \'ci_aux, writes = ["ci/other/*"] }',
    [],
    "ci_aux may not write ci/W/one, ci/W/two: cache_policy lists ci/other/*",
    atBuild,
  ],
  [
    "a person of whom nobody knows who",
    "{ actor = 'ci }",
    ["--actor", "human"],
    "--actor human needs --actor-id ID",
    everywhere,
  ],
  [
    "a person that would be CI",
    "{ actor = 'ci }",
    policyOf("../ci"),
    '--actor-id must be an id: lower-case letters and digits, in words joined by _, such as "jpl", not "../ci"',
    atBuild,
  ],
  [
    "a person that would be another in another workspace",
    "{ actor = 'ci }",
    policyOf("a-b"),
    '--actor-id must be an id: lower-case letters and digits, in words joined by _, such as "jpl", not "a-b"',
    atBuild,
  ],
  [
    "CI as a person",
    "{ actor = 'ci }",
    policyOf("jpl", "ci"),
    "--actor-id goes with human and agent only, not with ci",
    atBuild,
  ],
])("%s is refused before anybody is asked anything", async (_who, policy, args, message, commands) => {
  const [builder, asked] = [createSocketServer(), createServer()];
  const [daemon, server] = await Promise.all([listen(builder), listen(asked)]);
  direct(named(policy), server.address);
  for (const command of commands) {
    const { exitCode, stdout, stderr } = await lamina([...command, ...args], `tcp://${daemon.address}`);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(named(message));
  }
  expect([daemon.heard(), server.heard()]).toEqual([0, 0]);
  for (const each of [builder, asked]) each.close();
});

test("whoever may write nothing is refused nothing", async () => {
  direct("{ actor = 'ci_aux, writes = [] }");
  const read = await build("rig");
  expect([read.exitCode, read.caches]).toEqual([0, []]);
  direct(`{ actor = 'ci_aux, disposition = 'discard, writes = ["ci/${workspace}/two"] }`);
  rmSync(join(project.root, "lamina.lock"));
  expect((await build("empty")).exitCode).toBe(0);
  expect(await digestOf(ofCi("one"))).toBeNull();
});

test("a cache whose blob is gone, and one that is none at all, fail no build", async () => {
  await build("rig");
  const { layers } = manifestSchema.parse(await (await manifestOf(ofCi("one"))).json());
  for (const { digest } of layers)
    await fetch(`http://${registry}/v2/team/cache/${ofCi("one")}/blobs/${digest}`, { method: "DELETE" });
  await fetch(`http://${registry}/v2/team/cache/${ofCi("two")}/manifests/${platformTag}`, {
    method: "PUT",
    headers: { "content-type": manifestTypes },
    body: await emptyManifest(ofCi("two")),
  });
  const built = await build("empty");
  expect([built.exitCode, built.layers]).toEqual([0, ["one: 2 run, 0 cached", "two: 1 run, 0 cached"]]);
  expect(built.notes).toEqual([
    expect.stringMatching(/^one: the cache \S+\/one:\S+ is not used: the build with it failed: .*not found/),
    expect.stringMatching(/^two: the cache \S+\/two:\S+ is not used: /),
  ]);
  // They are mended by what was built.
  const mended = await build("empty");
  expect([mended.notes, mended.layers]).toEqual([[], ["one: 0 run, 2 cached", "two: 0 run, 1 cached"]]);
});

/** A manifest that the registry takes and BuildKit makes nothing of. */
async function emptyManifest(cache: string): Promise<string> {
  const config = "<html>";
  const repository = `http://${registry}/v2/team/cache/${cache}`;
  const opened = await fetch(`${repository}/blobs/uploads/`, { method: "POST" });
  const upload = new URL(opened.headers.get("location") ?? "", repository);
  const digest = sha256(config);
  upload.searchParams.set("digest", digest);
  await fetch(upload, { method: "PUT", body: config });
  const mediaType = "application/vnd.buildkit.cacheconfig.v0";
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: manifestTypes,
    config: { mediaType, digest, size: config.length },
    layers: [],
  });
}

test.each([
  ["answers with failures", () => createServer((_, response) => void response.writeHead(500).end("boom"))],
  ["says nothing", () => createSocketServer()],
])("a registry that %s fails no build, and is left alone", async (_what, make) => {
  const server = make();
  const { address } = await listen(server);
  direct(undefined, address);
  // By force, so that nobody asks it for what others have published.
  const built = await build("rig", "--force");
  expect([built.exitCode, built.layers]).toEqual([0, ["one: 2 run, 0 cached", "two: 1 run, 0 cached"]]);
  expect(built.caches).toEqual([
    `unread ${ofCi("one")}`,
    `unwritten ${ofCi("one")}`,
    `unwritten ${ofCi("two")}`,
  ]);
  server.close();
});

const change = (word: string, two: string) => {
  project.write("catalog/one/Dockerfile", `FROM ${rig.busybox.reference}\nRUN echo ${word} > /one\n`);
  project.write("catalog/two/Dockerfile", `FROM ${workspace}/one\nRUN ${two}\n`);
};

test("rollback: where the run fails the caches are what they were, else they are the new ones", async () => {
  await build("rig");
  const before = await digestOf(ofCi("one"));
  direct("{ actor = 'ci, disposition = 'rollback }");
  change("second", "exit 3");
  const failed = await build("rig");
  expect([failed.exitCode, failed.caches]).toEqual([1, [`dropped ${ofCi("one")}`]]);
  expect(await digestOf(ofCi("one"))).toBe(before);

  change("third", "cat /one > /two");
  const done = await build("rig");
  expect([done.exitCode, done.caches.toSorted()]).toEqual([
    0,
    [`written ${ofCi("one")}`, `written ${ofCi("two")}`],
  ]);
  expect(await digestOf(ofCi("one"))).not.toBe(before);
  const again = await build("empty");
  expect(again.layers).toEqual(["one: 0 run, 1 cached", "two: 0 run, 1 cached"]);
});
