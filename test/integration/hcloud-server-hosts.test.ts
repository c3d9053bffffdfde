// Servers of the test API that are real hosts: made by a create, reached with the keys of their cloud-init, gone by a delete.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { z } from "zod";
import { writeCloudInit } from "../../providers/compute/hcloud/cloud-init.ts";
import { makeKeyPair } from "../../providers/transport/keys.ts";
import { machinesInYard } from "../rig/hcloud/machines-in-yard.ts";
import { type HcloudServer, openHcloudServer } from "../rig/hcloud/open-hcloud-server.ts";
import { type HostYard, openHostYard } from "../rig/hosts/host-yard.ts";

const login = makeKeyPair();
const hostKey = makeKeyPair();
const userData = writeCloudInit({
  authorizedKey: login.publicKey,
  hostKey,
  user: "root",
  buildkit: undefined,
  liveSeconds: 3600,
});

let yard: HostYard;
let api: HcloudServer;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "lamina-hcloud-"));
  await writeFile(join(directory, "login"), login.privateKey, { mode: 0o600 });
  yard = await openHostYard({ buildkit: inject("rig").buildkit });
  api = await openHcloudServer({ token: "secret", machines: machinesInYard(yard) });
}, 60_000);

afterAll(async () => {
  await api.close();
  await yard.close();
  await rm(directory, { recursive: true });
});

const created = z.looseObject({
  server: z.looseObject({
    id: z.int(),
    public_net: z.looseObject({ ipv4: z.looseObject({ ip: z.string() }) }),
  }),
});

async function ask(method: string, path: string, body?: unknown): Promise<Response> {
  return await fetch(`${api.endpoint}${path}`, {
    method,
    headers: { authorization: "Bearer secret" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function create(name: string, type: string) {
  const body = { name, server_type: type, image: "ubuntu-24.04", user_data: userData };
  const { server } = created.parse(await (await ask("POST", "/servers", body)).json());
  const host = yard.listHosts().find((one) => one.name === name);
  if (host === undefined) throw new Error(`no host ${name}`);
  await host.booted;
  return { id: server.id, ip: server.public_net.ipv4.ip, host };
}

/** OpenSSH's own client, which accepts the injected host key and no other. */
async function ssh(ip: string, command: string) {
  const knownHosts = join(directory, `known-${ip}`);
  await writeFile(knownHosts, `${ip} ${hostKey.publicKey}\n`);
  const options = ["BatchMode=yes", "StrictHostKeyChecking=yes", `UserKnownHostsFile=${knownHosts}`];
  const { exitCode, stdout, stderr } = await execa(
    "ssh",
    [
      "-F",
      "none",
      "-i",
      join(directory, "login"),
      ...options.flatMap((one) => ["-o", one]),
      `root@${ip}`,
      command,
    ],
    { reject: false },
  );
  return { exitCode, stdout, stderr };
}

test("a server is a host with the memory of its type and the keys of its cloud-init", async () => {
  const { id, ip, host } = await create("lamina-small", "cax11");
  expect(host.memoryBytes).toBe(256 * 2 ** 20);
  expect(ip).toBe(host.address);
  expect(await ssh(ip, "hostname")).toMatchObject({ exitCode: 0, stdout: "lamina-small" });

  expect((await ask("DELETE", `/servers/${String(id)}`)).status).toBe(200);
  await host.off;
  await expect.poll(() => api.servers()).toEqual([]);
  expect(yard.listHosts()).toEqual([]);
});

test("a host with another key than it was given is not let in to", async () => {
  api.faults.add("POST /servers", { kind: "other-host-key" });
  const { ip } = await create("lamina-stranger", "cax21");
  const refused = await ssh(ip, "hostname");
  expect(refused.exitCode).toBe(255);
  expect(refused.stderr).toContain("Host key verification failed.");
  expect(api.faults.count("other-host-key")).toBe(1);
});

test("closing takes the hosts that are left", async () => {
  await create("lamina-left", "cax11");
  expect(api.servers().length).toBeGreaterThan(0);
  await api.close();
  expect(yard.listHosts()).toEqual([]);
});
