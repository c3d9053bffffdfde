// `lamina runners list` and `reap`: the real command line on a server that speaks the Hetzner API, with runs that live, runs that were
// killed, and machines of others.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { poolName } from "../../cli/pool-name.ts";
import { isLeaseId, type LeaseId } from "../../schemas/lease-id.ts";
import { leaseRecord } from "../../schemas/lease-record.ts";
import { runnersList, runnersReap } from "../../schemas/runners.ts";
import { machinesInMemory } from "../rig/hcloud/machines-in-memory.ts";
import { type HcloudServer, openHcloudServer } from "../rig/hcloud/open-hcloud-server.ts";
import { type CliResult, layerFiles, runCli, type WrittenProject, writeProject } from "./run-cli.ts";

const token = "a-token-of-tests";
const main = join(import.meta.dirname, "../../cli/main.ts");
const pool = poolName("lamina");
const children: ChildProcess[] = [];
let api: HcloudServer;
let project: WrittenProject;

beforeEach(async () => {
  api = await openHcloudServer({ token, machines: machinesInMemory() });
  project = writeProject({
    ...layerFiles("base", '{ image = "scratch" }', '  platforms = ["linux/amd64"],\n'),
    "catalog/build_directives.ncl":
      '{ compute_provider = \'hcloud, runners = { candidates = ["cx23:nbg1"], image = "debian-12" } }\n',
  });
});

afterEach(async () => {
  const living = children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
  for (const child of living) child.kill("SIGKILL");
  await Promise.all(living.map((child) => once(child, "exit")));
  children.length = 0;
  await api.close();
  project.remove();
});

const environment = () => ({ HCLOUD_ENDPOINT: api.endpoint, HCLOUD_TOKEN: token });

function runners(...args: readonly string[]): Promise<CliResult> {
  return runCli(["runners", ...args], { cwd: project.root, env: environment() });
}

async function list() {
  const { exitCode, stdout } = await runners("list", "--json");
  expect(exitCode).toBe(0);
  return runnersList.parse(JSON.parse(stdout)).runners;
}

/** Starts a build, which waits for a machine that has an address and never answers there. */
async function startBuild(): Promise<{
  readonly child: ChildProcess;
  readonly lease: LeaseId;
  readonly stderr: () => string;
}> {
  const child = spawn(process.execPath, [main, "build", "--reporter", "json"], {
    cwd: project.root,
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...environment() },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const leased = new Promise<LeaseId>((resolve, reject) => {
    createInterface(child.stdout).on("line", (line) => {
      const lease = /"type":"runner\.leased".*"lease":"(\w+)"/.exec(line)?.[1] ?? "";
      if (isLeaseId(lease)) resolve(lease);
    });
    child.on("close", () => reject(new Error(`the build ended before it had a machine: ${stderr}`)));
  });
  return { child, lease: await leased, stderr: () => stderr };
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}

/** A machine that some other clone leased, or somebody else. */
async function plant(lease: string, ofPool: string, expiresInMs: number): Promise<void> {
  const expires = Math.round((Date.now() + expiresInMs) / 1000);
  const made = await fetch(`${api.endpoint}/servers`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify({
      name: `lamina-${lease}`,
      server_type: "cx23",
      location: "nbg1",
      image: "debian-12",
      labels: { "lamina-pool": ofPool, "lamina-lease": lease, "lamina-expires": String(expires) },
    }),
  });
  expect(made.status).toBe(201);
}

function servers(): readonly string[] {
  return api.servers().map(({ name }) => name);
}

function journal(): readonly string[] {
  const folder = join(project.root, ".lamina/leases");
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];
}

