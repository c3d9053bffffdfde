// The first question to a provider: how often it is put, what is told on the way, and when it is given up.

import { expect, test } from "vitest";
import { surveyProvider } from "../../engine/run/survey-provider.ts";
import { FakeClock } from "../fakes/clock.ts";
import { FakeCompute } from "../fakes/compute.ts";
import { settle } from "./rig.ts";

function start() {
  const clock = new FakeClock();
  const compute = new FakeCompute(clock);
  const canceller = new AbortController();
  const told: string[] = [];
  return {
    clock,
    compute,
    told,
    cancel: () => canceller.abort(),
    ask: () => surveyProvider(compute, clock, (text) => told.push(text), canceller.signal),
    elapse: async (ms: number) => {
      await settle();
      clock.advance(ms);
      await settle();
    },
  };
}

const silence = { kind: "unavailable", message: "connect ECONNREFUSED", help: "look" } as const;

test("what answers is asked once, whatever it answers", async () => {
  const { compute, ask, told } = start();
  expect(await ask()).toMatchObject({ ok: true, value: { kinds: [{ type: "small" }, {}, {}] } });
  for (const failure of [
    { kind: "refused", message: "401" },
    { kind: "misconfigured", faults: [{ path: ["image"], message: "names no image" }] },
  ] as const) {
    compute.surveyFailure = failure;
    expect(await ask()).toEqual({ ok: false, error: failure });
  }
  expect(compute.calls).toEqual(["survey", "survey", "survey"]);
  expect(told).toEqual([]);
});

test("what does not answer is asked for a quarter of a minute, and each time that is told", async () => {
  const { compute, ask, told, elapse } = start();
  compute.surveyFailure = silence;
  const asked = ask();
  for (const seconds of [1, 2, 4, 8]) await elapse(seconds * 1000);
  expect(await asked).toEqual({ ok: false, error: silence });
  expect(compute.calls).toHaveLength(5);
  expect(told).toEqual(
    [1, 2, 4, 8].map(
      (seconds) => `fake does not answer, and is asked again in ${seconds} s: connect ECONNREFUSED`,
    ),
  );
});

test("what answers in the end is as good as at once", async () => {
  const { compute, ask, told, elapse } = start();
  compute.surveyFailure = silence;
  const asked = ask();
  await elapse(1000);
  compute.surveyFailure = undefined;
  await elapse(2000);
  expect(await asked).toMatchObject({ ok: true });
  expect(told).toHaveLength(2);
});

test("an answer is not waited for when nobody wants it any more", async () => {
  const { compute, ask, cancel } = start();
  compute.surveyFailure = silence;
  const asked = ask();
  await settle();
  cancel();
  expect(await asked).toEqual({ ok: false, error: { kind: "canceled" } });
  expect(compute.calls).toHaveLength(1);
});
