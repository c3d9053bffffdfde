// The pool's server as its clients see it: who may ask what, what is answered, and what is refused with which words.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { leaseList, offerList, poolLease } from "../../../schemas/pool.ts";
import { FakeClock } from "../../fakes/clock.ts";
import { newLeaseId } from "../../ports/compute.ts";
import { ask, hostKeys, leaseBody } from "./ask.ts";
import { openPoolRig, type PoolRig, poolTokens } from "./pool-rig.ts";

let rig: PoolRig;
let clock: FakeClock;
beforeEach(async () => {
  clock = new FakeClock(1_800_000_000_000);
  rig = await openPoolRig({
    clock,
    maxTtlMs: 7_200_000,
    caps: { maxMachines: 3, maxEurPerHour: 0.05, maxCreatesPerHour: 4 },
  });
});
afterEach(() => rig.close());

const lease = (changes: Readonly<Record<string, unknown>> = {}, token?: string) =>
  ask(rig.url, "POST /api/v1/vm-pool", { body: leaseBody(changes), token });

describe("a lease", () => {
  test("is the machine, its address, key and price", async () => {
    const body = leaseBody();
    const { status, body: answer } = await ask(rig.url, "POST /api/v1/vm-pool", { body });
    expect(status).toBe(201);
    expect(poolLease.parse(answer)).toEqual({
      lease_id: body.lease_id,
      pool: "shop",
      owner: "ci",
      state: "active",
      platform: "linux/amd64",
      cpu: 2,
      memory_gb: 4,
      type: "small",
      location: "here",
      eur_per_hour: 0.01,
      billing: "started-hour",
      machine_id: "m-1",
      created_at_ms: 1_800_000_000_000,
      expires_at_ms: 1_800_003_600_000,
      endpoint: {
        kind: "ssh",
        host: "10.77.0.1",
        port: 22,
        user: "root",
        host_key: hostKeys.publicKey,
        buildkit_socket: "/run/buildkit/buildkitd.sock",
      },
    });
    expect(rig.compute.living[0]?.request).toMatchObject({
      pool: "served",
      authorizedKey: hostKeys.publicKey,
      hostKey: hostKeys,
      expiresAtMs: 1_800_007_200_000,
    });
  });

  test("is of the first offer that can be had, or of the one that is asked for", async () => {
    rig.compute.capacity.set("small", 0);
    expect((await lease()).body).toMatchObject({ type: "medium", eur_per_hour: 0.02 });
    expect(await lease({ offer: { type: "small", location: "here" } })).toMatchObject({
      status: 503,
      body: { error: { code: "no_capacity", message: "there is no small in here" } },
    });
    expect(await lease({ offer: { type: "huge", location: "here" } })).toMatchObject({
      status: 503,
      body: {
        error: {
          code: "no_capacity",
          message: "no huge in here is offered for linux/amd64 with 2 cores and 4 GB",
        },
      },
    });
    expect(rig.compute.living).toHaveLength(1);
  });

  test("is another's to nobody but an admin", async () => {
    const body = leaseBody();
    await ask(rig.url, "POST /api/v1/vm-pool", { body });
    const path = `/api/v1/vm-pool/${body.lease_id}`;
    const forbidden = {
      status: 403,
      body: { error: { code: "forbidden", message: `the lease ${body.lease_id} is another's` } },
    };
    const token = poolTokens.dev;
    expect(await ask(rig.url, `GET ${path}`, { token })).toMatchObject(forbidden);
    expect(await ask(rig.url, `DELETE ${path}`, { token })).toMatchObject(forbidden);
    expect(await ask(rig.url, `POST ${path}/renew`, { token, body: { ttl_seconds: 60 } })).toMatchObject(
      forbidden,
    );
    expect(await ask(rig.url, "POST /api/v1/vm-pool", { token, body })).toMatchObject(forbidden);
    expect((await ask(rig.url, "GET /api/v1/vm-pool", { token })).body).toEqual({ leases: [] });
    const seen = await ask(rig.url, "GET /api/v1/vm-pool", { token: poolTokens.operator });
    expect(leaseList.parse(seen.body).leases.map(({ owner }) => owner)).toEqual(["ci"]);
    expect(await ask(rig.url, `DELETE ${path}`, { token: poolTokens.operator })).toMatchObject({
      status: 204,
    });
    expect(rig.compute.living).toEqual([]);
    expect((await ask(rig.url, `GET ${path}`)).body).toMatchObject({ state: "released", endpoint: null });
  });

  test("is renewed, never shortened, and not beyond what a machine may live", async () => {
    const body = leaseBody();
    await ask(rig.url, "POST /api/v1/vm-pool", { body });
    const renew = async (ttl: number) =>
      (await ask(rig.url, `POST /api/v1/vm-pool/${body.lease_id}/renew`, { body: { ttl_seconds: ttl } }))
        .body;
    expect(await renew(60)).toMatchObject({ expires_at_ms: 1_800_003_600_000 });
    expect(await renew(4000)).toMatchObject({ expires_at_ms: 1_800_004_000_000 });
    expect(await renew(90_000)).toMatchObject({ expires_at_ms: 1_800_007_200_000 });
    await ask(rig.url, `DELETE /api/v1/vm-pool/${body.lease_id}`);
    expect(await renew(60)).toEqual({
      error: { code: "conflict", message: `the lease ${body.lease_id} is released` },
    });
  });

  test("that cannot be made leaves nothing, and says why", async () => {
    rig.compute.failNext("create", { kind: "unavailable", message: "no answer" }, { tookEffect: true });
    const body = leaseBody();
    expect(await ask(rig.url, "POST /api/v1/vm-pool", { body })).toMatchObject({
      status: 503,
      body: { error: { code: "unavailable", message: "no answer" } },
    });
    expect(rig.compute.living).toEqual([]);
    expect((await ask(rig.url, `GET /api/v1/vm-pool/${body.lease_id}`)).body).toMatchObject({
      state: "failed",
    });
    expect((await ask(rig.url, "POST /api/v1/vm-pool", { body })).status).toBe(201);
  });

  test("whose machine has no address of its own is given back", async () => {
    rig.compute.endsLocally = true;
    expect(await lease()).toMatchObject({
      status: 502,
      body: {
        error: {
          code: "broken",
          message: "the provider leases no machines that have an address of their own",
        },
      },
    });
    expect(rig.compute.living).toEqual([]);
  });
});

