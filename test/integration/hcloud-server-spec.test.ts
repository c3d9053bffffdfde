// Whether the test API speaks as its OpenAPI document has it, judged by Prism: each endpoint, well asked and badly asked.

import { mkdtemp, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { fieldFaults } from "../rig/hcloud/faults.ts";
import { machinesInMemory } from "../rig/hcloud/machines-in-memory.ts";
import { type HcloudServer, openHcloudServer } from "../rig/hcloud/open-hcloud-server.ts";
import { ownDocument, readViolations, startPrismProxy } from "../rig/hcloud/prism-proxy.ts";

const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJm0xDhvH3Oo0xI3CQHj3vQKcGkJ5D7Qh6cVJ8XW0q5e somebody";

let api: HcloudServer;
let proxy: string;
const ends: (() => Promise<void>)[] = [];

beforeAll(async () => {
  api = await openHcloudServer({ token: "secret", machines: machinesInMemory(), soldOut: ["cax11:fsn1"] });
  ends.push(api.close);
  proxy = await openProxy(api.endpoint);
}, 60_000);

afterAll(async () => {
  for (const end of ends.toReversed()) await end();
});

async function openProxy(upstream: string): Promise<string> {
  const directory = join(await mkdtemp(join(tmpdir(), "lamina-prism-")), "prism");
  const prism = await startPrismProxy(upstream, directory);
  ends.push(prism.stop);
  return prism.told;
}

interface Judged {
  readonly status: number;
  readonly body: string;
  readonly violations: readonly string[];
}

async function ask(request: string, body?: unknown, token = "secret"): Promise<Judged> {
  const [method = "", path = ""] = request.split(" ");
  const answer = await fetch(`${proxy}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: await answer.text(), violations: readViolations(answer) };
}

const created = z.looseObject({
  server: z.looseObject({ id: z.int() }),
  action: z.looseObject({ id: z.int() }),
});

test("every endpoint, well asked, answers as the document says", async () => {
  const creation = {
    name: "lamina-one",
    server_type: "cax21",
    image: "ubuntu-24.04",
    location: "nbg1",
    labels: { "lamina-pool": "a", empty: "", "example.com/key": "v_1.2-3" },
    user_data: "#cloud-config\n{}",
    public_net: { enable_ipv4: true, enable_ipv6: true },
    start_after_create: true,
  };
  const made = await ask("POST /servers", creation);
  expect(made).toMatchObject({ status: 201, violations: [] });
  const { server, action } = created.parse(JSON.parse(made.body));
  const key = await ask("POST /ssh_keys", { name: "key", public_key: publicKey, labels: {} });
  expect(key).toMatchObject({ status: 201, violations: [] });
  const keyId = z.object({ ssh_key: z.looseObject({ id: z.int() }) }).parse(JSON.parse(key.body)).ssh_key.id;

  const asked = [
    "GET /servers",
    "GET /servers?name=lamina-one&label_selector=lamina-pool%3Da&status=running&sort=name%3Adesc&page=1&per_page=50",
    `GET /servers/${String(server.id)}`,
    `GET /servers/${String(server.id)}/actions`,
    `GET /servers/${String(server.id)}/actions/${String(action.id)}`,
    `GET /actions?id=${String(action.id)}&id=${String(action.id + 1)}`,
    `GET /actions/${String(action.id)}`,
    "GET /ssh_keys",
    `GET /ssh_keys/${String(keyId)}`,
    "GET /server_types",
    "GET /server_types/45",
    "GET /locations",
    "GET /locations/1",
    "GET /datacenters",
    "GET /datacenters/1",
    "GET /images?architecture=arm&type=system",
    "GET /images/114690389",
    "GET /firewalls",
    "GET /networks",
    "GET /placement_groups",
    "GET /pricing",
  ];
  for (const request of asked) {
    const { status, violations } = await ask(request);
    expect({ request, status, violations }).toEqual({ request, status: 200, violations: [] });
  }
  const changed = [
    await ask(`PUT /servers/${String(server.id)}`, { labels: { "lamina-pool": "b" } }),
    await ask(`PUT /ssh_keys/${String(keyId)}`, { name: "renamed" }),
    await ask(`DELETE /servers/${String(server.id)}`),
    await ask(`DELETE /ssh_keys/${String(keyId)}`),
  ];
  expect(changed.map(({ status, violations }) => [status, violations])).toEqual([
    [200, []],
    [200, []],
    [200, []],
    [204, []],
  ]);

  const used = new Set(
    api.requests
      .filter(({ status }) => status !== undefined && status < 300)
      .map(({ method, path }) => `${method} ${path.replace(/\?.*/, "").replaceAll(/\/\d+/g, "/{id}")}`),
  );
  const document = z
    .looseObject({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) })
    .parse(JSON.parse(await readFile(ownDocument, "utf8")));
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods)
      .filter((method) => ["get", "post", "put", "delete"].includes(method))
      .map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, "{id}")}`),
  );
  expect([...used].filter((one) => !described.includes(one))).toEqual([]);
  expect(described.filter((one) => !used.has(one))).toEqual([]);
});

