// `lamina cache list` and `lamina cache gc` on a real registry, on registries that lack this or that, and beside a running build.

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { sha256 } from "../../engine/core/digest.ts";
import { type CacheGcJson, type CacheListJson, cacheGc, cacheList } from "../../schemas/cache-reports.ts";
import { lock as lockSchema } from "../../schemas/lock.ts";
import { type CliResult, runCli, type WrittenProject, writeProject } from "../cli/run-cli.ts";
import { RegistryServer } from "../fakes/registry-server.ts";
import { type GateProxy, openGateProxy } from "./gate-proxy.ts";

const rig = inject("rig");
const path = `${join(rig.buildkit.buildctl, "..")}:${process.env["PATH"] ?? ""}`;
const main = join(import.meta.dirname, "../../cli/main.ts");
const base = rig.busybox.reference;
const jpl = ["--actor", "human", "--actor-id", "jpl"];

let proxy: GateProxy;
let repository: string;
const projects: WrittenProject[] = [];
const servers: RegistryServer[] = [];

beforeEach(async () => {
  proxy = await openGateProxy(rig.registry.address);
  repository = `t${randomBytes(6).toString("hex")}/lamina`;
});
afterEach(async () => {
  await proxy.close();
  for (const project of projects.splice(0)) project.remove();
  for (const server of servers.splice(0)) await server.stop();
});

function checkOut(directives: string, layers: readonly string[] = ["one", "two"]): WrittenProject {
  const project = writeProject({
    "catalog/build_directives.ncl": directives,
    ...Object.assign({}, ...layers.map((name) => layer(name))),
  });
  projects.push(project);
  return project;
}

function layer(name: string, mark = "", fields = ""): Record<string, string> {
  return {
    [`catalog/${name}/workflow.ncl`]: `{
  name = "${name}", kind = 'utility, language = "none", build_base = { image = "${base}" },
  tools_provided = ["${name}"], artifact_paths = [], ${fields}
}
`,
    [`catalog/${name}/Dockerfile`]: `FROM ${base}
RUN printf '#!/bin/sh\\necho ${name} 1.2.3\\n' > /bin/${name} && chmod +x /bin/${name} && echo '${mark}' > /etc/${name}
`,
  };
}

function directives(address: string, provider = "zot"): string {
  return `{ artifact = { image = "${address}/${repository}" }, registry_provider = '${provider}, cache_policy = { actor = 'ci } }`;
}

function lamina(project: WrittenProject, args: readonly string[]): Promise<CliResult> {
  return runCli(args, { cwd: project.root, env: { BUILDKIT_HOST: rig.buildkit.address, PATH: path } });
}

async function list(project: WrittenProject, ...args: readonly string[]): Promise<CacheListJson> {
  return cacheList.parse(JSON.parse((await lamina(project, ["cache", "list", "--json", ...args])).stdout));
}

async function gc(project: WrittenProject, ...args: readonly string[]): Promise<CacheGcJson> {
  const done = await lamina(project, ["cache", "gc", "--json", ...args]);
  expect(done.stderr).toBe("");
  return cacheGc.parse(JSON.parse(done.stdout));
}

