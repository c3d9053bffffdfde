// What is given back of what runs left behind, and what is not touched.

import { expect, test } from "vitest";
import { LeaseJournal } from "../../engine/run/lease-journal.ts";
import { type Reaped, reapLeases } from "../../engine/run/reap.ts";
import { isLeaseId, type LeaseId } from "../../schemas/lease-id.ts";
import type { LeaseRecord } from "../../schemas/lease-record.ts";
import { FakeClock } from "../fakes/clock.ts";
import { FakeCompute } from "../fakes/compute.ts";
import { FakeFiles } from "../fakes/files.ts";
import { FakeProcesses } from "../fakes/processes.ts";
import { settle } from "./rig.ts";

const pool = "lamina-test";
const never = new AbortController().signal;
const minuteMs = 60_000;

/** A lease's id of one word. */
function id(word: string): LeaseId {
  const padded = word.padEnd(16, "0");
  if (!isLeaseId(padded)) throw new Error(`${padded} is no lease id`);
  return padded;
}

class ReapRig {
  readonly clock = new FakeClock();
  readonly compute = new FakeCompute(this.clock);
  readonly files = new FakeFiles();
  readonly journal = new LeaseJournal(this.files, "/project/.lamina/leases");
  readonly processes = new FakeProcesses();

  constructor() {
    this.processes.dead.add("dead");
  }

  /** An entry of the journal, by default of a dead run that had its machine. */
  enter(lease: LeaseId, more: Partial<LeaseRecord> = {}): void {
    const requestedAtMs = this.clock.nowMs();
    this.journal.write({
      version: 1,
      lease,
      provider: "fake",
      pool,
      runId: "run-0",
      owner: "dead",
      state: "leased",
      requestedAtMs,
      expiresAtMs: requestedAtMs + 120 * minuteMs,
      machine: "small",
      location: "here",
      eurPerHour: 0.01,
      billing: "started-hour",
      ...more,
    });
  }

  reap(computes = [this.compute]): Promise<Reaped> {
    const { journal, processes, clock } = this;
    return reapLeases({ computes, journal, processes, clock, pool }, never);
  }

  get entries(): readonly LeaseId[] {
    return this.journal.list().map(({ lease }) => lease);
  }

  get living(): readonly LeaseId[] {
    return this.compute.living.map(({ leaseId }) => leaseId);
  }
}

function names(seen: readonly { readonly lease: LeaseId }[]): readonly LeaseId[] {
  return seen.map(({ lease }) => lease);
}

test("nothing to do asks the provider once and no more", async () => {
  const rig = new ReapRig();
  expect(await rig.reap()).toEqual({ removed: [], failed: [], left: [], silent: [] });
  expect(rig.compute.calls).toEqual([`list ${pool}`]);
});

test("what a dead run leased is given back, whatever state it was in", async () => {
  const rig = new ReapRig();
  for (const state of ["requested", "leased", "releasing"] as const) {
    rig.enter(id(state), { state });
    rig.compute.plant(pool, { leaseId: id(state) });
  }
  const reaped = await rig.reap();
  expect(names(reaped.removed)).toEqual([id("leased"), id("releasing"), id("requested")]);
  expect(rig.living).toEqual([]);
  expect(rig.entries).toEqual([]);
});

test("what a dead run asked for and never got is only forgotten, once a second look found nothing either", async () => {
  const rig = new ReapRig();
  rig.enter(id("young"), { state: "requested" });
  const reaped = rig.reap();
  await settle();
  expect(rig.entries).toEqual([id("young")]);
  // It comes up after all.
  rig.compute.plant(pool, { leaseId: id("young") });
  rig.clock.advance(3000);
  expect(names((await reaped).removed)).toEqual([id("young")]);
  expect(rig.living).toEqual([]);
  expect(rig.entries).toEqual([]);
});

test("what was asked for long ago needs no second look", async () => {
  const rig = new ReapRig();
  rig.enter(id("old"), { state: "requested" });
  rig.clock.advance(minuteMs);
  expect(names((await rig.reap()).removed)).toEqual([id("old")]);
  expect(rig.compute.calls).toEqual([`list ${pool}`, `destroy ${id("old")}`]);
});

test("what a live run has stays, also after it has expired", async () => {
  const rig = new ReapRig();
  rig.enter(id("busy"), { owner: "self" });
  rig.compute.plant(pool, { leaseId: id("busy") });
  rig.clock.advance(300 * minuteMs);
  const reaped = await rig.reap();
  expect(reaped.removed).toEqual([]);
  expect(reaped.left).toMatchObject([{ lease: id("busy"), owner: "alive", isLeftOver: false }]);
  expect(rig.living).toEqual([id("busy")]);
});

test("what a live run could not give back goes when it has expired", async () => {
  const rig = new ReapRig();
  const expiresAtMs = rig.clock.nowMs() + minuteMs;
  rig.enter(id("stuck"), { owner: "self", state: "releasing", expiresAtMs });
  rig.compute.plant(pool, { leaseId: id("stuck"), expiresAtMs });
  expect((await rig.reap()).removed).toEqual([]);
  rig.clock.advance(2 * minuteMs + 1);
  expect(names((await rig.reap()).removed)).toEqual([id("stuck")]);
});

