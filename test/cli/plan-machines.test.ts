// `lamina plan` where machines would be leased: which, at which price, and what is said where the provider was not asked.

import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { plan as planSchema } from "../../schemas/plan.ts";
import { machinesInMemory } from "../rig/hcloud/machines-in-memory.ts";
import { type HcloudServer, openHcloudServer } from "../rig/hcloud/open-hcloud-server.ts";
import { openProxmoxServer, type ProxmoxServer } from "../rig/proxmox/server.ts";
import { layerFiles, runCli, type WrittenProject, writeProject } from "./run-cli.ts";

const token = "a-token-of-tests";
let api: HcloudServer;
let proxmox: ProxmoxServer;
const written: WrittenProject[] = [];

beforeAll(async () => {
  api = await openHcloudServer({ token, machines: machinesInMemory(), prices: { cx33: "0.0200" } });
  proxmox = await openProxmoxServer();
});
afterAll(async () => {
  await api.close();
  await proxmox.close();
});
afterEach(() => {
  for (const project of written.splice(0)) project.remove();
});

const base = '{ image = "debian:trixie-slim" }';

function project(runners: string, more: Readonly<Record<string, string>> = {}): WrittenProject {
  const opened = writeProject({
    ...layerFiles("small", base, 'platforms = ["linux/amd64"], cpu = 3, memory_gb = 8,\n'),
    "catalog/build_directives.ncl": `{ compute_provider = 'hcloud, runners = ${runners} }\n`,
    ...more,
  });
  written.push(opened);
  return opened;
}

function lamina({ root: cwd }: WrittenProject, args: readonly string[], env: Record<string, string> = {}) {
  return runCli(args, { cwd, env: { HCLOUD_TOKEN: token, HCLOUD_ENDPOINT: api.endpoint, ...env } });
}

const debian12 = '{ image = "debian-12", settings.locations = ["nbg1"] }';

test("shows the machine that would be taken, of the layer's own platform, at its price now", async () => {
  expect(await lamina(project(debian12), ["plan"])).toEqual({
    exitCode: 0,
    stdout: `layer  action  about  from    machine                       EUR  why
small  build     8 m  budget  cx33 in nbg1, 0.0208 EUR/h  0.021  it was never built
1 layer: 1 to build
about 8 m, 0.021 EUR
budget: no record, so a quarter of its time budget
`,
    stderr: "",
  });
});

test("a build on trial shows the same", async () => {
  const opened = project(debian12);
  const [planned, tried] = [await lamina(opened, ["plan"]), await lamina(opened, ["build", "--dry-run"])];
  expect(tried).toEqual(planned);
});

test("as JSON", async () => {
  const { stdout, exitCode } = await lamina(project(debian12), ["plan", "--json"]);
  const { nodes, prices } = planSchema.parse(JSON.parse(stdout));
  expect(exitCode).toBe(0);
  expect(prices).toEqual({ provider: "hcloud", source: "provider" });
  expect(nodes.map(({ runner, estimate }) => [runner.machine, estimate.costEur])).toEqual([
    [{ type: "cx33", location: "nbg1", cpu: 4, memoryGb: 8, eurPerHour: 0.0208, isAvailable: true }, 0.0208],
  ]);
});

