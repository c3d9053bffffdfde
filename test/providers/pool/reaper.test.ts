// What becomes of leases that nobody ends, and of a server that ends itself: nothing is left that costs money, nothing is lost.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openPoolServer } from "../../../providers/pool/server.ts";
import { FakeClock } from "../../fakes/clock.ts";
import { newLeaseId } from "../../ports/compute.ts";
import { ask, hostKeys, leaseBody } from "./ask.ts";
import { openPoolRig, type PoolRig } from "./pool-rig.ts";

let rig: PoolRig;
let clock: FakeClock;
beforeEach(async () => {
  clock = new FakeClock(1_800_000_000_000);
  rig = await openPoolRig({ clock });
});
afterEach(() => rig.close());

const lease = async (changes: Readonly<Record<string, unknown>> = {}) => {
  const body = leaseBody(changes);
  const { status } = await ask(rig.url, "POST /api/v1/vm-pool", { body });
  expect(status).toBe(201);
  return body;
};
const stateOf = async (leaseId: string): Promise<unknown> => {
  const { body } = await ask(rig.url, `GET /api/v1/vm-pool/${leaseId}`);
  return typeof body === "object" && body !== null && "state" in body ? body.state : body;
};
/** Rounds of the reaper up to one in which it asks the provider for all machines, and all that it does. */
const round = async (): Promise<void> => {
  await settled();
  const listed = rig.compute.called("list");
  for (let index = 0; index < 4; index += 1) {
    clock.advance(15_000);
    // Its work is done when the next round is due.
    await settled();
  }
  await listed;
  await settled();
};
/** What needs neither time nor the network has been done. */
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1)
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
};

describe("nobody ends it", () => {
  test("a lease that has expired is released", async () => {
    const body = await lease({ ttl_seconds: 60 });
    await round();
    expect(rig.compute.living).toEqual([]);
    expect(await stateOf(body.lease_id)).toBe("released");
    expect(rig.log).toContain(`lease ${body.lease_id} (ci) has expired`);
  });

  test("what could not be destroyed is tried again until it is, and listed meanwhile", async () => {
    const body = await lease();
    rig.compute.failNext("destroy", { kind: "unavailable", message: "no answer" });
    expect(await ask(rig.url, `DELETE /api/v1/vm-pool/${body.lease_id}`)).toMatchObject({
      status: 503,
      body: { error: { code: "unavailable", message: "no answer" } },
    });
    expect(rig.compute.living).toHaveLength(1);
    expect((await ask(rig.url, "GET /api/v1/vm-pool")).body).toMatchObject({
      leases: [{ state: "releasing" }],
    });
    await round();
    expect(rig.compute.living).toEqual([]);
    expect((await ask(rig.url, "GET /api/v1/vm-pool")).body).toEqual({ leases: [] });
  });

  test("what a failed create may have left is listed until it is destroyed", async () => {
    rig.compute.failNext("create", { kind: "unavailable", message: "no answer" }, { tookEffect: true });
    rig.compute.failNext("destroy", { kind: "unavailable", message: "no answer" });
    expect((await ask(rig.url, "POST /api/v1/vm-pool", { body: leaseBody() })).status).toBe(503);
    expect((await ask(rig.url, "GET /api/v1/vm-pool")).body).toMatchObject({
      leases: [{ state: "releasing" }],
    });
    expect(rig.compute.living).toHaveLength(1);
    await round();
    expect(rig.compute.living).toEqual([]);
  });

  test("a machine whose lease has ended is destroyed, one without a lease when it has expired", async () => {
    const body = await lease();
    await ask(rig.url, `DELETE /api/v1/vm-pool/${body.lease_id}`);
    const late = rig.compute.plant("served", { leaseId: newLeaseId(), expiresAtMs: clock.nowMs() - 1 });
    const early = rig.compute.plant("served", {
      leaseId: newLeaseId(),
      expiresAtMs: clock.nowMs() + 3_600_000,
    });
    const others = rig.compute.plant("another", { leaseId: newLeaseId(), expiresAtMs: 1 });
    const again = rig.compute.living.length;
    expect(again).toBe(3);
    await round();
    expect(rig.compute.living).toEqual([early, others]);
    expect(rig.log).toContain(`lamina-${late.leaseId} is left over`);
  });

  test("a lease whose machine is gone is lost, though not at the first look", async () => {
    const body = await lease();
    const { leaseId } = rig.compute.living[0] ?? {};
    if (leaseId === undefined) throw new Error("no machine");
    rig.compute.lose(leaseId);
    await round();
    expect(await stateOf(body.lease_id)).toBe("active");
    await round();
    expect(await stateOf(body.lease_id)).toBe("lost");
  });
});