/** Last part of each ref. */
const shortRefs = (found: readonly { readonly ref: string }[]): readonly string[] =>
  found.map(({ ref }) => ref.slice(ref.indexOf("/") + 1).replace(/^t[0-9a-f]{12}\//, ""));

const shortLock = (project: WrittenProject, name: string): string => {
  const locked = lockSchema.parse(JSON.parse(readFileSync(join(project.root, "lamina.lock"), "utf8")));
  const [entry] = Object.entries(locked.layers).flatMap(([key, all]) =>
    key === name ? Object.values(all) : [],
  );
  return `l-${entry?.input.slice("sha256:".length).slice(0, 16) ?? ""}`;
};

const blobCount = (project: WrittenProject): number =>
  readdirSync(join(project.root, ".lamina/store/blobs/sha256")).length;

test("what no layer, lock or name reaches goes, when it is said to, and nothing else", async () => {
  const project = checkOut(directives(proxy.address));
  expect((await lamina(project, ["build", "--push"])).exitCode).toBe(0);
  const platformTag = process.arch === "arm64" ? "linux-arm64" : "linux-amd64";
  const before = await list(project);
  const [registry] = before.registries;
  expect(shortRefs(registry?.caches ?? [])).toEqual([
    `cache/ci/lamina/one:${platformTag}`,
    `cache/ci/lamina/two:${platformTag}`,
  ]);
  expect(registry?.caches.map(({ reach, namespace }) => [reach, namespace])).toEqual([
    ["reached", "ci/lamina"],
    ["reached", "ci/lamina"],
  ]);
  // Newest steps and indexes say so.
  expect(registry?.caches.every(({ writtenAtMs }) => writtenAtMs !== null)).toBe(true);
  expect(registry?.images.every(({ writtenAtMs }) => writtenAtMs !== null)).toBe(true);
  expect(registry?.images.map(({ layer: name, reachedBy }) => [name, reachedBy])).toEqual([
    ["one", "name"],
    ["one", "lock"],
    ["one", "name"],
    ["two", "name"],
    ["two", "lock"],
    ["two", "name"],
  ]);
  expect(registry?.unseen).toBeNull();
  expect(before.buildkit?.address).toBe(rig.buildkit.address);

  // A layer is edited, another goes.
  const old = shortLock(project, "one");
  for (const [file, text] of Object.entries(layer("one", "edited"))) project.write(file, text);
  project.write("catalog/two/workflow.ncl", "");
  await lamina(project, ["build", "--push"]);
  const moved = checkOut(directives(proxy.address), ["one"]);
  for (const [file, text] of Object.entries(layer("one", "edited"))) moved.write(file, text);
  expect((await lamina(moved, ["build", "--push"])).exitCode).toBe(0);
  const told = await lamina(moved, ["cache", "gc"]);
  expect(told.exitCode).toBe(0);
  expect([told.stdout, told.stderr]).toEqual(["", "nothing to delete\n"]);

  const dry = await gc(moved, "--keep-days", "0");
  const expected = [`cache/ci/lamina/two:${platformTag}`, `lamina/one:${old}`];
  expect(dry.dryRun).toBe(true);
  expect(shortRefs(dry.removed)).toEqual(expected);
  expect((await list(moved)).registries[0]?.caches).toHaveLength(2);

  const done = await gc(moved, "--keep-days", "0", "--yes");
  expect(shortRefs(done.removed)).toEqual(expected);
  expect(done.left).toEqual([]);
  expect(done.freedBytes).toBe(dry.freedBytes);
  expect(done.freedBytes).toBeGreaterThan(0);
  const [after] = (await list(moved)).registries;
  expect(shortRefs(after?.caches ?? [])).toEqual([`cache/ci/lamina/one:${platformTag}`]);
  expect(shortRefs(after?.images ?? [])).toEqual([
    "lamina/one:1.2.3",
    `lamina/one:${shortLock(moved, "one")}`,
    "lamina/one:latest",
    "lamina/two:1.2.3",
    `lamina/two:${shortLock(project, "two")}`,
    "lamina/two:latest",
  ]);
  expect(shortRefs((await gc(moved, "--keep-days", "0", "--yes")).removed)).toEqual([]);
});

test("dev caches are those of who asks, and who may not is told before anything is asked", async () => {
  const project = checkOut(directives(proxy.address), ["one"]);
  expect((await lamina(project, ["build", "--force", ...jpl])).exitCode).toBe(0);
  expect((await lamina(project, ["build", "--force"])).exitCode).toBe(0);
  const spaces = async (...args: readonly string[]): Promise<readonly string[] | undefined> =>
    (await list(project, ...args)).registries[0]?.caches.map(({ namespace }) => namespace);
  expect(await spaces()).toEqual(["ci/lamina"]);
  expect(await spaces(...jpl)).toEqual(["ci/lamina", "dev/jpl-lamina"]);
  expect(await spaces("--all")).toEqual(["ci/lamina", "dev/jpl-lamina"]);
  expect(await spaces("--actor", "human", "--actor-id", "ann")).toEqual(["ci/lamina"]);

  proxy.seen.splice(0);
  const refusals: readonly (readonly [readonly string[], string])[] = [
    [
      ["--namespace", "ci/lamina", ...jpl],
      "human jpl may not clear ci/lamina: it writes dev/jpl-lamina alone",
    ],
    [["--namespace", "dev/jpl-lamina"], "ci may not clear dev/jpl-lamina: it writes ci/lamina alone"],
    [
      ["caches", "--namespace", "dev/jpl-lamina", "--actor", "agent", "--actor-id", "ann"],
      "agent ann may not clear dev/jpl-lamina: it writes dev/ann-lamina alone",
    ],
    [
      ["--namespace", "dev/jpl-lamina-x", ...jpl],
      "dev/jpl-lamina-x is of another workspace than this one, lamina",
    ],
    [["--dev"], "--dev is about caches of people and agents, not ci/lamina"],
    [["chaches"], 'there is nothing called "chaches" to clear'],
    [
      ["store", "--dev", ...jpl],
      "--namespace and --dev are about caches, which are not among what is to be cleared",
    ],
  ];
  for (const [args, message] of refusals) {
    const refused = await lamina(project, ["cache", "gc", "--yes", ...args]);
    expect(refused.stderr.split("\n")[0]).toBe(`error: ${message}`);
    expect(refused.exitCode).toBe(2);
  }
  expect(proxy.seen).toEqual([]);

  expect(shortRefs((await gc(project, "caches", "--keep-days", "0", "--yes", ...jpl)).removed)).toEqual([]);
  const done = await gc(project, "caches", "--dev", "--yes", ...jpl);
  expect(done.removed.map((each) => each.kind === "cache" && [each.namespace, each.cause])).toEqual([
    ["dev/jpl-lamina", "dev"],
  ]);
  expect(await spaces("--all")).toEqual(["ci/lamina"]);
});

test("a topology that lets nobody push lets nobody delete", async () => {
  const project = checkOut(
    `{
  cache_policy = { actor = 'ci },
  registry_topology = { registries = { main = {
    provider = 'zot, repository = "${proxy.address}/${repository}", capabilities = { images = ['pull], ci = ['pull] },
  } } },
}
`,
    ["one"],
  );
  for (const [part, message] of [
    ["images", "whoever asks may not push images to main, and so deletes none there"],
    ["caches", "no registry keeps caches of ci/lamina for ci"],
  ] as const) {
    const refused = await lamina(project, ["cache", "gc", part, "--yes"]);
    expect(refused.stderr.split("\n")[0]).toBe(`error: ${message}`);
    expect(refused.exitCode).toBe(2);
  }
  expect(proxy.seen).toEqual([]);
  const rest = await lamina(project, ["cache", "gc", "--yes"]);
  expect(rest.stderr).toBe(
    "note: caches are left alone: no registry keeps caches of ci/lamina for ci\n" +
      "note: images are left alone: whoever asks may not push images to main, and so deletes none there\n" +
      "nothing to delete\n",
  );
  expect(rest.exitCode).toBe(0);
  expect(proxy.seen).toEqual([]);
});

/** A cache of a platform that "one" is not built for, in a registry with such ways. */
async function withStrayCache(
  ways: ConstructorParameters<typeof RegistryServer>[0],
  provider: string,
): Promise<{ readonly server: RegistryServer; readonly project: WrittenProject; readonly ref: string }> {
  const server = new RegistryServer(ways);
  servers.push(server);
  const address = await server.start();
  const project = checkOut(directives(address, provider), ["one"]);
  const declared = layer("one", "", 'platforms = ["linux/amd64"]');
  project.write("catalog/one/workflow.ncl", declared["catalog/one/workflow.ncl"] ?? "");
  const [owner = ""] = repository.split("/");
  const name = `${owner}/cache/ci/lamina/one`;
  const config = "{}";
  const put = async (url: string, method: string, body?: string, type?: string): Promise<Response> =>
    fetch(new URL(url, `http://${address}`), {
      method,
      ...(body === undefined ? {} : { body }),
      ...(type === undefined ? {} : { headers: { "content-type": type } }),
    });
  const upload = await put(`/v2/${name}/blobs/uploads/`, "POST");
  const to = new URL(upload.headers.get("location") ?? "", `http://${address}`);
  to.searchParams.set("digest", sha256(config));
  await put(to.href, "PUT", config);
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const manifest = {
    schemaVersion: 2,
    mediaType,
    config: { mediaType: "application/json", digest: sha256(config), size: config.length },
    layers: [],
  };
  const answer = await put(`/v2/${name}/manifests/linux-s390x`, "PUT", JSON.stringify(manifest), mediaType);
  expect(answer.status).toBe(201);
  return { server, project, ref: `${address}/${name}:linux-s390x` };
}

test("a registry that deletes nothing is told of, and one that lists nothing is looked at where layers are known", async () => {
  const { project, server } = await withStrayCache({ deletes: "nothing", catalog: "missing" }, "zot");
  const listed = await lamina(project, ["cache", "list"]);
  expect(listed.exitCode).toBe(0);
  expect(listed.stdout).toMatch(/^ci\/lamina +one +linux\/s390x +\d+ B +unknown +no$/m);
  expect(listed.stderr).toMatch(
    /^note: \S+ does not list its repositories here: what is there of layers that nobody here knows is not seen\n$/,
  );
  expect((await lamina(project, ["cache", "list", "--all"])).exitCode).toBe(3);

  const dry = await lamina(project, ["cache", "gc", "caches"]);
  expect(dry.exitCode).toBe(0);
  expect(dry.stdout).toContain("ci/lamina/one for linux/s390x");
  expect(server.lines.filter((line) => line.startsWith("DELETE"))).toEqual([]);
  const failed = await lamina(project, ["cache", "gc", "caches", "--yes"]);
  expect(failed.stderr).toMatch(
    /^error: ci\/lamina\/one for linux\/s390x was not deleted: \S+ answered with HTTP 405/m,
  );
  expect(failed.exitCode).toBe(1);
});

test("where deleting is an API of the registry's own nothing is asked for", async () => {
  const { project, server } = await withStrayCache({ catalog: "unauthorized" }, "ghcr");
  const failed = await lamina(project, ["cache", "gc", "caches", "--yes"]);
  expect(failed.stderr).toMatch(
    /^error: ci\/lamina\/one for linux\/s390x was not deleted: \S+ deletes by an API of its own alone$/m,
  );
  expect(failed.exitCode).toBe(1);
  expect(server.lines.filter((line) => line.startsWith("DELETE"))).toEqual([]);
});

test("where the image goes with its tags, it stays as long as another of them does", async () => {
  const { project, server, ref } = await withStrayCache(
    { deletes: { status: 400, code: "UNSUPPORTED" } },
    "harbor",
  );
  const url = `http://${ref.replace("/", "/v2/").replace(/:([^:]*)$/, "/manifests/$1")}`;
  const accept = "application/vnd.oci.image.manifest.v1+json";
  const manifest = await (await fetch(url, { headers: { accept } })).text();
  const beside = url.replace("linux-s390x", "linux-amd64");
  await fetch(beside, { method: "PUT", body: manifest, headers: { "content-type": accept } });
  const kept = await lamina(project, ["cache", "gc", "caches", "--yes"]);
  expect(kept.stderr).toContain(
    "error: ci/lamina/one for linux/s390x was not deleted: it is the image of linux-amd64 as well, which would go with it",
  );
  expect(kept.exitCode).toBe(1);
  expect(server.lines.filter((line) => line.startsWith("DELETE"))).toEqual([]);
  expect((await fetch(beside, { headers: { accept } })).status).toBe(200);
});

test("a registry that is away: the rest is done, and the code says so", async () => {
  const project = checkOut(directives(proxy.address), ["one"]);
  await proxy.close();
  const listed = await lamina(project, ["cache", "list"]);
  expect(listed.stdout).toContain(".lamina/store: 0 B");
  expect(listed.stderr).toMatch(/^error: .*ECONNREFUSED.*\nhelp: see that it can be reached from here\n$/);
  expect(listed.exitCode).toBe(3);
  expect((await lamina(project, ["cache", "gc", "--yes"])).exitCode).toBe(3);
});

test("this machine's images: what no lock reaches goes, but not while a build is at work", async () => {
  const project = checkOut("{}", ["one"]);
  expect((await lamina(project, ["build"])).exitCode).toBe(0);
  const clean = blobCount(project);
  for (const [file, text] of Object.entries(layer("one", "edited"))) project.write(file, text);
  expect((await lamina(project, ["build"])).exitCode).toBe(0);
  expect(blobCount(project)).toBeGreaterThan(clean);
  // Written today.
  expect((await gc(project, "store", "--yes")).store?.removed.blobs).toBe(0);

  project.write("catalog/one/Dockerfile", `FROM ${base}\nRUN sleep 100000\n`);
  const build = spawn(process.execPath, [main, "build", "--reporter", "json"], {
    cwd: project.root,
    env: { BUILDKIT_HOST: rig.buildkit.address, PATH: path, HOME: process.env["HOME"] },
    stdio: ["ignore", "pipe", "ignore"],
  });
  await once(build.stdout, "data");
  const refused = await lamina(project, ["cache", "gc", "store", "--keep-days", "0", "--yes"]);
  expect(refused.stderr).toContain("error: .lamina/store is left alone: a build is at work there\n");
  expect(refused.exitCode).toBe(1);
  expect(blobCount(project)).toBeGreaterThan(clean);
  build.kill("SIGINT");
  build.stdout.resume();
  await once(build, "exit");

  const dry = await gc(project, "store", "--keep-days", "0");
  const done = await gc(project, "store", "--keep-days", "0", "--yes");
  expect(done.store?.removed).toEqual(dry.store?.removed);
  expect(blobCount(project)).toBe(clean);
  // What the lock has is whole.
  for (const [file, text] of Object.entries(layer("one", "edited"))) project.write(file, text);
  const current = await lamina(project, ["build"]);
  expect(current.stderr).toMatch(/^1 current in/);
});