describe("caps", () => {
  test("of machines", async () => {
    const all = await Promise.all([lease(), lease(), lease(), lease()]);
    expect(all.filter(({ status }) => status === 201)).toHaveLength(3);
    expect(all.find(({ status }) => status === 429)?.body).toEqual({
      error: { code: "cap_reached", message: "the pool may have 3 machines at a time" },
    });
  });

  test("of euros an hour", async () => {
    expect((await lease({ size: { cpu: 8, memory_gb: 16 } })).status).toBe(201);
    expect((await lease({ size: { cpu: 4, memory_gb: 8 } })).body).toEqual({
      error: {
        code: "cap_reached",
        message: "the pool may cost 0.05 EUR an hour: it costs 0.04 EUR, and this machine 0.02 EUR",
      },
    });
    expect((await lease()).status).toBe(201);
  });

  test("of new machines an hour, and when there may be another one", async () => {
    for (const _ of [1, 2, 3, 4]) {
      const body = leaseBody();
      expect((await ask(rig.url, "POST /api/v1/vm-pool", { body })).status).toBe(201);
      await ask(rig.url, `DELETE /api/v1/vm-pool/${body.lease_id}`);
      clock.advance(60_000);
    }
    const refused = await lease();
    expect(refused.body).toEqual({
      error: { code: "cap_reached", message: "the pool may ask for 4 machines an hour" },
    });
    expect(refused.headers.get("retry-after")).toBe("3360");
    clock.advance(3_360_000);
    expect((await lease()).status).toBe(201);
  });
});