test("what nobody here knows of stays until a minute after its end", async () => {
  const rig = new ReapRig();
  rig.compute.plant(pool, { leaseId: id("others"), expiresAtMs: rig.clock.nowMs() + minuteMs });
  rig.enter(id("elsewhere"), { owner: "of another machine", expiresAtMs: rig.clock.nowMs() + minuteMs });
  rig.clock.advance(2 * minuteMs);
  const early = await rig.reap();
  expect(early.removed).toEqual([]);
  expect(early.left).toMatchObject([
    { lease: id("elsewhere"), owner: "elsewhere" },
    { lease: id("others"), owner: "unknown" },
  ]);
  rig.clock.advance(1);
  expect(names((await rig.reap()).removed)).toEqual([id("elsewhere"), id("others")]);
  expect(rig.living).toEqual([]);
});

test("machines of other pools are not looked at", async () => {
  const rig = new ReapRig();
  rig.compute.plant("another-pool", { leaseId: id("foreign"), expiresAtMs: 0 });
  expect(await rig.reap()).toEqual({ removed: [], failed: [], left: [], silent: [] });
  expect(rig.living).toEqual([id("foreign")]);
});

test("a workspace that was given another name still finds what it left in the pool of the old one, and no more of it", async () => {
  const rig = new ReapRig();
  rig.enter(id("ours"), { pool: "old-pool" });
  rig.compute.plant("old-pool", { leaseId: id("ours") });
  rig.compute.plant("old-pool", { leaseId: id("theirs"), expiresAtMs: 0 });
  expect(names((await rig.reap()).removed)).toEqual([id("ours")]);
  expect(rig.living).toEqual([id("theirs")]);
});

test("a machine that bears other marks is not touched, and its entry stays", async () => {
  const rig = new ReapRig();
  rig.enter(id("same"));
  rig.compute.plant("another-pool", { leaseId: id("same") });
  const reaped = await rig.reap();
  expect(reaped.failed).toMatchObject([
    { seen: { lease: id("same") }, message: "the machine lamina-same000000000000 is of another pool" },
  ]);
  expect(rig.living).toEqual([id("same")]);
  expect(rig.entries).toEqual([id("same")]);
});

test("what cannot be given back is told, and the others go on", async () => {
  const rig = new ReapRig();
  rig.enter(id("a"));
  rig.enter(id("b"));
  rig.compute.plant(pool, { leaseId: id("a") });
  rig.compute.plant(pool, { leaseId: id("b") });
  rig.compute.failNext("destroy", { kind: "unavailable", message: "503" });
  const reaped = await rig.reap();
  expect(reaped.failed).toMatchObject([{ seen: { lease: id("a") }, message: "503" }]);
  expect(names(reaped.removed)).toEqual([id("b")]);
  expect(rig.entries).toEqual([id("a")]);
  expect(names((await rig.reap()).removed)).toEqual([id("a")]);
  expect(rig.living).toEqual([]);
});

test("a provider that cannot list is told, and the journal's are given back all the same", async () => {
  const rig = new ReapRig();
  rig.enter(id("a"));
  rig.compute.plant(pool, { leaseId: id("a") });
  rig.compute.failNext("list", { kind: "unavailable", message: "503" });
  const reaped = await rig.reap();
  expect(reaped.silent).toEqual([{ provider: "fake", failure: { kind: "unavailable", message: "503" } }]);
  expect(names(reaped.removed)).toEqual([id("a")]);
  expect(rig.living).toEqual([]);
});

test("what a provider leased that is not open is told, and kept in the journal", async () => {
  const rig = new ReapRig();
  rig.enter(id("a"), { provider: "another" });
  const reaped = await rig.reap();
  expect(reaped.failed).toMatchObject([{ seen: { lease: id("a") }, message: "another is not open" }]);
  expect(rig.entries).toEqual([id("a")]);
});

test("an entry that cannot be taken away is told", async () => {
  const rig = new ReapRig();
  rig.enter(id("a"));
  const remove = rig.files.remove.bind(rig.files);
  rig.files.remove = (path) => ({ ok: false, error: { kind: "denied", path, message: "EACCES" } });
  expect((await rig.reap()).failed).toMatchObject([{ message: "its journal entry stays: EACCES" }]);
  rig.files.remove = remove;
  expect(names((await rig.reap()).removed)).toEqual([id("a")]);
});

test("files in the journal that are no entries are left alone", async () => {
  const rig = new ReapRig();
  for (const name of ["notes.txt", "broken.json", "creates"])
    rig.files.put(`/project/.lamina/leases/${name}`, "{");
  expect(await rig.reap()).toEqual({ removed: [], failed: [], left: [], silent: [] });
  expect(rig.files.readText("/project/.lamina/leases/broken.json")).toEqual({ ok: true, value: "{" });
});
