// How the test API behaves where the document says nothing of it: labels, pages, names, locks, limits, and what goes wrong by
// script, so that a test of a client can trust what it was told.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { FakeClock } from "../fakes/clock.ts";
import { fieldFaults } from "../rig/hcloud/faults.ts";
import { type MachinesInMemory, machinesInMemory } from "../rig/hcloud/machines-in-memory.ts";
import { type HcloudServer, openHcloudServer } from "../rig/hcloud/open-hcloud-server.ts";

let api: HcloudServer;
let machines: MachinesInMemory;
let clock: FakeClock;

beforeEach(async () => {
  machines = machinesInMemory();
  clock = new FakeClock(Date.UTC(2026, 10, 22, 20));
  api = await openHcloudServer({ token: "secret", machines, clock, requestLimit: 200 });
});

afterEach(() => api.close());

async function ask(
  request: string,
  body?: unknown,
  options: { readonly token?: string; readonly signal?: AbortSignal } = {},
) {
  const [method = "", path = ""] = request.split(" ");
  const response = await fetch(`${api.endpoint}${path}`, {
    method,
    headers: { authorization: `Bearer ${options.token ?? "secret"}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const failure = z.object({
  error: z.object({ code: z.string(), message: z.string(), details: z.looseObject({}).optional() }),
});

/** Status, code and message of a refusal, and which fields it names. */
async function refusal(request: string, body?: unknown) {
  const { status, text } = await ask(request, body);
  const { code, message, details } = failure.parse(JSON.parse(text)).error;
  return { status, code, message, details };
}

const order = { name: "one", server_type: "cax11", image: "ubuntu-24.04" };

const creation = z.looseObject({
  server: z.looseObject({ id: z.int(), status: z.string(), locked: z.boolean() }),
  action: z.looseObject({ id: z.int(), status: z.string() }),
  next_actions: z.array(z.looseObject({ id: z.int() })),
  root_password: z.string().nullable(),
});

async function create(body: Readonly<Record<string, unknown>> = {}) {
  const { status, text } = await ask("POST /servers", { ...order, ...body });
  expect(status).toBe(201);
  return creation.parse(JSON.parse(text));
}

const actions = z.object({
  actions: z.array(
    z.looseObject({
      command: z.string(),
      status: z.string(),
      progress: z.number(),
      error: z.object({ code: z.string(), message: z.string() }).nullable(),
    }),
  ),
});

async function actionsOf(made: z.infer<typeof creation>) {
  const ids = [made.action, ...made.next_actions].map(({ id }) => `id=${String(id)}`).join("&");
  const { text } = await ask(`GET /actions?${ids}`);
  return actions
    .parse(JSON.parse(text))
    .actions.map(({ command, status, progress, error }) => ({ command, status, progress, error }));
}

async function names(query: string): Promise<readonly string[]> {
  const { text } = await ask(`GET /servers?${query}`);
  const { servers } = z
    .object({ servers: z.array(z.looseObject({ name: z.string() })) })
    .parse(JSON.parse(text));
  return servers.map(({ name }) => name);
}

describe("servers", () => {
  test("boot while their actions run, and are locked until then", async () => {
    const { promise: booted, resolve: boot } = Promise.withResolvers<void>();
    api.faults.add("POST /servers", { kind: "slow-boot", until: booted });
    const made = await create();
    expect(made.server).toMatchObject({ status: "initializing", locked: true });
    const running = { status: "running", progress: 0, error: null };
    expect(await actionsOf(made)).toEqual([
      { command: "create_server", ...running },
      { command: "start_server", ...running },
    ]);
    const id = String(made.server.id);
    expect(await refusal(`DELETE /servers/${id}`)).toMatchObject({ status: 423, code: "locked" });

    boot();
    await booted;
    const done = { status: "success", progress: 100, error: null };
    expect(await actionsOf(made)).toEqual([
      { command: "create_server", ...done },
      { command: "start_server", ...done },
    ]);
    expect(api.servers()).toMatchObject([{ name: "one", status: "running", locked: false }]);
    expect((await ask(`DELETE /servers/${id}`)).status).toBe(200);
    expect((await ask(`GET /servers/${id}`)).status).toBe(404);
    expect([api.servers(), machines.running.size]).toEqual([[], 0]);
  });

  test("have names of their own, also while one is only ordered", async () => {
    const orders = await Promise.all([ask("POST /servers", order), ask("POST /servers", order)]);
    expect(orders.map(({ status }) => status).sort((a, b) => a - b)).toEqual([201, 409]);
    expect(machines.orders).toHaveLength(1);
    expect(await refusal("POST /servers", order)).toEqual({
      status: 409,
      code: "uniqueness_error",
      message: "server name is already used",
      details: { fields: [{ name: "name", messages: ["server name is already used"] }] },
    });
  });

  test("are refused with every field that is wrong", async () => {
    const wrong = {
      name: "a_b",
      labels: { "hetzner.cloud/x": "", expires: "2026-11-22T20:00Z", ["k".repeat(64)]: "v" },
      user_data: "x".repeat(32 * 1024 + 1),
      disk: 40,
    };
    expect(await refusal("POST /servers", { ...order, ...wrong })).toEqual({
      status: 422,
      code: "invalid_input",
      message: "invalid input in fields 'name', 'labels', 'user_data', 'disk'",
      details: {
        fields: [
          { name: "name", messages: ["is not a valid hostname"] },
          {
            name: "labels",
            messages: [
              "label key 'hetzner.cloud/x' is reserved",
              "label value '2026-11-22T20:00Z' is not correctly formatted",
              `label key '${"k".repeat(64)}' is not correctly formatted`,
            ],
          },
          { name: "user_data", messages: ["is longer than 32 KiB"] },
          { name: "disk", messages: ["unknown field"] },
        ],
      },
    });
    expect(await refusal("POST /servers", { ...order, server_type: "cx53", location: "fsn1" })).toMatchObject(
      {
        message: "invalid input in field 'location'",
        details: { fields: [{ name: "location", messages: ["unsupported location for server type"] }] },
      },
    );
    // An image by its number has one architecture.
    expect((await refusal("POST /servers", { ...order, image: 161547269 })).details).toEqual({
      fields: [{ name: "image", messages: ["image and server type have different architectures"] }],
    });
    expect(machines.orders).toEqual([]);
  });

  test("are found by name, labels and status, sorted and page by page", async () => {
    const labels = [{ pool: "a" }, { pool: "b", lease: "1" }, { pool: "c", lease: "" }, {}];
    for (const [at, one] of labels.entries()) await create({ name: `s${String(at)}`, labels: one });
    const selected = async (selector: string) =>
      await names(`label_selector=${encodeURIComponent(selector)}`);
    expect(await selected("pool==a")).toEqual(["s0"]);
    expect(await selected("pool=a")).toEqual(["s0"]);
    expect(await selected("pool!=a")).toEqual(["s1", "s2", "s3"]);
    expect(await selected("lease")).toEqual(["s1", "s2"]);
    expect(await selected("!lease")).toEqual(["s0", "s3"]);
    expect(await selected("pool in (a, c)")).toEqual(["s0", "s2"]);
    expect(await selected("pool notin (a,c)")).toEqual(["s1", "s3"]);
    expect(await selected("pool in (b,c),lease=1")).toEqual(["s1"]);
    expect(await selected("lease=")).toEqual(["s2"]);
    for (const malformed of ["pool in a", "=a", "pool=a b", "pool=a,", "po:ol"])
      expect((await ask(`GET /servers?label_selector=${encodeURIComponent(malformed)}`)).status).toBe(422);
    expect(await names("name=s2")).toEqual(["s2"]);
    expect(await names("name=s2&label_selector=pool%3Da")).toEqual([]);
    expect(await names("status=off")).toEqual([]);
    expect(await names("status=off&status=running&sort=name:desc&per_page=3")).toEqual(["s3", "s2", "s1"]);
    expect(await names("sort=name:desc&per_page=3&page=2")).toEqual(["s0"]);
    const { text } = await ask("GET /servers?per_page=3&page=1");
    expect(JSON.parse(text)).toMatchObject({
      meta: {
        pagination: {
          page: 1,
          per_page: 3,
          previous_page: null,
          next_page: 2,
          last_page: 2,
          total_entries: 4,
        },
      },
    });
    expect((await ask("GET /servers?per_page=51")).status).toBe(422);
  });

  test("get a whole new set of labels", async () => {
    const { server } = await create({ labels: { pool: "a", lease: "1" } });
    await ask(`PUT /servers/${String(server.id)}`, { labels: { pool: "b" } });
    expect(api.servers()[0]?.labels).toEqual({ pool: "b" });
  });

  test("tell no root password where a key was given", async () => {
    const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJm0xDhvH3Oo0xI3CQHj3vQKcGkJ5D7Qh6cVJ8XW0q5e";
    await ask("POST /ssh_keys", { name: "k", public_key: key });
    expect((await create({ ssh_keys: ["k"] })).root_password).toBeNull();
    expect((await create({ name: "two" })).root_password).toMatch(/^\w{20}$/);
    expect((await ask("POST /servers", { ...order, name: "three", ssh_keys: ["other"] })).status).toBe(422);
    expect(await refusal("POST /ssh_keys", { name: "l", public_key: key })).toMatchObject({
      code: "uniqueness_error",
      message: "SSH key fingerprint is already used",
    });
  });
});

test("who asks without the token learns nothing", async () => {
  const { status, text } = await ask("GET /servers", undefined, { token: "guess" });
  expect([status, text]).toEqual([
    401,
    '{"error":{"code":"unauthorized","message":"unable to authenticate","details":{}}}',
  ]);
});

test("requests run out, and come back one a second", async () => {
  await Promise.all(Array.from({ length: 200 }, () => ask("GET /locations")));
  const refused = await ask("GET /locations");
  expect(refused.status).toBe(429);
  expect(failure.parse(JSON.parse(refused.text)).error.code).toBe("rate_limit_exceeded");
  expect(["limit", "remaining", "reset"].map((one) => refused.headers.get(`ratelimit-${one}`))).toEqual([
    "200",
    "0",
    String(Date.UTC(2026, 10, 22, 20) / 1000 + 200),
  ]);
  clock.advance(1000);
  const answered = await ask("GET /locations");
  expect([answered.status, answered.headers.get("ratelimit-remaining")]).toEqual([200, "0"]);
  expect((await ask("GET /locations")).status).toBe(429);
});

test("what is sold out is told, and what the prices are", async () => {
  const shop = await openHcloudServer({
    token: "secret",
    machines,
    prices: { cax11: "0.0104" },
    soldOut: ["cax11:fsn1"],
    datacenters: "gone",
  });
  const headers = { authorization: "Bearer secret" };
  const listed: unknown = await (await fetch(`${shop.endpoint}/server_types?name=cax11`, { headers })).json();
  const gone = await fetch(`${shop.endpoint}/datacenters`, { headers });
  await shop.close();
  expect(listed).toMatchObject({
    server_types: [
      {
        name: "cax11",
        locations: [
          { name: "fsn1", available: false },
          { name: "nbg1", available: true },
          { name: "hel1", available: true },
        ],
        prices: [
          { location: "fsn1", price_hourly: { net: "0.0104000000", gross: "0.0123760000000000" } },
          { location: "nbg1" },
          { location: "hel1" },
        ],
      },
    ],
  });
  expect(gone.status).toBe(410);
});

describe("faults", () => {
  test("strike as often as told, in order, and are counted", async () => {
    api.faults.add("GET /servers", fieldFaults.rateLimited, 2);
    api.faults.add("*", { kind: "gateway", status: 502 });
    const statuses = [];
    for (let at = 0; at < 4; at += 1) statuses.push((await ask("GET /servers")).status);
    expect(statuses).toEqual([429, 429, 502, 200]);
    expect([api.faults.count("error"), api.faults.count("gateway")]).toEqual([2, 1]);
    api.faults.decide = (on) => (on === "GET /pricing" ? fieldFaults.serverError : undefined);
    expect((await ask("GET /pricing")).status).toBe(500);
    api.faults.clear();
    expect((await ask("GET /pricing")).status).toBe(200);
    expect(api.faults.struck).toHaveLength(4);
  });

  test("a refusal for too many requests says when to come back", async () => {
    api.faults.add("GET /servers", fieldFaults.rateLimited);
    const { headers } = await ask("GET /servers");
    expect(headers.get("ratelimit-remaining")).toBe("0");
    expect(headers.get("ratelimit-reset")).toBe(String(Date.UTC(2026, 10, 22, 20) / 1000 + 1));
    expect(headers.get("x-correlation-id")).toMatch(/^[0-9a-f]{16}$/);
  });

  test("a connection is reset before a request takes effect, or after", async () => {
    api.faults.add("POST /servers", { kind: "reset" });
    await expect(ask("POST /servers", order)).rejects.toThrow("fetch failed");
    expect(machines.orders).toEqual([]);
    api.faults.add("POST /servers", { kind: "reset", after: true });
    await expect(ask("POST /servers", order)).rejects.toThrow("fetch failed");
    expect(api.servers().map(({ name }) => name)).toEqual(["one"]);
    expect(api.requests.map(({ status }) => status)).toEqual([undefined, undefined]);
  });

  test("no answer comes until the client goes away", async () => {
    api.faults.add("POST /servers", { kind: "silence", after: true });
    const client = new AbortController();
    const asked = ask("POST /servers", order, { signal: client.signal });
    api.faults.add("GET /servers", { kind: "slow", until: Promise.resolve() });
    expect(await names("")).toBeDefined();
    client.abort();
    await expect(asked).rejects.toThrow("This operation was aborted");
  });

  test("a gateway's error hides what took effect", async () => {
    api.faults.add("POST /servers", { kind: "gateway", status: 504, after: true });
    const answer = await ask("POST /servers", order);
    expect([answer.status, answer.headers.get("content-type"), answer.text]).toEqual([
      504,
      "text/html",
      "<html><body><h1>504</h1></body></html>\n",
    ]);
    expect(await names("name=one")).toEqual(["one"]);
  });

  test("an action ends in an error, and the server stands there", async () => {
    const error = { code: "unknown_error", message: "unknown error occurred" };
    api.faults.add("POST /servers", { kind: "action-error", ...error });
    const made = await create();
    expect(await actionsOf(made)).toMatchObject([
      { command: "create_server", status: "error", error },
      { command: "start_server", status: "error", error },
    ]);
    expect([api.servers()[0]?.status, machines.orders]).toEqual(["off", []]);
    const path = `/servers/${String(made.server.id)}`;
    api.faults.add("DELETE /servers/{id}", { kind: "action-error", ...error });
    expect((await ask(`DELETE ${path}`)).status).toBe(200);
    expect((await ask(`GET ${path}`)).status).toBe(200);
    expect((await ask(`DELETE ${path}`)).status).toBe(200);
    expect((await ask(`GET ${path}`)).status).toBe(404);
  });

  test("a machine that cannot be made or does not come up is told", async () => {
    await api.close();
    api = await openHcloudServer({
      token: "secret",
      machines: {
        make: async ({ name }) => {
          if (name === "none") throw new Error("no machine");
          return {
            ipv4: "127.0.0.1",
            running: Promise.reject(new Error("never came up")),
            destroy: async () => undefined,
          };
        },
      },
    });
    expect(await actionsOf(await create())).toMatchObject([
      { status: "error", error: { code: "action_failed", message: "never came up" } },
      { status: "error" },
    ]);
    const { status, message } = await refusal("POST /servers", { ...order, name: "none" });
    expect([status, message.split("\n")[0]]).toEqual([500, "Error: no machine"]);
    expect(api.servers().map(({ name }) => name)).toEqual(["one"]);
  });
});

test("closing takes machines along that are only ordered yet", async () => {
  const { promise: made, resolve: make } = Promise.withResolvers<void>();
  const { promise: ordered, resolve: tellOrder } = Promise.withResolvers<void>();
  let destroyed = 0;
  const destroy = async () => {
    destroyed += 1;
  };
  await api.close();
  api = await openHcloudServer({
    token: "secret",
    machines: {
      make: async () => {
        tellOrder();
        await made;
        return { ipv4: "127.0.0.1", running: Promise.resolve(), destroy };
      },
    },
  });
  const asked = ask("POST /servers", order);
  await ordered;
  const closed = api.close();
  await expect(asked).rejects.toThrow("fetch failed");
  make();
  await closed;
  expect(destroyed).toBe(1);
});
