// Requests that come at the very same moment, which no network gives.

import { expect, test } from "vitest";
import { openDatabase } from "../../../providers/pool/database.ts";
import { LeaseKeeper } from "../../../providers/pool/lease-keeper.ts";
import { LeaseStore } from "../../../providers/pool/lease-store.ts";
import { leaseRequest } from "../../../schemas/pool.ts";
import { FakeClock } from "../../fakes/clock.ts";
import { FakeCompute } from "../../fakes/compute.ts";
import { leaseBody } from "./ask.ts";

const caller = { name: "ci", isAdmin: false };

function openKeeper(maxMachines: number) {
  const database = openDatabase(":memory:");
  if (!database.ok) throw new Error(database.error);
  const clock = new FakeClock();
  const compute = new FakeCompute(clock);
  const keeper = new LeaseKeeper({
    compute,
    clock,
    store: new LeaseStore(database.value, clock),
    pool: "served",
    caps: { maxMachines, maxEurPerHour: undefined, maxCreatesPerHour: 100 },
    maxTtlMs: 7_200_000,
    report: () => {},
  });
  return { compute, keeper };
}

const creates = (compute: FakeCompute) => compute.calls.filter((call) => call.startsWith("create"));

test("one lease, asked for thrice, is made once", async () => {
  const { compute, keeper } = openKeeper(5);
  const request = leaseRequest.parse(leaseBody());
  const leases = await Promise.all([1, 2, 3].map(() => keeper.lease(request, caller, 1000)));
  expect(leases.map(({ ok }) => ok)).toEqual([true, true, true]);
  expect(creates(compute)).toHaveLength(1);
});

test("of three leases under a cap of two, one is refused", async () => {
  const { compute, keeper } = openKeeper(2);
  const leases = await Promise.all(
    [1, 2, 3].map(() => keeper.lease(leaseRequest.parse(leaseBody()), caller, 1000)),
  );
  expect(leases.filter(({ ok }) => ok)).toHaveLength(2);
  expect(creates(compute)).toHaveLength(2);
});
