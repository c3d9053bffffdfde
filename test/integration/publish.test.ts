// Layers in a real registry: published by one machine and found by another, and tags that move all or not at all, wherever the
// process is killed.

import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { z } from "zod";
import { lock as lockSchema } from "../../schemas/lock.ts";
import { lockCheck } from "../../schemas/lock-reports.ts";
import { plan as planSchema } from "../../schemas/plan.ts";
import { type CliResult, runCli, type WrittenProject, writeProject } from "../cli/run-cli.ts";
import { type GateProxy, openGateProxy } from "./gate-proxy.ts";
import { Watching } from "./watching.ts";

const rig = inject("rig");
const path = `${join(rig.buildkit.buildctl, "..")}:${process.env["PATH"] ?? ""}`;
const main = join(import.meta.dirname, "../../cli/main.ts");
const base = rig.busybox.reference;

let proxy: GateProxy;
/** Of this test alone. */
let repository: string;
const projects: WrittenProject[] = [];

beforeEach(async () => {
  proxy = await openGateProxy(rig.registry.address);
  repository = `t${randomBytes(6).toString("hex")}/lamina`;
});
afterEach(async () => {
  await proxy.close();
  for (const project of projects.splice(0)) project.remove();
});

/** A checkout on a machine of its own: nothing is in its store. `lock` is what another one left. */
function checkOut(marks: Readonly<Record<string, string>> = {}, lock?: string): WrittenProject {
  const project = writeProject({
    "catalog/build_directives.ncl": `
{
  artifact = { image = "${proxy.address}/${repository}" },
  registry_provider = 'zot,
}
`,
    ...layer("one", `{ image = "${base}" }`, base, marks["one"]),
    ...layer("two", '"one"', "lamina/one", marks["two"]),
    ...(lock === undefined ? {} : { "lamina.lock": lock }),
  });
  projects.push(project);
  return project;
}

function layer(name: string, buildBase: string, from: string, mark = ""): Record<string, string> {
  return {
    [`catalog/${name}/workflow.ncl`]: `{
  name = "${name}", kind = 'utility, language = "none", build_base = ${buildBase},
  tools_provided = ["${name}"], artifact_paths = [],
}
`,
    [`catalog/${name}/Dockerfile`]: `FROM ${from}
RUN printf '#!/bin/sh\\necho ${name} 1.2.3\\n' > /bin/${name} && chmod +x /bin/${name} && echo '${mark}' > /etc/${name}
`,
  };
}

function lamina(
  project: WrittenProject,
  args: readonly string[],
  address = rig.buildkit.address,
): Promise<CliResult> {
  return runCli(args, { cwd: project.root, env: { BUILDKIT_HOST: address, PATH: path } });
}

const lockOf = (project: WrittenProject): string => readFileSync(join(project.root, "lamina.lock"), "utf8");

const indexShape = z.looseObject({
  manifests: z.array(z.looseObject({ digest: z.string(), annotations: z.record(z.string(), z.string()) })),
});

async function tags(name: string): Promise<readonly string[]> {
  const answer = await fetch(`http://${rig.registry.address}/v2/${repository}/${name}/tags/list`);
  if (answer.status === 404) return [];
  const { tags: all } = z.looseObject({ tags: z.array(z.string()).nullable() }).parse(await answer.json());
  return (all ?? []).sort();
}

async function imageAt(name: string, tag: string): Promise<string | undefined> {
  const accept = "application/vnd.oci.image.index.v1+json";
  const url = `http://${rig.registry.address}/v2/${repository}/${name}/manifests/${tag}`;
  const answer = await fetch(url, { headers: { accept } });
  if (!answer.ok) return undefined;
  return indexShape.parse(await answer.json()).manifests[0]?.digest;
}

/** Of each layer that is asked for: the image under each of its tags. */
async function standing(): Promise<Readonly<Record<string, string | undefined>>> {
  const all: Record<string, string | undefined> = {};
  for (const name of ["one", "two"])
    for (const tag of await tags(name)) all[`${name}:${tag}`] = await imageAt(name, tag);
  return all;
}

