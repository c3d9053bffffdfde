// Leased machines that are lost in the middle of a step: the layer is built on another one, and only so often. The tests run
// beside one another, as it takes a while until a machine counts as lost that just does not answer any more.

import { expect, inject, type TestContext, test } from "vitest";
import type { Event, EventOf } from "../../engine/events/event.ts";
import { contextTransports } from "../../schemas/build-directives.ts";
import type { Host } from "../rig/hosts/host.ts";
import { endedWith, type LeasedProject, openLeasedProject } from "./leased-project.ts";

const rig = inject("rig");
const build = ["build", "--reporter", "json"];

async function open(
  { onTestFinished }: Pick<TestContext, "onTestFinished">,
  transport: (typeof contextTransports)[number],
): Promise<LeasedProject> {
  const leased = await openLeasedProject(
    rig,
    (gate) => ({ base: {}, upper: { on: "base", run: gate.wait("upper") } }),
    { runners: `transport = '${transport},` },
  );
  onTestFinished(() => leased.close());
  return leased;
}

function of<T extends Event["type"]>(events: readonly Event[], type: T): readonly EventOf<T>[] {
  return events.filter((event): event is EventOf<T> => event.type === type);
}

/** The host that the step at the gate runs on: the one that was made last. */
function current({ hosts }: LeasedProject): Host {
  const host = hosts.at(-1);
  if (host === undefined) throw new Error("there is no host");
  return host;
}

test.concurrent.for([
  ["session", /^machine-lost$/],
  // A command that is cut off ends before it is known whether the machine can be reached again.
  ["rsync", /^(machine|daemon)-lost$/],
] as const)(
  "a host that loses its power in the middle of a step is replaced; contexts by %s",
  async ([transport, reason], context) => {
    const leased = await open(context, transport);
    const running = leased.start(build);
    await leased.gate.reached("upper");
    await current(leased).kill();
    leased.gate.open("upper");
    const { events } = await running.ended.then(endedWith(0));
    expect(leased.locked()).toEqual(["base", "upper"]);
    expect(of(events, "layer.retried")).toMatchObject([
      { layer: "upper", reason: expect.stringMatching(reason), attempt: 2, tier: "cax11" },
    ]);
    // What was finished stays finished.
    expect(of(events, "layer.completed").map(({ layer }) => layer)).toEqual(["base", "upper"]);
    expect(of(events, "runner.leased")).toHaveLength(2);
    expect(leased.leftOvers()).toEqual([]);
  },
);

test.concurrent.for(contextTransports)(
  "a host whose buildkitd is killed in the middle of a step is replaced; contexts by %s",
  async (transport, context) => {
    const leased = await open(context, transport);
    const running = leased.start(build);
    await leased.gate.reached("upper");
    await current(leased).killBuildkitd();
    leased.gate.open("upper");
    const { events } = await running.ended.then(endedWith(0));
    expect(leased.locked()).toEqual(["base", "upper"]);
    expect(of(events, "layer.retried")).toMatchObject([
      { layer: "upper", reason: "daemon-lost", attempt: 2 },
    ]);
    expect(of(events, "runner.leased")).toHaveLength(2);
    expect(leased.leftOvers()).toEqual([]);
  },
);

test.concurrent("a layer that loses three machines in a row fails, and it is not its fault", async (context) => {
  const leased = await open(context, "session");
  const running = leased.start(build);
  for (const count of [1, 2, 3]) {
    await leased.gate.reached("upper", count);
    await current(leased).killBuildkitd();
  }
  const { events } = await running.ended.then(endedWith(1));
  expect(leased.locked()).toEqual(["base"]);
  expect(of(events, "layer.retried").map(({ reason, attempt }) => [reason, attempt])).toEqual([
    ["daemon-lost", 2],
    ["daemon-lost", 3],
  ]);
  expect(of(events, "layer.failed")).toMatchObject([
    {
      layer: "upper",
      kind: "machine-lost",
      message: expect.stringMatching(/^its machine was lost 3 times: /),
      help: "build again: finished layers stay",
    },
  ]);
  expect(of(events, "runner.leased")).toHaveLength(3);
  expect(leased.leftOvers()).toEqual([]);
});