test("what is refused is refused in the document's words", async () => {
  const creation = { name: "lamina-two", server_type: "cx23", image: "debian-12" };
  expect((await ask("POST /servers", creation)).status).toBe(201);
  const unlucky = { ...creation, name: "lamina-three" };
  const faults = [
    "rateLimited",
    "unavailable",
    "placement",
    "limitReached",
    "serverError",
    "maintenance",
  ] as const;
  for (const name of faults) api.faults.add("POST /servers", fieldFaults[name]);
  const refusals: readonly (readonly [number, Judged])[] = [
    [429, await ask("POST /servers", unlucky)],
    [412, await ask("POST /servers", unlucky)],
    [412, await ask("POST /servers", unlucky)],
    [403, await ask("POST /servers", unlucky)],
    [500, await ask("POST /servers", unlucky)],
    [503, await ask("POST /servers", unlucky)],
    [409, await ask("POST /servers", creation)],
    [422, await ask("POST /servers", { ...unlucky, server_type: "cx99" })],
    [404, await ask("GET /servers/9999")],
    [404, await ask("DELETE /servers/9999")],
    [422, await ask("GET /servers?label_selector=%3D%3D")],
    [422, await ask("POST /ssh_keys", { name: "key", public_key: "no key" })],
  ];
  expect(refusals.map(([, { status, violations }]) => [status, violations])).toEqual(
    refusals.map(([status]) => [status, []]),
  );
  // What the document itself forbids to ask is refused too, and the answer is as it says.
  const forbidden: readonly (readonly [number, Judged])[] = [
    [401, await ask("GET /servers", undefined, "")],
    [422, await ask("POST /servers", { name: "no type" })],
    [422, await ask("POST /servers", { ...unlucky, labels: { expires: "2026-11-22T20:00:00Z" } })],
    [422, await ask("GET /actions")],
    [422, await ask("GET /servers?sort=price")],
  ];
  for (const [status, judged] of forbidden) {
    expect(judged.status).toBe(status);
    expect(judged.violations.filter((one) => one.startsWith("response"))).toEqual([]);
    expect(judged.violations.filter((one) => one.startsWith("request"))).not.toEqual([]);
  }
});

test("the judge sees what is wrong", async () => {
  const liar = createServer((_, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ servers: [{ id: "one", status: "asleep" }] }));
  });
  await new Promise<void>((resolve) => liar.listen(0, "127.0.0.1", resolve));
  ends.push(async () => void liar.close());
  const address = liar.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const judged = await fetch(`${await openProxy(`http://127.0.0.1:${String(address.port)}`)}/servers`, {
    headers: { authorization: "Bearer secret" },
  });
  const violations = readViolations(judged);
  expect(violations.filter((one) => one.startsWith("response.body"))).toContain(
    "response.body.servers.0.id: Response body property servers.0.id must be integer",
  );
});