test("what one machine publishes no other builds, and what stands on it is built on it", async () => {
  const first = checkOut();
  const built = await lamina(first, ["build", "--push"]);
  expect(built.stderr).toContain("promoted: 6 tags moved");
  expect(built.exitCode).toBe(0);
  const locked = lockSchema.parse(JSON.parse(lockOf(first)));
  const images = Object.values(locked.layers).flatMap((all) => Object.values(all).map(({ image }) => image));
  expect(await imageAt("one", "latest")).toBe(images[0]);
  expect(await imageAt("two", "1.2.3")).toBe(images[1]);

  const again = await lamina(first, ["build", "--push"]);
  expect(again.stderr).toContain("all tags are where they belong");
  expect(again.exitCode).toBe(0);

  // Nobody answers there: whatever it has to build fails.
  const nowhere = "unix:///nonexistent/buildkitd.sock";
  const second = checkOut({}, lockOf(first));
  const plan = planSchema.parse(JSON.parse((await lamina(second, ["plan", "--json"])).stdout));
  expect(plan.nodes.map(({ action }) => action)).toEqual(["reuse", "reuse"]);
  const reused = await lamina(second, ["build"], nowhere);
  expect(reused.stderr).toBe(
    "2 current in 0.0 s\n".replace("0.0", /in (\S+) s/.exec(reused.stderr)?.[1] ?? ""),
  );
  expect(reused.exitCode).toBe(0);
  expect(lockOf(second)).toBe(lockOf(first));

  const third = checkOut({ two: "edited" }, lockOf(first));
  const edited = await lamina(third, ["build", "--reporter", "plain"]);
  expect(edited.exitCode).toBe(0);
  expect(edited.stdout).toMatch(/^one +reused \(published before\)/m);
  expect(edited.stdout).toMatch(/^two +built /m);
});

test("a fresh checkout without a lock finds it as well, once the base is known", async () => {
  const first = checkOut();
  expect((await lamina(first, ["build", "--push"])).exitCode).toBe(0);
  const second = checkOut();
  const found = await lamina(second, ["build"]);
  expect(found.exitCode).toBe(0);
  expect(found.stdout.match(/reused \(published before\)/g)).toHaveLength(2);
  expect(lockOf(second)).toBe(lockOf(first));
});

test("who watches builds on what is published, and takes what an edit leads to where somebody has built it", async () => {
  const first = checkOut();
  expect((await lamina(first, ["build", "--push"])).exitCode).toBe(0);
  const second = checkOut({ two: "edited" }, lockOf(first));
  const watching = new Watching([], second.root, { BUILDKIT_HOST: rig.buildkit.address, PATH: path });
  try {
    const { build } = await watching.next("watch.round");
    expect(build.map(({ layer: name }) => name)).toEqual(["two"]);
    expect((await watching.next("layer.completed")).layer).toBe("two");
    await watching.next("watch.waiting");
    expect(lockOf(second)).not.toBe(lockOf(first));

    for (const [file, text] of Object.entries(layer("two", '"one"', "lamina/one"))) second.write(file, text);
    const { layer: name, reason } = await watching.next("layer.reused");
    expect([name, reason]).toEqual(["two", "published"]);
    await watching.next("watch.waiting");
    expect(lockOf(second)).toBe(lockOf(first));
    expect([watching.starts("one"), watching.starts("two")]).toEqual([0, 1]);
    expect(watching.stderr).toBe("");
  } finally {
    await watching.stop();
  }
});

test("who watches is told once of a registry that is away, and builds", async () => {
  const project = checkOut();
  await proxy.close();
  const watching = new Watching([], project.root, { BUILDKIT_HOST: rig.buildkit.address, PATH: path });
  try {
    await watching.next("watch.waiting");
    for (const mark of ["more", "and more"]) {
      for (const [file, text] of Object.entries(layer("two", '"one"', "lamina/one", mark)))
        project.write(file, text);
      expect((await watching.next("layer.completed")).layer).toBe("two");
      await watching.next("watch.waiting");
    }
    expect(watching.stderr.match(/what others have published is not looked for/g)).toHaveLength(1);
  } finally {
    await watching.stop();
  }
});

test("a layer whose tool is broken is never tagged, and neither is anything of its run", async () => {
  const project = checkOut();
  project.write("catalog/two/Dockerfile", "FROM lamina/one\nRUN true\n");
  const failed = await lamina(project, ["build", "--push"]);
  expect(failed.exitCode).toBe(1);
  expect(failed.stderr).toContain("the tool two is not in the image");
  expect(await tags("one")).toEqual([]);
  expect(await tags("two")).toEqual([]);
});

