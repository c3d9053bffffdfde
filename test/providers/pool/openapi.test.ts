// The description at /openapi.json: whole, and as an independent program reads it.

import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import type { BuildMetrics } from "../../../engine/ports/metrics.ts";
import { openVmPool } from "../../../providers/compute/vm-pool.ts";
import { openHttpMetrics } from "../../../providers/metrics/http.ts";
import { layerName } from "../../../schemas/layer-name.ts";
import { platform } from "../../../schemas/platform.ts";
import { hastyClock } from "../../fakes/hasty-clock.ts";
import { newLeaseId } from "../../ports/compute.ts";
import type { RunningDaemon } from "../../rig/daemon.ts";
import { parseViolations, startPrismProxy } from "../../rig/hcloud/prism-proxy.ts";
import { ask, hostKeys, leaseBody } from "./ask.ts";
import { type Front, openFront, openPoolRig, type PoolRig, poolTokens } from "./pool-rig.ts";

const described = z.looseObject({
  openapi: z.literal("3.1.0"),
  paths: z.record(z.string(), z.record(z.string(), z.looseObject({ operationId: z.string() }))),
  components: z.looseObject({ schemas: z.record(z.string(), z.looseObject({})) }),
});

let rig: PoolRig;
beforeAll(async () => {
  rig = await openPoolRig();
});
afterAll(() => rig.close());

const describedApi = async () =>
  described.parse((await ask(rig.url, "GET /openapi.json", { token: "" })).body);

test("names every operation, each by a name of its own, and refers to nothing that is not there", async () => {
  const api = await describedApi();
  const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, { operationId }]) => `${operationId}: ${method.toUpperCase()} ${path}`,
    ),
  );
  expect(operations).toEqual([
    "createLease: POST /api/v1/vm-pool",
    "listLeases: GET /api/v1/vm-pool",
    "getLease: GET /api/v1/vm-pool/{lease_id}",
    "deleteLease: DELETE /api/v1/vm-pool/{lease_id}",
    "renewLease: POST /api/v1/vm-pool/{lease_id}/renew",
    "listKinds: GET /api/v1/kinds",
    "listOffers: GET /api/v1/offers",
    "recordMetrics: POST /api/v1/metrics",
    "listMetrics: GET /api/v1/metrics",
    "listPercentiles: GET /api/v1/p95",
    "health: GET /healthz",
  ]);
  const text = JSON.stringify(api);
  const referred = new Set(text.matchAll(/"#\/components\/schemas\/([^"]+)"/g).map((match) => match[1]));
  expect(Array.from(referred).filter((name) => !(`${name}` in api.components.schemas))).toEqual([]);
  expect(text).not.toContain("$schema");
});

describe("judged by it, as an independent program reads it,", () => {
  let front: Front;
  let judge: RunningDaemon;
  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), "lamina-prism-"));
    const document = join(rig.folder, "openapi.json");
    writeFileSync(document, JSON.stringify(await describedApi()));
    judge = await startPrismProxy(rig.url, join(folder, "prism"), document);
  }, 60_000);
  afterAll(() => judge.stop());
  beforeEach(async () => {
    front = await openFront(judge.told);
  });
  afterEach(() => front.close());

  const violations = () =>
    front.answers.flatMap((headers) => parseViolations(told(headers["sl-violations"])));

  test("clients and server keep to the description", async () => {
    const env: Readonly<Record<string, string>> = { LAMINA_POOL_TOKEN: poolTokens.ci };
    const opened = openVmPool(
      { settings: { url: front.url } },
      { env: (name) => env[name], clock: hastyClock },
    );
    if (!opened.ok) throw new Error(opened.error.message);
    const compute = opened.value;
    const unheard = new AbortController().signal;
    const amd64 = platform.parse("linux/amd64");
    const lease = { leaseId: newLeaseId(), pool: "shop" };
    expect(await compute.survey(unheard)).toMatchObject({ ok: true });
    const offers = await compute.offers({ cpu: 2, memoryGb: 4 }, amd64, unheard);
    const [offer] = offers.ok ? offers.value : [];
    if (offer === undefined) throw new Error("no offer");
    const request = {
      ...lease,
      offer,
      platform: amd64,
      expiresAtMs: Date.now() + 3_600_000,
      authorizedKey: hostKeys.publicKey,
      hostKey: hostKeys,
    };
    expect(await compute.create(request, unheard)).toMatchObject({ ok: true });
    expect(await compute.list("shop", unheard)).toMatchObject({ ok: true, value: [{}] });
    expect(await compute.destroy({ ...lease, pool: "another" }, unheard)).toMatchObject({ ok: false });
    expect(await compute.destroy(lease, unheard)).toEqual({ ok: true, value: undefined });
    const metrics = openHttpMetrics({ url: front.url, token: poolTokens.ci });
    expect(await metrics.record(build)).toEqual({ ok: true, value: undefined });
    expect(await metrics.p95("shop")).toMatchObject({ ok: true, value: [{}] });
    expect(await metrics.builds("shop", 5)).toMatchObject({ ok: true, value: [{}] });
    await metrics.close();
    const body = leaseBody();
    await ask(front.url, "POST /api/v1/vm-pool", { body });
    await ask(front.url, `GET /api/v1/vm-pool/${body.lease_id}`);
    await ask(front.url, `POST /api/v1/vm-pool/${body.lease_id}/renew`, { body: { ttl_seconds: 60 } });
    await ask(front.url, "GET /healthz", { token: "" });
    expect(front.answers).toHaveLength(13);
    expect(violations()).toEqual([]);
  });

  test.each([
    ["POST /api/v1/vm-pool", { body: leaseBody({ pool: "UPPER" }) }],
    ["POST /api/v1/vm-pool", { body: leaseBody({ more: 1 }) }],
    ["POST /api/v1/metrics", { body: {} }],
    ["GET /api/v1/p95", {}],
    ["GET /api/v1/offers?cpu=0&memory_gb=4&platform=linux/amd64", {}],
    ["GET /api/v1/vm-pool/UPPER", {}],
    ["GET /api/v1/vm-pool", { token: "" }],
  ])("%s %j is no request of the API, to server and description alike", async (request, asking) => {
    const { status } = await ask(front.url, request, asking);
    expect([400, 401]).toContain(status);
    expect(violations()).not.toEqual([]);
  });
});

const build: BuildMetrics = {
  workspace: "shop",
  layer: layerName.parse("rust"),
  platform: platform.parse("linux/amd64"),
  runId: "run",
  place: "leased",
  atMs: 1_800_000_000_000,
  seconds: 12.5,
  outcome: "built",
  tier: "cax21",
  cpu: 4,
  memoryGb: 8,
  cpuP95: 1.5,
  memoryP95Bytes: 1_000_000,
  memoryPeakBytes: undefined,
};

function told(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === "string" ? header : header?.join();
}