describe("what a run that was killed leased", () => {
  test("is left over, and given back by a reaping", async () => {
    const { child, lease } = await startBuild();
    expect(await list()).toMatchObject([
      {
        lease,
        provider: "hcloud",
        pool,
        state: "running",
        machine: "cx23",
        location: "nbg1",
        journal: { state: "leased" },
        owner: "alive",
        leftOver: false,
      },
    ]);
    expect(await runners("reap")).toEqual({
      exitCode: 0,
      stdout: "",
      stderr: "0 machines left over, 1 in use\n",
    });
    expect(servers()).toEqual([`lamina-${lease}`]);

    await kill(child);
    const [left] = await list();
    expect(left).toMatchObject({ lease, owner: "dead", leftOver: true });
    // An hour that is begun is paid.
    expect(left?.costEur).toBeGreaterThan(0);
    expect(await runners("reap", "--dry-run")).toEqual({
      exitCode: 0,
      stdout: `would give back ${lease} (cx23 in nbg1)\n`,
      stderr: "1 machine left over\n",
    });
    expect(servers()).toEqual([`lamina-${lease}`]);
    expect(await runners("reap")).toEqual({
      exitCode: 0,
      stdout: `gave back ${lease} (cx23 in nbg1)\n`,
      stderr: "1 machine given back\n",
    });
    expect(servers()).toEqual([]);
    expect(journal()).toEqual([]);
    expect(await runners("list")).toEqual({ exitCode: 0, stdout: "", stderr: "0 machines\n" });
  });

  test("is given back by the next run, by itself", async () => {
    const first = await startBuild();
    await kill(first.child);
    const second = await startBuild();
    expect(second.stderr()).toBe(`gave back ${first.lease} (cx23 in nbg1), which an earlier run left over\n`);
    expect(servers()).toEqual([`lamina-${second.lease}`]);
    expect(journal()).toEqual([`${second.lease}.json`]);
  });

  test("where the journal alone knows of it", async () => {
    const { child, lease } = await startBuild();
    await kill(child);
    const record = leaseRecord.parse(
      JSON.parse(readFileSync(join(project.root, ".lamina/leases", `${lease}.json`), "utf8")),
    );
    expect(record).toMatchObject({ lease, provider: "hcloud", pool, machine: "cx23", location: "nbg1" });
    // Nothing is leased any more: the provider is known by the entry.
    writeFileSync(
      join(project.root, "catalog/build_directives.ncl"),
      "{ compute_provider = 'docker_local }\n",
    );
    expect((await runners("reap")).stdout).toBe(`gave back ${lease} (cx23 in nbg1)\n`);
    expect(servers()).toEqual([]);
  });
});

test("machines of other clones are told, and taken when they have expired; those of other pools are not seen", async () => {
  await plant("aaaaaaaaaaaaaaaa", pool, 3_600_000);
  await plant("bbbbbbbbbbbbbbbb", pool, -61_000);
  await plant("cccccccccccccccc", "another-pool", -61_000);
  const listed = await runners("list");
  expect(listed.exitCode).toBe(0);
  expect(listed.stdout.replaceAll(/\d+\.\d s|\d+ m \d\d s|\d+ h \d\d m/g, "T")).toMatch(
    new RegExp(
      [
        "^lease +provider +machine +state +age +expires +use",
        "aaaaaaaaaaaaaaaa +hcloud +cx23 nbg1 +\\w+ +T +in T +by a run elsewhere, until it expires",
        "bbbbbbbbbbbbbbbb +hcloud +cx23 nbg1 +\\w+ +T +T ago +left over: expired\n$",
      ].join("\n"),
    ),
  );
  expect(listed.stderr).toBe("2 machines, 1 left over: `lamina runners reap` gives back what is\n");
  const { exitCode, stdout } = await runners("reap", "--json");
  expect(exitCode).toBe(0);
  expect(runnersReap.parse(JSON.parse(stdout))).toMatchObject({
    version: 1,
    pool,
    dryRun: false,
    removed: [{ lease: "bbbbbbbbbbbbbbbb", owner: "unknown", journal: null, costEur: null }],
    failed: [],
    left: [{ lease: "aaaaaaaaaaaaaaaa", owner: "unknown", leftOver: false }],
    silent: [],
  });
  expect(servers()).toEqual(["lamina-aaaaaaaaaaaaaaaa", "lamina-cccccccccccccccc"]);
});