test("--push wants a registry, and no replaced base", async () => {
  const project = checkOut();
  const replaced = await lamina(project, [
    "build",
    "--push",
    "--base",
    `${base}=oci-layout:${rig.busybox.directory}`,
  ]);
  expect(replaced.exitCode).toBe(2);
  expect(replaced.stderr).toContain(
    `error: what stands on another base is not published: ${base} is replaced here`,
  );
  project.write("catalog/build_directives.ncl", "{}\n");
  const nowhere = await lamina(project, ["build", "--push"]);
  expect(nowhere.exitCode).toBe(2);
  expect(nowhere.stderr).toContain("error: --push needs a registry, and the directives name none");
});

test("what was built before is published with its artifacts, which others copy from there", async () => {
  const project = checkOut();
  project.write(
    "catalog/two/workflow.ncl",
    `{ name = "two", kind = 'utility, language = "none", build_base = "one", tools_provided = ["two"], artifact_paths = ["/bin/two"] }`,
  );
  expect((await lamina(project, ["build"])).exitCode).toBe(0);
  expect(await tags("two")).toEqual([]);
  const pushed = await lamina(project, ["build", "--push"]);
  expect(pushed.stderr).toContain("promoted: 9 tags moved");
  const accept = "application/vnd.oci.image.manifest.v1+json";
  const digest = await imageAt("two", "1.2.3-artifacts");
  const manifest = await fetch(
    `http://${rig.registry.address}/v2/${repository}/two/manifests/${digest ?? ""}`,
    { headers: { accept } },
  );
  const { layers } = z.looseObject({ layers: z.array(z.unknown()) }).parse(await manifest.json());
  expect(layers).toHaveLength(1);
  expect(await imageAt("two", "artifacts")).toBe(digest);

  // Another one that takes the tool from there, and nothing else.
  project.write(
    "catalog/three/workflow.ncl",
    `{ name = "three", kind = 'utility, language = "none", build_base = { image = "${base}" }, tools_provided = ["two"], artifact_paths = [] }`,
  );
  project.write(
    "catalog/three/Dockerfile",
    `FROM ${base}\nCOPY --from=${proxy.address}/${repository}/two:artifacts /bin/two /bin/two\n`,
  );
  const taken = await lamina(project, ["build", "three"]);
  expect(taken.stderr).not.toContain("failed");
  expect(taken.exitCode).toBe(0);
});

test("lock --check --remote tells what registries lack, and what they have otherwise", async () => {
  const project = checkOut();
  expect((await lamina(project, ["build"])).exitCode).toBe(0);
  const absent = await lamina(project, ["lock", "--check", "--remote"]);
  expect(absent.exitCode).toBe(1);
  expect(absent.stdout).toMatch(/^one \(linux\/\w+\) is not in \S+\ntwo \(linux\/\w+\) is not in \S+\n$/);
  expect(absent.stderr).toContain("`lamina build --push` publishes what is not there");
  expect((await lamina(project, ["build", "--push"])).exitCode).toBe(0);
  expect((await lamina(project, ["lock", "--check", "--remote"])).exitCode).toBe(0);

  const locked = lockSchema.parse(JSON.parse(lockOf(project)));
  const [entry] = Object.values(Object.values(locked.layers)[1] ?? {});
  const forged = `sha256:${"0".repeat(64)}`;
  project.write("lamina.lock", lockOf(project).replaceAll(entry?.image ?? "", forged));
  const other = await lamina(project, ["lock", "--check", "--remote", "--json"]);
  expect(other.exitCode).toBe(1);
  expect(lockCheck.parse(JSON.parse(other.stdout)).remote).toEqual([
    expect.objectContaining({ layer: "two", state: "other", locked: forged, published: entry?.image }),
  ]);
  await proxy.close();
  expect((await lamina(project, ["lock", "--check", "--remote"])).exitCode).toBe(3);
});