describe("what is not a request of the API", () => {
  const id = newLeaseId();
  const errors: readonly (readonly [
    request: string,
    asking: Parameters<typeof ask>[2],
    status: number,
    code: string,
    message: string,
  ])[] = [
    [
      "GET /api/v1/vm-pool",
      { token: "" },
      401,
      "unauthorized",
      "the request bears no token that is known here",
    ],
    [
      "GET /api/v1/vm-pool",
      { token: `${poolTokens.ci}x` },
      401,
      "unauthorized",
      "the request bears no token that is known here",
    ],
    ["GET /nowhere", { token: "" }, 401, "unauthorized", "the request bears no token that is known here"],
    ["GET /nowhere", {}, 404, "not_found", "there is nothing at /nowhere"],
    ["DELETE /api/v1/offers", {}, 405, "method_not_allowed", "/api/v1/offers knows no DELETE"],
    [`GET /api/v1/vm-pool/${id}`, {}, 404, "not_found", `there is no lease ${id}`],
    ["GET /api/v1/vm-pool/../x", {}, 404, "not_found", "there is nothing at /api/v1/x"],
    [
      "GET /api/v1/vm-pool/UPPER",
      {},
      400,
      "invalid_request",
      "in the path `lease_id`: must be 16 letters and digits",
    ],
    [
      "GET /api/v1/offers?cpu=none&memory_gb=4&platform=linux/amd64",
      {},
      400,
      "invalid_request",
      "in the query `cpu`: must be a number of cores above 0",
    ],
    [
      "GET /api/v1/p95",
      {},
      400,
      "invalid_request",
      'in the query `workspace`: is missing: it must be a workspace: lower-case letters and digits, in words joined by - or _, such as "lamina"',
    ],
    [
      "GET /api/v1/vm-pool?pols=shop",
      {},
      400,
      "invalid_request",
      "in the query `pols`: is not a field of it",
    ],
    ["POST /api/v1/vm-pool", { body: "{" }, 400, "invalid_request", "the body is no JSON"],
    [
      "POST /api/v1/vm-pool",
      { body: "{}", headers: { "content-type": "text/plain" } },
      415,
      "unsupported_media_type",
      "the body must be JSON, of the type application/json",
    ],
    [
      "POST /api/v1/vm-pool",
      { body: { ...leaseBody(), ttl_seconds: undefined } },
      400,
      "invalid_request",
      "in the body `ttl_seconds`: must be there, or `expires_at_ms` in its place: one of them",
    ],
    [
      "POST /api/v1/vm-pool",
      { body: leaseBody({ authorized_key: "ssh-rsa AAAA me@home" }) },
      400,
      "invalid_request",
      'in the body `authorized_key`: must be an ed25519 key without a comment: "ssh-ed25519 AAAA…"',
    ],
    [
      "POST /api/v1/vm-pool",
      { body: leaseBody({ ttl_seconds: 7201 }) },
      400,
      "invalid_request",
      "a machine may live 7200 seconds at most",
    ],
    [
      "POST /api/v1/vm-pool",
      { body: leaseBody({ ttl_seconds: undefined, expires_at_ms: 1 }) },
      400,
      "invalid_request",
      "the lease would have expired already",
    ],
    [
      "POST /api/v1/metrics",
      { body: JSON.stringify("x".repeat(257 * 1024)) },
      413,
      "too_large",
      "the body may have 256 kB",
    ],
  ];

  test.each(errors)("%s %j", async (request, asking, status, code, message) => {
    expect(await ask(rig.url, request, asking)).toMatchObject({ status, body: { error: { code, message } } });
    expect(rig.compute.calls.filter((call) => call.startsWith("create"))).toEqual([]);
  });

  test("health is told to everybody, and who bears no token is told how to", async () => {
    expect(await ask(rig.url, "GET /healthz", { token: "" })).toMatchObject({
      status: 200,
      body: { status: "ok" },
    });
    const refused = await ask(rig.url, "GET /api/v1/vm-pool", { token: "" });
    expect(refused.headers.get("www-authenticate")).toBe("Bearer");
  });

  test("a body that never ends is not read to its end", async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 65_536;
        if (sent > 64 * 1024 * 1024) controller.close();
        else controller.enqueue(new Uint8Array(65_536));
      },
    });
    const asked = fetch(`${rig.url}/api/v1/metrics`, {
      method: "POST",
      headers: { authorization: `Bearer ${poolTokens.ci}`, "content-type": "application/json" },
      body: endless,
      duplex: "half",
    });
    // The answer, or the end of the connection, whichever comes first.
    const told = await asked.then(
      ({ status }) => status,
      () => 413,
    );
    expect(told).toBe(413);
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });
});

test("offers are told with their prices, and asked for once a minute", async () => {
  const request = "GET /api/v1/offers?cpu=4&memory_gb=8&platform=linux/arm64";
  const { body } = await ask(rig.url, request);
  expect(offerList.parse(body).offers.map(({ type, eur_per_hour }) => [type, eur_per_hour])).toEqual([
    ["medium", 0.02],
    ["large", 0.04],
  ]);
  await ask(rig.url, request);
  expect(rig.compute.calls).toEqual(["list served", "offers 4/8"]);
  clock.advance(60_000);
  await ask(rig.url, request);
  expect(rig.compute.calls.filter((call) => call === "offers 4/8")).toHaveLength(2);
});
