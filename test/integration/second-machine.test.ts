// The whole way of a catalog between machines, against a real registry: CI builds and publishes; another machine, which has a checkout
// and a BuildKit that never solved anything, builds nothing; where the images are gone the caches still have every step; a person reads
// the same and writes nothing but what is theirs; and whatever somebody may not write is refused before a builder is spoken to.

import { once } from "node:events";
import { mkdtempSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { z } from "zod";
import { type Event, event as eventSchema } from "../../schemas/event.ts";
import { runCli } from "../cli/run-cli.ts";
import { startBuildkitd } from "../rig/buildkitd.ts";
import { type GateProxy, openGateProxy } from "./gate-proxy.ts";
import { type Folder, folderAt, git, makeFolder } from "./git-project.ts";

const rig = inject("rig");
const path = `${join(rig.buildkit.buildctl, "..")}:${process.env["PATH"] ?? ""}`;
const base = rig.busybox.reference;
const workspace = `machines-${process.pid}`;
const layers = ["one", "two"] as const;

/** All that is asked of the registry goes through it, BuildKit's questions as well. */
let registry: GateProxy;
let folders: Folder[];
let stops: (() => Promise<void>)[];

beforeEach(async () => {
  registry = await openGateProxy(rig.registry.address);
  folders = [];
  stops = [];
});
afterEach(async () => {
  for (const stop of stops) await stop();
  for (const folder of folders) folder.remove();
  await registry.close();
});

interface Machine {
  readonly checkout: Folder;
  /** Of a BuildKit, or of somebody who takes its place. */
  readonly builder: string;
}

/** Both in new folders: neither has anything of another machine's. */
async function machineWith(origin: Folder): Promise<Machine> {
  const directory = join(mkdtempSync(join(tmpdir(), "lamina-machine-")), "buildkitd");
  const daemon = await startBuildkitd(rig.buildkit.buildkitd, directory);
  stops.push(daemon.stop);
  return { checkout: folderAt(clone(origin)), builder: daemon.told };
}

function clone(origin: Folder): string {
  const parent = makeFolder("lamina-machine-");
  folders.push(parent);
  git(parent.root, "clone", "--quiet", origin.root, "checkout");
  return join(parent.root, "checkout");
}

/** What a build told, as far as it says where each layer came from. */
async function build(machine: Machine, ...args: readonly string[]) {
  const { checkout, builder } = machine;
  const settings = { cwd: checkout.root, env: { BUILDKIT_HOST: builder, PATH: path } };
  const ran = await runCli(["build", "--reporter", "json", ...args], settings);
  const events = ran.stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line): Event => eventSchema.parse(JSON.parse(line)));
  return {
    exitCode: ran.exitCode,
    stderr: ran.stderr,
    layers: events.flatMap((event) => {
      if (event.type === "layer.reused") return [`${event.layer}: ${event.reason}`];
      if (event.type !== "layer.completed") return [];
      return [`${event.layer}: ${event.stepsRun} run, ${event.stepsCached} cached`];
    }),
    caches: events.flatMap((event) =>
      event.type === "layer.cache"
        ? [`${event.result} ${event.cache.replace(/^.*\/cache\/|:.*$/g, "")}`]
        : [],
    ),
  };
}

function originOf(): Folder {
  const origin = makeFolder();
  folders.push(origin);
  const files: Readonly<Record<string, string>> = {
    "catalog/build_directives.ncl": `{
  workspace = "${workspace}",
  cache_policy = { actor = 'ci_aux, writes = ["ci/${workspace}/two"] },
  registry_topology = {
    registries = { main = { provider = 'zot, repository = "${registry.address}/${workspace}/images" } },
    participants = {
      pipeline = { actor = 'ci, scopes = { main = { images = ['pull, 'push], ci = ['pull, 'push, 'cache] } } },
      auxiliary = { actor = 'ci_aux, scopes = { main = { images = ['pull], ci = ['pull, 'push, 'cache] } } },
      people = { actor = 'human, scopes = { main = { images = ['pull], ci = ['pull], dev = ['pull, 'push, 'cache] } } },
    },
  },
}
`,
    "catalog/one/workflow.ncl": workflow("one", `{ image = "${base}" }`),
    "catalog/one/Dockerfile": `FROM ${base} AS stage\nRUN echo ${workspace} > /stage\nFROM ${base}\nCOPY --from=stage /stage /etc/one\nRUN ${installs("one")}\n`,
    "catalog/two/workflow.ncl": workflow("two", '"one"'),
    "catalog/two/Dockerfile": `FROM ${workspace}/one\nRUN ${installs("two")}\n`,
    ".gitignore": ".lamina/\n",
  };
  for (const [file, text] of Object.entries(files)) origin.write(file, text);
  git(origin.root, "init", "--quiet", "--initial-branch=main");
  commit(origin);
  return origin;
}

function workflow(name: string, buildBase: string): string {
  return `{ name = "${name}", kind = 'utility, language = "none", build_base = ${buildBase}, tools_provided = ["${name}"], artifact_paths = [] }\n`;
}

