// `lamina pool serve` as a process: what it needs, and that no end of it loses a lease.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request as sendRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ask, leaseBody } from "../providers/pool/ask.ts";
import { poolTokens } from "../providers/pool/pool-rig.ts";
import { makeCertificate } from "../rig/proxmox/certificate.ts";
import { templateId } from "../rig/proxmox/node.ts";
import { openProxmoxServer, type ProxmoxServer } from "../rig/proxmox/server.ts";
import { callCli, runCli } from "./run-cli.ts";

const main = join(import.meta.dirname, "../../cli/main.ts");

let folder: string;
let provider: ProxmoxServer;
const running = new Set<ChildProcess>();

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "lamina-pool-serve-"));
  provider = await openProxmoxServer();
  // What is asked for is there at once: a process waits in real time.
  provider.node.taskSteps = 1;
  provider.node.bootSteps = -2;
  write("tokens", `ci ${poolTokens.ci}\noperator ${poolTokens.operator} admin\n`);
  write(
    "pool.ncl",
    `{
  compute_provider = 'proxmox,
  runners = {
    max_machines = 2,
    settings = {
      node = "pve",
      template = ${templateId},
      fingerprint = "${provider.tls.fingerprint}",
      url = "${provider.url}",
    },
  },
}`,
  );
});
afterEach(async () => {
  for (const child of running) await end(child, "SIGKILL");
  await provider.close();
  rmSync(folder, { recursive: true });
});

function write(name: string, content: string): void {
  writeFileSync(join(folder, name), content, { mode: 0o600 });
}

const serving = [
  "pool",
  "serve",
  "--directives",
  "pool.ncl",
  "--tokens",
  "tokens",
  "--listen",
  "127.0.0.1:0",
];

interface Served {
  readonly url: string;
  readonly child: ChildProcess;
  readonly log: () => string;
}

async function serve(...more: readonly string[]): Promise<Served> {
  const child = spawn(process.execPath, [main, ...serving, ...more], {
    cwd: folder,
    env: { PATH: process.env["PATH"], PROXMOX_VE_API_TOKEN: provider.token },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (piece) => {
    log += String(piece);
  });
  for await (const url of createInterface({ input: child.stdout })) return { url, child, log: () => log };
  throw new Error(`it did not come up: ${log}`);
}

/** Its exit code, or the signal that it died of. */
async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | string | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  }
  running.delete(child);
  return child.exitCode ?? child.signalCode;
}

const machines = (): number => provider.node.machines.size - 1;

test("leases machines of the provider that the directives name, under their caps", async () => {
  const { url, child, log } = await serve();
  const first = leaseBody();
  const leased = await ask(url, "POST /api/v1/vm-pool", { body: first });
  expect(leased).toMatchObject({ status: 201, body: { state: "active", type: "2x4", billing: "free" } });
  expect((await ask(url, "POST /api/v1/vm-pool", { body: leaseBody() })).status).toBe(201);
  expect(await ask(url, "POST /api/v1/vm-pool", { body: leaseBody() })).toMatchObject({
    status: 429,
    body: { error: { code: "cap_reached", message: "the pool may have 2 machines at a time" } },
  });
  expect(machines()).toBe(2);
  expect((await ask(url, `DELETE /api/v1/vm-pool/${first.lease_id}`)).status).toBe(204);
  expect(machines()).toBe(1);
  expect(await end(child, "SIGTERM")).toBe(0);
  expect(machines()).toBe(1);
  expect(log()).toContain(`lease ${first.lease_id} (ci) is active: 2x4 pve, 0 EUR/h\n`);
  for (const secret of [poolTokens.ci, first.host_key.private_key, "01234567-89ab-cdef-0123-456789abcdef"])
    expect(log()).not.toContain(secret);
});

test("killed while a machine is in the making, it has that one adopted by who asks again", async () => {
  provider.node.guestsAnswer = false;
  const { url, child } = await serve();
  const body = leaseBody();
  const asked = ask(url, "POST /api/v1/vm-pool", { body }).then(
    () => "answered",
    () => "lost",
  );
  while (!provider.requests.some((request) => request.endsWith("/agent/network-get-interfaces")))
    await provider.reached();
  expect(await end(child, "SIGKILL")).toBe("SIGKILL");
  expect(await asked).toBe("lost");
  provider.node.guestsAnswer = true;
  const next = await serve();
  expect((await ask(next.url, "GET /api/v1/vm-pool")).body).toMatchObject({
    leases: [{ lease_id: body.lease_id, state: "creating", endpoint: null }],
  });
  expect(await ask(next.url, "POST /api/v1/vm-pool", { body })).toMatchObject({
    status: 201,
    body: { state: "active", lease_id: body.lease_id },
  });
  expect(machines()).toBe(1);
  expect((await ask(next.url, `DELETE /api/v1/vm-pool/${body.lease_id}`)).status).toBe(204);
  expect(machines()).toBe(0);
});

test("serves HTTPS with a certificate of its own", async () => {
  const tls = makeCertificate();
  write("crt", tls.certificate);
  write("key", tls.key);
  const { url } = await serve("--tls-cert", "crt", "--tls-key", "key");
  expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
  const agent = new Agent({ ca: tls.certificate });
  const asked = sendRequest(`${url}/healthz`, { agent }).end();
  const [response] = await once(asked, "response");
  expect(await text(response)).toBe('{"status":"ok"}');
  agent.destroy();
});

test("with a provider that only does not answer it listens, and says so", async () => {
  provider.fault = "unreachable-node";
  const { url, log } = await serve();
  expect((await ask(url, "GET /healthz")).status).toBe(200);
  expect(log()).toMatch(
    /^proxmox does not answer, and is asked again when a machine is: Proxmox VE, GET \/nodes: .*Connection refused \(595\); see that Proxmox VE is reached from here: /,
  );
  provider.fault = "none";
  expect((await ask(url, "POST /api/v1/vm-pool", { body: leaseBody() })).status).toBe(201);
});