test("a topology: found in one registry, published to another, and who may not push does not", async () => {
  const first = checkOut();
  expect((await lamina(first, ["build", "--push"])).exitCode).toBe(0);
  const second = checkOut({ two: "edited" }, lockOf(first));
  second.write(
    "catalog/build_directives.ncl",
    `{
  cache_policy = { actor = 'ci },
  registry_topology = {
    registries = {
      old = { provider = 'zot, repository = "${proxy.address}/${repository}", capabilities = { images = ['pull] } },
      new = { provider = 'zot, repository = "${proxy.address}/${repository}-new" },
    },
    participants = {
      pipeline = { actor = 'ci, scopes = { old = { images = ['pull] }, new = { images = ['pull, 'push], ci = ['cache, 'pull, 'push] } } },
      people = { actor = 'human, scopes = { new = { images = ['pull], dev = ['cache, 'pull, 'push] } } },
    },
  },
}
`,
  );
  const refused = await lamina(second, ["build", "--push", "--actor", "human", "--actor-id", "jpl"]);
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toContain("error: whoever builds here may not push images to new");
  const built = await lamina(second, ["build", "--push"]);
  expect(built.stdout).toMatch(/^one +reused \(published before\)/m);
  expect(built.stdout).toMatch(/^two +built /m);
  expect(built.exitCode).toBe(0);
  const answer = await fetch(`http://${rig.registry.address}/v2/${repository}-new/one/tags/list`);
  expect(answer.status).toBe(200);
});

test("a dispatched project is published as the image that its directives name", async () => {
  const project = writeProject({
    "directives.ncl": `let D = import "lamina/build_directives.ncl" in
D.make_ci_build { workspace = "shop", artifact = { image = "${proxy.address}/${repository}/shop:1.2" }, compute_provider = 'docker_local }
`,
    Dockerfile: `FROM ${base}\nRUN echo shop > /etc/shop\n`,
  });
  projects.push(project);
  const pushed = await lamina(project, ["dispatch", "--directives", "directives.ncl", "--push"]);
  expect(pushed.stderr).toContain("promoted: 2 tags moved");
  expect(pushed.exitCode).toBe(0);
  expect(await tags("shop")).toEqual(["1.2", expect.stringMatching(/^l-[0-9a-f]{16}$/)]);
  const again = await lamina(project, ["dispatch", "--directives", "directives.ncl", "--push"]);
  expect(again.stderr).toContain("all tags are where they belong");
  expect(again.exitCode).toBe(0);
});

test("a registry that is away fails no build, and is told of once", async () => {
  const project = checkOut();
  await proxy.close();
  const built = await lamina(project, ["build"]);
  expect(built.exitCode).toBe(0);
  expect(built.stderr.match(/what others have published is not looked for/g)).toHaveLength(1);
  expect(built.stdout).toMatch(/^two +built /m);
});

test("killed at each step of a promotion the next run finishes it", async () => {
  const first = checkOut();
  expect((await lamina(first, ["build", "--push"])).exitCode).toBe(0);
  const old = await standing();
  expect(Object.keys(old)).toHaveLength(6);
  for (let step = 1; step <= 6; step++) {
    const marks = { one: `step ${step}`, two: `step ${step}` };
    const project = checkOut(marks, lockOf(first));
    const killed = await killAt(project, step);
    expect(killed).toBe("SIGKILL");
    const next = await lamina(project, ["build", "--push"]);
    expect(next.stderr).toMatch(/note: a promotion of 6 tags that was cut short is finished/);
    expect(next.exitCode).toBe(0);
    const locked = lockSchema.parse(JSON.parse(lockOf(project)));
    const now = await standing();
    for (const name of ["one", "two"] as const) {
      const [entry] = Object.values(Object.entries(locked.layers).find(([key]) => key === name)?.[1] ?? {});
      const tag = `l-${entry?.input.slice("sha256:".length).slice(0, 16) ?? ""}`;
      expect([now[`${name}:latest`], now[`${name}:1.2.3`], now[`${name}:${tag}`]]).toEqual([
        entry?.image,
        entry?.image,
        entry?.image,
      ]);
    }
  }
});

/** Runs a build that is killed before the n-th tag moves; how it ended. */
async function killAt(project: WrittenProject, nth: number): Promise<string | null> {
  const child: ChildProcess = spawn(process.execPath, [main, "build", "--push"], {
    cwd: project.root,
    env: { BUILDKIT_HOST: rig.buildkit.address, PATH: path, HOME: process.env["HOME"] },
    stdio: "ignore",
  });
  let moves = 0;
  proxy.gate = (line) => {
    if (!/^PUT .*\/manifests\/(?!sha256:)/.test(line)) return true;
    moves += 1;
    if (moves < nth) return true;
    child.kill("SIGKILL");
    return false;
  };
  await once(child, "exit");
  proxy.gate = () => true;
  return child.signalCode;
}