describe("a provider that does not do as asked", () => {
  test("without credentials cannot be asked at all", async () => {
    for (const command of ["list", "reap"])
      expect(await runCli(["runners", command], { cwd: project.root })).toEqual({
        exitCode: 3,
        stdout: "",
        stderr:
          "error: HCLOUD_TOKEN is not set\n" +
          "help: make a token for reading and writing in the project's console, under Security, API tokens\n",
      });
  });

  test("with others' credentials tells nothing", async () => {
    const env = { ...environment(), HCLOUD_TOKEN: "another-token" };
    const { exitCode, stderr } = await runCli(["runners", "list"], { cwd: project.root, env });
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/^error: hcloud did not list its machines: .*unable to authenticate/);
    // Nobody knows how many there are.
    expect(stderr).not.toContain("machines\n");
    expect(stderr).not.toContain("another-token");
  });

  test("keeps what it does not give back in the journal", async () => {
    const { child, lease } = await startBuild();
    await kill(child);
    api.faults.add("DELETE /servers/{id}", {
      kind: "error",
      status: 403,
      code: "forbidden",
      message: "not allowed",
    });
    const { exitCode, stdout, stderr } = await runners("reap");
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toContain(`error: ${lease} (cx23 in nbg1) was not given back: `);
    expect(journal()).toEqual([`${lease}.json`]);
    expect((await runners("reap")).exitCode).toBe(0);
    expect(servers()).toEqual([]);
  });
});

describe("a build that lacks what it needs here leases nothing", () => {
  let tools: string;
  beforeEach(() => {
    tools = mkdtempSync(join(tmpdir(), "lamina-tools-"));
  });
  afterEach(() => rmSync(tools, { recursive: true }));

  const build = () =>
    runCli(["build"], { cwd: project.root, env: { ...environment(), PATH: tools, LAMINA_CACHE: tools } });

  test("without buildctl", async () => {
    expect(await build()).toEqual({
      exitCode: 3,
      stdout: "",
      stderr:
        "error: to build on leased machines, BuildKit's client, buildctl, is needed here, and it is not installed\n" +
        "help: install BuildKit (github.com/moby/buildkit), or let `npm run demo` build it\n",
    });
    expect(servers()).toEqual([]);
  });

  test("without rsync, where it is to carry contexts", async () => {
    writeFileSync(join(tools, "buildctl"), "#!/bin/sh\n", { mode: 0o755 });
    project.write(
      "catalog/build_directives.ncl",
      "{ compute_provider = 'hcloud, runners = { transport = 'rsync, image = \"debian-12\" } }\n",
    );
    expect(await build()).toEqual({
      exitCode: 3,
      stdout: "",
      stderr:
        "error: runners.transport is 'rsync, and rsync is not installed here\n" +
        "help: install the package rsync of your system, or leave runners.transport out\n",
    });
    expect(servers()).toEqual([]);
  });
});

test("outside a project there is nothing to look for", async () => {
  const { exitCode, stderr } = await runCli(["runners", "list"], { env: environment() });
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^error\[/);
});

test("--context belongs to --directives", async () => {
  expect(await runners("list", "--context", ".")).toEqual({
    exitCode: 2,
    stdout: "",
    stderr:
      "error: --context belongs to --directives\nhelp: without them it is about the catalog here or above\n",
  });
});

test("machines of `lamina dispatch` are found by its directives", async () => {
  project.write(
    "build.ncl",
    `let D = import "lamina/build_directives.ncl" in
D.make_ci_build {
  workspace = "shop",
  artifact = { image = "shop" },
  compute_provider = 'hcloud,
  registry_provider = 'zot,
  cache_policy = D.ci_cache_policy,
}
`,
  );
  await plant("dddddddddddddddd", poolName("shop"), -61_000);
  expect((await runners("list", "--json")).stdout).not.toContain("dddddddddddddddd");
  const { exitCode, stdout } = await runners("reap", "--directives", "build.ncl");
  expect({ exitCode, stdout }).toEqual({
    exitCode: 0,
    stdout: "gave back dddddddddddddddd (cx23 in nbg1)\n",
  });
  expect(servers()).toEqual([]);
});