test("without credentials, or with refused ones, the table's prices, and why", async () => {
  const opened = project(debian12);
  const rows = [
    [{ HCLOUD_TOKEN: "" }, /^HCLOUD_TOKEN is not set$/],
    [{ HCLOUD_TOKEN: "other" }, /^Hetzner Cloud, GET \/server_types: unable to authenticate \(401 /],
    [{ HCLOUD_ENDPOINT: "http://127.0.0.1:1/v1" }, /^Hetzner Cloud, GET \/server_types: /],
  ] as const;
  for (const [env, reason] of rows) {
    const told = await lamina(opened, ["plan"], env);
    expect(told).toMatchObject({ exitCode: 0, stderr: "" });
    const [, why] = /\nprices are the table's, not those of hcloud: (.*)\n$/.exec(told.stdout) ?? [];
    expect(why).toMatch(reason);
    const { prices } = planSchema.parse(JSON.parse((await lamina(opened, ["plan", "--json"], env)).stdout));
    expect(prices).toEqual({ provider: "hcloud", source: "table", reason: expect.stringMatching(reason) });
  }
});

test("nothing is asked where nothing is leased, or for the jobs of a workflow", async () => {
  const opened = project(debian12);
  const before = api.requests.length;
  expect((await lamina(opened, ["plan", "--compute", "docker_local"])).exitCode).toBe(0);
  expect((await lamina(opened, ["plan", "--format", "github-matrix"])).exitCode).toBe(0);
  expect(api.requests.length).toBe(before);
});

test("what no machine holds is warned of where it is said", async () => {
  const opened = project(debian12, {
    ...layerFiles("big", base, 'platforms = ["linux/arm64"], cpu = 4, memory_gb = 64,\n'),
    ...layerFiles("spec", base, 'platforms = ["linux/arm64"],\n'),
    "catalog/spec/.build-spec.ncl": "{ cpu = 32, memory_gb = 8 }\n",
    ...layerFiles("wide", base, 'platforms = ["linux/arm64"],\n'),
    "catalog/wide/build_directives.ncl": "{ runner_override = { cpu = 64, memory_gb = 8 } }\n",
    ...layerFiles("exotic", base, 'platforms = ["linux/s390x"],\n'),
  });
  const { exitCode, stdout, stderr } = await lamina(opened, ["plan"]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain("\nbig     linux/arm64  build     8 m  budget  none ");
  expect(
    stderr,
  ).toBe(`warning[E0307]: \`memory_gb\` gives big 4 cpu and 64 GB, more than any machine of hcloud for linux/arm64 has
 --> catalog/big/workflow.ncl:9:51
  |
9 | platforms = ["linux/arm64"], cpu = 4, memory_gb = 64,
  |                                                   ^^
  |
  = help: the biggest, cax41 in nbg1, has 16 cpu and 32 GB

warning[E0307]: \`platforms\` of exotic wants a machine for linux/s390x, and hcloud has none
 --> catalog/exotic/workflow.ncl:9:13
  |
9 | platforms = ["linux/s390x"],
  |             ^^^^^^^^^^^^^^^
  |
  = help: machines of hcloud build for linux/amd64, linux/arm64: declare platforms, or name other runners.candidates

warning[E0307]: \`cpu\` gives spec 32 cpu and 8 GB, more than any machine of hcloud for linux/arm64 has
 --> catalog/spec/.build-spec.ncl:1:9
  |
1 | { cpu = 32, memory_gb = 8 }
  |         ^^
  |
  = help: the biggest, cax41 in nbg1, has 16 cpu and 32 GB

warning[E0307]: \`runner_override.cpu\` gives wide 64 cpu and 8 GB, more than any machine of hcloud for linux/arm64 has
 --> catalog/wide/build_directives.ncl:1:29
  |
1 | { runner_override = { cpu = 64, memory_gb = 8 } }
  |                             ^^
  |
  = help: the biggest, cax41 in nbg1, has 16 cpu and 32 GB

4 warnings in 4 layers
`);
});

test("directives that name what the provider has not end it, each at its place", async () => {
  const told = await lamina(project('{ image = "debain-12", candidates = ["cx34:nbg1"] }'), ["plan"]);
  expect(told).toEqual({
    exitCode: 2,
    stdout: "",
    stderr: `error[E0307]: \`runners.image\` names no image of Hetzner Cloud or of the project: debain-12
 --> catalog/build_directives.ncl:1:51
  |
1 | { compute_provider = 'hcloud, runners = { image = "debain-12", candidates = ["cx34:nbg1"] } }
  |                                                   ^^^^^^^^^^^
  |
  = help: did you mean "debian-12"?

error[E0307]: \`runners.candidates[0]\` names no server type of Hetzner Cloud: cx34
 --> catalog/build_directives.ncl:1:78
  |
1 | { compute_provider = 'hcloud, runners = { image = "debain-12", candidates = ["cx34:nbg1"] } }
  |                                                                              ^^^^^^^^^^^
  |
  = help: did you mean "cx33:nbg1"?

2 errors
\`lamina explain E0307\` tells more
`,
  });
});

test("a node of Proxmox VE gives what is asked for, at no price", async () => {
  const settings = `node = "pve", template = 100, url = "${proxmox.url}", fingerprint = "${proxmox.tls.fingerprint}"`;
  const opened = project(`{ settings = { ${settings} } }`);
  const args = ["plan", "--compute", "proxmox"];
  const { stdout, stderr } = await lamina(opened, args, { PROXMOX_VE_API_TOKEN: proxmox.token });
  expect(stderr).toBe("");
  expect(stdout).toBe(`layer  action  about  from    machine             why
small  build     8 m  budget  3 cpu, 8 GB in pve  it was never built
1 layer: 1 to build
about 8 m
budget: no record, so a quarter of its time budget
`);
  expect((await lamina(opened, args)).stdout).toContain(
    "\nwhat proxmox has is not known: PROXMOX_VE_API_TOKEN is not set\n",
  );
});