test("with credentials that the provider refuses, or directives that it does not know, it never listens", async () => {
  const env = { PROXMOX_VE_API_TOKEN: provider.token };
  provider.fault = "token-revoked";
  expect(await runCli(serving, { cwd: folder, env })).toEqual({
    exitCode: 3,
    stdout: "",
    stderr:
      "error: proxmox refuses to be asked: Proxmox VE, GET /nodes: no such user ('lamina@pve') (401)\n" +
      "help: the token of PROXMOX_VE_API_TOKEN needs rights on the template, the resource pool, the storage and the bridge\n",
  });
  provider.fault = "none";
  write(
    "wrong.ncl",
    `{
  compute_provider = 'proxmox,
  runners.settings = {
    node = "pvf",
    template = ${templateId},
    fingerprint = "${provider.tls.fingerprint}",
    url = "${provider.url}",
  },
}`,
  );
  const wrong = serving.map((word) => (word === "pool.ncl" ? "wrong.ncl" : word));
  expect(await runCli(wrong, { cwd: folder, env })).toEqual({
    exitCode: 2,
    stdout: "",
    stderr: `error[E0307]: \`runners.settings.node\` names no node: pvf
 --> wrong.ncl:4:12
  |
4 |     node = "pvf",
  |            ^^^^^
  |
  = help: did you mean "pve"?

1 error
\`lamina explain E0307\` tells more
`,
  });
});

describe("what it is not served with", () => {
  const env = { PROXMOX_VE_API_TOKEN: "lamina@pve!test=01234567-89ab-cdef-0123-456789abcdef" };
  const cases: readonly (readonly [
    title: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> | undefined,
    exitCode: number,
    stderr: string,
  ])[] = [
    [
      "an address that others reach",
      ["--listen", "0.0.0.0:0"],
      undefined,
      2,
      "error: on 0.0.0.0, tokens and keys would go over the network for all to read\n" +
        "help: --tls-cert and --tls-key serve HTTPS; --insecure-listen allows it, for what stands behind a proxy\n",
    ],
    [
      "an address that is none",
      ["--listen", "8077"],
      undefined,
      2,
      'error: pool serve: --listen must be HOST:PORT, such as 127.0.0.1:8077, not "8077"\nhelp: `lamina help pool serve` shows its options\n',
    ],
    [
      "half of what HTTPS needs",
      ["--tls-cert", "crt"],
      undefined,
      2,
      "error: --tls-cert and --tls-key belong together\nhelp: give both, or none of them\n",
    ],
    [
      "a certificate that is none",
      ["--tls-cert", "tokens", "--tls-key", "tokens", "--tokens", "tokens"],
      env,
      3,
      "error: the pool cannot be served: the certificate and its key cannot be used: error:0480006C:PEM routines::no start line\n",
    ],
    [
      "a name that no machine can bear",
      ["--pool-name", "My Pool"],
      undefined,
      2,
      'error: --pool-name must be at most 32 lower-case letters, digits and dashes, not "My Pool"\n',
    ],
    [
      "no tokens",
      [],
      undefined,
      2,
      "error: nobody could ask: there are no tokens\nhelp: name a file of them with --tokens, or set LAMINA_POOL_TOKENS\n",
    ],
    [
      "a token that can be guessed",
      [],
      { ...env, LAMINA_POOL_TOKENS: "ci short" },
      2,
      'error: LAMINA_POOL_TOKENS: line 1: a token has 16 characters or more, none of them a blank\nhelp: a line for each: "NAME TOKEN", or "NAME TOKEN admin"\n',
    ],
    [
      "no credentials of the provider",
      ["--tokens", "tokens"],
      {},
      3,
      "error: PROXMOX_VE_API_TOKEN is not set\nhelp: it is user@realm!id=secret, as `pveum user token add` tells\n",
    ],
    [
      "machines that are not leased",
      ["--tokens", "tokens", "--directives", "local.ncl"],
      undefined,
      2,
      "error: 'docker_local leases no machines: it is this one\n" +
        "help: give --compute, or set compute_provider in build directives: hcloud, proxmox, vm_pool\n",
    ],
  ];

  test.each(cases)("%s", async (_title, args, given, exitCode, stderr) => {
    write("local.ncl", "{ compute_provider = 'docker_local }");
    const directives = args.includes("--directives") ? [] : ["--directives", "pool.ncl"];
    const command = ["pool", "serve", ...directives, ...args];
    // A process of its own only for what depends on its environment.
    const ended =
      given === undefined
        ? await callCli(command, folder)
        : await runCli(command, { cwd: folder, env: given });
    expect(ended).toEqual({ exitCode, stdout: "", stderr });
  });

  test("tokens that everybody can read", async () => {
    const path = join(folder, "tokens");
    chmodSync(path, 0o644);
    const ended = await callCli(["pool", "serve", "--directives", "pool.ncl", "--tokens", "tokens"], folder);
    expect(ended).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: `error: ${path} can be read by everybody on this machine\nhelp: chmod 600 ${path}\n`,
    });
  });

  test("directives that are wrong", async () => {
    write("wrong.ncl", "{ compute_provider = 'aws }");
    const ended = await callCli(["pool", "serve", "--directives", "wrong.ncl", "--tokens", "tokens"], folder);
    expect(ended.exitCode).toBe(2);
    expect(ended.stderr).toContain(
      "`compute_provider` must be one of 'hcloud, 'proxmox, 'docker_local, 'vm_pool",
    );
  });
});
