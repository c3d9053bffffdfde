// What is said of a provider that does not answer in the middle of a run: soon, once for all that wait, and now and then.

import { expect, test } from "vitest";
import { tellSilence } from "../../engine/run/tell-silence.ts";
import { platform } from "../../schemas/platform.ts";
import { FakeClock } from "../fakes/clock.ts";
import { FakeCompute } from "../fakes/compute.ts";
import { EventLog } from "../fakes/event-log.ts";
import { leaseId, minuteMs, secondMs } from "./fleet-rig.ts";
import { settle } from "./rig.ts";

function start() {
  const clock = new FakeClock();
  const fake = new FakeCompute(clock);
  const log = new EventLog();
  const canceller = new AbortController();
  const { signal } = canceller;
  const compute = tellSilence(fake, { clock, sink: log });
  return {
    fake,
    elapse: async (ms: number) => {
      await settle();
      clock.advance(ms);
      await settle();
    },
    cancel: () => canceller.abort(),
    notes: () => log.of("run.note").map(({ text }) => text),
    list: () => compute.list("pool", signal),
    offers: () => compute.offers({ cpu: 2, memoryGb: 4 }, platform.parse("linux/amd64"), signal),
    destroy: () => compute.destroy({ leaseId: leaseId(1), pool: "pool" }, signal),
  };
}

const waits = "fake does not answer, and is asked again and again";

test("what is answered says nothing", async () => {
  const { list, offers, destroy, elapse, notes } = start();
  expect((await Promise.all([list(), offers(), destroy()])).map(({ ok }) => ok)).toEqual([true, true, true]);
  await elapse(10 * minuteMs);
  expect(notes()).toEqual([]);
});

test("what is not answered for a while is told once for all who ask, and again after minutes", async () => {
  const { fake, list, offers, elapse, notes, cancel } = start();
  fake.stalls = true;
  const asked = [list(), offers()];
  await elapse(19 * secondMs);
  expect(notes()).toEqual([]);
  await elapse(secondMs);
  expect(notes()).toEqual([waits]);
  await elapse(2 * minuteMs);
  expect(notes()).toEqual([waits]);
  await elapse(minuteMs);
  expect(notes()).toEqual([waits, waits]);
  cancel();
  await Promise.all(asked);
  await elapse(10 * minuteMs);
  expect(notes()).toHaveLength(2);
});

test("what fails in the end says why, and an answer in between makes the next silence news", async () => {
  const { fake, list, destroy, notes } = start();
  const down = { kind: "unavailable", message: "connect ECONNREFUSED" } as const;
  fake.failsAlways.set("list", down);
  await list();
  await list();
  expect(notes()).toEqual(["fake does not answer: connect ECONNREFUSED"]);
  await destroy();
  await list();
  expect(notes()).toHaveLength(2);
});

test("an answer that refuses is an answer", async () => {
  const { fake, list, notes } = start();
  fake.failsAlways.set("list", { kind: "refused", message: "401" });
  await list();
  expect(notes()).toEqual([]);
});
