// Ctrl-C and SIGTERM while machines are asked for, boot, build and are given back: whatever moment it is, nothing is left, and
// what was finished stays finished.

import { expect, inject, type TestContext, test } from "vitest";
import type { Fault, RequestKind } from "../rig/hcloud/faults.ts";
import {
  endedWith,
  type LeasedProject,
  type LeasedSettings,
  openLeasedProject,
  type Running,
} from "./leased-project.ts";

const rig = inject("rig");
const build = ["build", "--reporter", "json"];

async function open(
  { onTestFinished }: Pick<TestContext, "onTestFinished">,
  settings: LeasedSettings = {},
): Promise<LeasedProject> {
  const leased = await openLeasedProject(
    rig,
    (gate) => ({ base: {}, upper: { on: "base", run: gate.wait("upper") } }),
    settings,
  );
  onTestFinished(() => leased.close());
  return leased;
}

/** Resolves when the next such request comes, which then meets the fault. */
function nextRequest({ api }: LeasedProject, wanted: RequestKind, fault?: Fault): Promise<void> {
  return new Promise((resolve) => {
    api.faults.decide = (kind) => {
      if (kind !== wanted) return undefined;
      api.faults.decide = undefined;
      resolve();
      return fault;
    };
  });
}

interface Moment {
  readonly when: string;
  readonly settings?: LeasedSettings;
  /** Resolves when it has come. */
  readonly come: (leased: LeasedProject, running: Running) => Promise<unknown>;
  /** What is in the lock after it. */
  readonly locked: readonly string[];
}

const never = new Promise<never>(() => {});

const moments: readonly Moment[] = [
  {
    when: "while a machine is asked for, and the provider answers too late",
    come: (leased) => nextRequest(leased, "POST /servers", { kind: "slow", until: never, after: true }),
    locked: [],
  },
  {
    when: "while a machine boots",
    settings: { bootDelayMs: 600_000 },
    come: (_, running) => running.until("runner.leased"),
    locked: [],
  },
  {
    when: "in the middle of a step",
    come: (leased) => leased.gate.reached("upper"),
    locked: ["base"],
  },
  {
    when: "in the middle of a step, contexts by rsync",
    settings: { runners: "transport = 'rsync," },
    come: (leased) => leased.gate.reached("upper"),
    locked: ["base"],
  },
  {
    when: "while a machine is given back and another layer is due",
    settings: { runners: "reuse = 'never," },
    come: (leased) => nextRequest(leased, "DELETE /servers/{id}"),
    locked: ["base"],
  },
];

test.concurrent.for(
  moments.flatMap((moment) =>
    (["SIGINT", "SIGTERM"] as const).map((signal) => [signal, moment.when, moment] as const),
  ),
)("%s %s", async ([signal, , { settings, come, locked }], context) => {
  const leased = await open(context, settings);
  const running = leased.start(build);
  await come(leased, running);
  running.kill(signal);
  const { events } = await running.ended.then(endedWith(130));
  expect(events.at(-1)).toMatchObject({ type: "run.completed", result: "canceled" });
  expect(leased.locked()).toEqual(locked);
  const requested = events.filter(({ type }) => type === "runner.requested");
  expect(requested.length).toBeGreaterThan(0);
  expect(leased.leftOvers()).toEqual([]);
});

test.concurrent("an interrupt while the last machine is given back changes nothing: all was built", async (context) => {
  const leased = await open(context);
  leased.gate.open("upper");
  const running = leased.start(build);
  await nextRequest(leased, "DELETE /servers/{id}");
  running.kill("SIGINT");
  await running.ended.then(endedWith(0));
  expect(leased.locked()).toEqual(["base", "upper"]);
  expect(leased.leftOvers()).toEqual([]);
});

test.concurrent("a machine that the provider makes only after the interrupt is found and given back", async (context) => {
  const leased = await open(context);
  const stopped = Promise.withResolvers<void>();
  const running = leased.start(["build", "--reporter", "plain"]);
  await nextRequest(leased, "POST /servers", { kind: "slow", until: stopped.promise });
  running.kill("SIGINT");
  await running.untilSaid(/stopping…/);
  stopped.resolve();
  await running.ended.then(endedWith(130));
  await leased.madeHosts(1);
  expect(leased.leftOvers()).toEqual([]);
});