function installs(name: string): string {
  return `printf '#!/bin/sh\\necho ${name} 1.2.3\\n' > /bin/${name} && chmod +x /bin/${name}`;
}

function commit({ root }: Folder): void {
  git(root, "add", "--all");
  git(root, "commit", "--quiet", "--message", "State");
}

const ci = ["--actor", "ci"];
const person = ["--actor", "human", "--actor-id", "jpl"];
const writtenSince = (start: number): readonly string[] =>
  registry.seen.slice(start).filter((line) => /^(PUT|POST|PATCH|DELETE) /.test(line));

/** Takes every image of the catalog out of the registry, and leaves the caches. */
async function deleteImages(): Promise<void> {
  for (const layer of layers) {
    const repository = `http://${rig.registry.address}/v2/${workspace}/images/${layer}`;
    const listed = await fetch(`${repository}/tags/list`);
    const { tags } = z.looseObject({ tags: z.array(z.string()) }).parse(await listed.json());
    const accept = "application/vnd.oci.image.index.v1+json";
    for (const tag of tags) {
      const index = await fetch(`${repository}/manifests/${tag}`, { headers: { accept } });
      if (index.status === 404) continue;
      const { manifests } = z
        .looseObject({ manifests: z.array(z.looseObject({ digest: z.string() })) })
        .parse(await index.json());
      for (const digest of [
        index.headers.get("docker-content-digest") ?? "",
        ...manifests.map((m) => m.digest),
      ])
        expect((await fetch(`${repository}/manifests/${digest}`, { method: "DELETE" })).status).toBe(202);
    }
  }
}

test("what CI built and published no other machine builds, cached or not, and nobody writes what is not theirs", async () => {
  const origin = originOf();
  const here = { checkout: folderAt(clone(origin)), builder: rig.buildkit.address };
  const built = await build(here, ...ci, "--push");
  expect([built.exitCode, built.layers]).toEqual([0, ["one: 3 run, 0 cached", "two: 1 run, 0 cached"]]);
  expect(built.caches).toEqual(layers.map((layer) => `written ci/${workspace}/${layer}`));
  origin.write("lamina.lock", readFileSync(join(here.checkout.root, "lamina.lock"), "utf8"));
  commit(origin);

  // Everything is reused, by CI and by a person.
  const [machine, desk] = [await machineWith(origin), await machineWith(origin)];
  const reused = { exitCode: 0, stderr: "", layers: ["one: published", "two: published"], caches: [] };
  expect(await build(machine, ...ci)).toEqual(reused);
  expect(await build(desk, ...person)).toEqual(reused);

  // Both BuildKits have solved nothing yet: whatever is cached came from the registry.
  await deleteImages();
  const cached = ["one: 0 run, 3 cached", "two: 0 run, 1 cached"];
  const rebuilt = await build(machine, ...ci);
  expect([rebuilt.exitCode, rebuilt.stderr, rebuilt.layers]).toEqual([0, "", cached]);
  expect(rebuilt.caches).toEqual(layers.map((layer) => `current ci/${workspace}/${layer}`));
  const asked = registry.seen.length;
  const read = await build(desk, ...person);
  expect([read.exitCode, read.stderr, read.layers]).toEqual([0, "", cached]);
  expect(writtenSince(asked)).toEqual([]);

  // What a person changed goes into that person's caches alone.
  desk.checkout.write("catalog/two/Dockerfile", `FROM ${workspace}/one\nRUN ${installs("two")} && true\n`);
  const edited = await build(desk, ...person);
  expect(edited.layers).toEqual(["one: current", "two: 1 run, 0 cached"]);
  expect(edited.caches).toEqual([`written dev/jpl-${workspace}/two`]);
  const places = writtenSince(asked).map((line) => /^\S+ (\/v2\/.*?)\/(?:blobs|manifests)\//.exec(line)?.[1]);
  expect(new Set(places)).toEqual(new Set([`/v2/${workspace}/cache/dev/jpl-${workspace}/two`]));
});

test.each([
  ["an auxiliary whose list lacks a layer", [], "ci_aux may not write ci/W/one: cache_policy lists ci/W/two"],
  ["a person who pushes images", [...person, "--push"], "whoever builds here may not push images to main"],
  [
    "an auxiliary that pushes images",
    ["--actor", "ci_aux", "--push"],
    "whoever builds here may not push images to main",
  ],
])("%s is refused before a solve starts", async (_who, args, message) => {
  const builder = createServer();
  let heard = 0;
  builder.on("connection", () => {
    heard += 1;
  });
  builder.listen(0, "127.0.0.1");
  await once(builder, "listening");
  const bound = builder.address();
  if (bound === null || typeof bound === "string") throw new Error("it has no port");
  const machine = { checkout: originOf(), builder: `tcp://127.0.0.1:${String(bound.port)}` };
  const refused = await build(machine, ...args);
  expect([refused.exitCode, refused.layers, refused.caches]).toEqual([2, [], []]);
  expect(refused.stderr).toContain(`error: ${message.replaceAll("/W/", `/${workspace}/`)}`);
  expect([heard, writtenSince(0)]).toEqual([0, []]);
  builder.close();
});