describe("the server ends", () => {
  test("and the next one goes on with its leases", async () => {
    const body = await lease();
    await rig.restart();
    expect(await stateOf(body.lease_id)).toBe("active");
    expect(rig.compute.living).toHaveLength(1);
    expect((await ask(rig.url, `DELETE /api/v1/vm-pool/${body.lease_id}`)).status).toBe(204);
    expect(rig.compute.living).toEqual([]);
  });

  test("while a machine is in the making: who waits is told so, asks again, and gets that machine", async () => {
    rig.compute.holdsBoots = true;
    const body = leaseBody();
    const asked = ask(rig.url, "POST /api/v1/vm-pool", { body });
    const { machineId } = await rig.compute.making();
    const restarted = rig.restart();
    expect(await asked).toMatchObject({ status: 201, body: { state: "creating", endpoint: null } });
    clock.advance(10_000);
    await restarted;
    expect(rig.log).toContain(`lease ${body.lease_id} (ci) was in the making when the server ended`);
    const again = ask(rig.url, "POST /api/v1/vm-pool", { body });
    await rig.compute.called("create");
    await settled();
    for (const { leaseId } of rig.compute.living) rig.compute.boot(leaseId);
    expect(await again).toMatchObject({ status: 201, body: { state: "active", machine_id: machineId } });
    expect(rig.compute.living).toHaveLength(1);
  });

  test("while a machine is in the making, and nobody asks again: it is destroyed after two minutes", async () => {
    rig.compute.holdsBoots = true;
    const body = leaseBody();
    const asked = ask(rig.url, "POST /api/v1/vm-pool", { body });
    await rig.compute.making();
    const restarted = rig.restart();
    await asked;
    clock.advance(10_000);
    await restarted;
    expect(rig.compute.living).toHaveLength(1);
    await round();
    expect(rig.compute.living).toHaveLength(1);
    await round();
    await round();
    expect(rig.compute.living).toEqual([]);
    expect(await stateOf(body.lease_id)).toBe("released");
  });

  test("nothing of it holds a private key or a token", async () => {
    await lease();
    const folder = rig.folder;
    const bytes = readdirSync(folder).map((name) => readFileSync(join(folder, name), "latin1"));
    expect(bytes.join("")).toContain("10.77.0.1");
    for (const secret of [hostKeys.privateKey.split("\n")[4] ?? "", "ci-token"]) {
      expect(secret).not.toBe("");
      expect(bytes.join("")).not.toContain(secret);
      expect(rig.log.join("\n")).not.toContain(secret);
    }
  });

  test("two of them do not share a database", async () => {
    expect(
      await openPoolServer({ ...rig.options, port: 0, databasePath: join(rig.folder, "pool.sqlite") }),
    ).toEqual({ ok: false, error: `${join(rig.folder, "pool.sqlite")} is held by another server` });
  });
});

test("a lease that is deleted while it is made is not made", async () => {
  rig.compute.holdsBoots = true;
  const body = leaseBody();
  const asked = ask(rig.url, "POST /api/v1/vm-pool", { body });
  await rig.compute.making();
  expect((await ask(rig.url, `DELETE /api/v1/vm-pool/${body.lease_id}`)).status).toBe(204);
  expect(await asked).toMatchObject({
    status: 409,
    body: { error: { code: "conflict", message: `the lease ${body.lease_id} was released meanwhile` } },
  });
  expect(rig.compute.living).toEqual([]);
});
