// Machines leased over Hetzner Cloud's API that are real hosts: reached with the keys that they were handed at their creation,
// gone when they are destroyed.

import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { Compute, Machine } from "../../engine/ports/compute.ts";
import { openHcloud } from "../../providers/compute/hcloud/hcloud.ts";
import { systemClock } from "../../providers/host/clock.ts";
import { makeKeyPair } from "../../providers/transport/keys.ts";
import { sshTransport } from "../../providers/transport/ssh.ts";
import { newRequest, unheard } from "../providers/compute/hcloud/project.ts";
import { machinesInYard } from "../rig/hcloud/machines-in-yard.ts";
import { type HcloudServer, openHcloudServer } from "../rig/hcloud/open-hcloud-server.ts";
import { type HostYard, openHostYard } from "../rig/hosts/host-yard.ts";

const login = makeKeyPair();
let yard: HostYard;
let api: HcloudServer;
let compute: Compute;

beforeAll(async () => {
  yard = await openHostYard({ buildkit: inject("rig").buildkit });
  api = await openHcloudServer({ token: "secret", machines: machinesInYard(yard) });
  const env = new Map([
    ["HCLOUD_TOKEN", "secret"],
    ["HCLOUD_ENDPOINT", api.endpoint],
  ]);
  const opened = openHcloud({ image: "debian-12" }, { env: (name) => env.get(name), clock: systemClock });
  if (!opened.ok) throw new Error(opened.error.message);
  compute = opened.value;
}, 60_000);

afterAll(async () => {
  await compute.close();
  await api.close();
  await yard.close();
});

const order = () =>
  newRequest({
    expiresAtMs: systemClock.nowMs() + 3_600_000,
    authorizedKey: login.publicKey,
    hostKey: makeKeyPair(),
  });

async function connect({ endpoint }: Machine) {
  if (endpoint.kind !== "ssh") throw new Error("no machine to log in to");
  const { privateKey } = login;
  return await sshTransport().connect(endpoint, { privateKey, deadlineMs: 60_000 }, unheard);
}

test("a leased machine lets us in, is ours, and is gone when it is destroyed", async () => {
  const request = order();
  const created = await compute.create(request, unheard);
  if (!created.ok) throw new Error(JSON.stringify(created.error));
  const connected = await connect(created.value);
  if (!connected.ok) throw new Error(JSON.stringify(connected.error));
  const said = await connected.value.exec({ argv: ["hostname"] }, unheard);
  expect(said).toMatchObject({ ok: true, value: { stdout: `lamina-${request.leaseId}\n` } });
  await connected.value.close();
  expect(await compute.destroy(request, unheard)).toEqual({ ok: true, value: undefined });
  expect(yard.listHosts()).toEqual([]);
});

test("a machine that proves itself with another key is not spoken to", async () => {
  api.faults.add("POST /servers", { kind: "other-host-key" });
  const request = order();
  const created = await compute.create(request, unheard);
  if (!created.ok) throw new Error(JSON.stringify(created.error));
  expect(await connect(created.value)).toMatchObject({ ok: false, error: { kind: "host-key-mismatch" } });
  await compute.destroy(request, unheard);
});

test("several are leased, listed and destroyed at once", async () => {
  const requests = [order(), order(), order()];
  const created = await Promise.all(requests.map((request) => compute.create(request, unheard)));
  expect(created.map(({ ok }) => ok)).toEqual([true, true, true]);
  const pool = requests[0]?.pool ?? "";
  const listed = await compute.list(pool, unheard);
  expect(listed.ok && listed.value.map(({ state }) => state)).toEqual(["running", "running", "running"]);
  await Promise.all(requests.map((request) => compute.destroy(request, unheard)));
  expect(await compute.list(pool, unheard)).toEqual({ ok: true, value: [] });
  expect(yard.listHosts()).toEqual([]);
});
