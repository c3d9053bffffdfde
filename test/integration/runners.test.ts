// `lamina build` on leased machines: real hosts of several sizes behind the test server of the provider's API, real events at a
// real NATS server. Whatever a run leaves behind fails its test at the end.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, inject, test } from "vitest";
import { contextTransports } from "../../schemas/build-directives.ts";
import { buildEvent } from "../../schemas/build-event.ts";
import { listen, startNats } from "../rig/nats.ts";
import { findHostProcesses } from "./host-processes.ts";
import { endedWith, type LeasedProject, openLeasedProject } from "./leased-project.ts";

const rig = inject("rig");
const build = ["build", "--reporter", "json", "--concurrency", "3"];
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function open(...args: Parameters<typeof openLeasedProject>): Promise<LeasedProject> {
  const leased = await openLeasedProject(...args);
  ends.push(() => leased.close());
  return leased;
}

test.each(contextTransports)(
  "six layers of a diamond are built on three hosts at once, contexts by %s, and nothing is left",
  async (transport) => {
    const leased = await open(
      rig,
      (gate) => ({
        base: { files: { greeting: "hello\n" }, run: "grep -x hello /greeting" },
        left: { on: "base", run: gate.wait("middle") },
        middle: { on: "base", run: gate.wait("middle") },
        right: { on: "base", run: gate.wait("middle") },
        join: { on: "left", copies: ["middle", "right"], run: "middle && right" },
        crown: { on: "join" },
      }),
      { runners: `max_machines = 3, transport = '${transport},` },
    );
    const running = leased.start(build);
    await leased.gate.reached("middle", 3);
    // Each of the three is at it, on a host of its own.
    expect(leased.hosts.map(({ state }) => state)).toEqual(["running", "running", "running"]);
    expect(leased.api.servers().map(({ type }) => type.name)).toEqual(["cx23", "cx23", "cx23"]);
    // By rsync it is the machine that has the context, and so buildctl runs there.
    const buildctls = leased.hosts.flatMap((host) => findHostProcesses(host, "buildctl"));
    expect(buildctls.length > 0).toBe(transport === "rsync");
    leased.gate.open("middle");
    const { events } = await running.ended.then(endedWith(0));
    expect(leased.locked()).toEqual(["base", "crown", "join", "left", "middle", "right"]);
    const leases = events.flatMap((event) => (event.type === "runner.leased" ? event.lease : []));
    expect(leases).toHaveLength(3);
    const released = events.flatMap((event) => (event.type === "runner.released" ? event : []));
    expect(new Set(released.map(({ lease }) => lease))).toEqual(new Set(leases));
    expect(released.map(({ layers }) => layers).reduce((sum, each) => sum + each, 0)).toBe(6);
    // Three hosts, each for one hour begun.
    const hour = events.find((event) => event.type === "runner.leased")?.eurPerHour ?? Number.NaN;
    const end = events.at(-1);
    expect(end?.type === "run.completed" && end.costEur).toBeCloseTo(3 * hour, 6);
    expect(leased.leftOvers()).toEqual([]);
  },
);

test("events in NATS tell the story in order, with a build that completes and one that fails; the file has the same", async () => {
  const server = await startNats();
  ends.push(() => server.stop());
  const listener = await listen(server.url, "story.lamina.>");
  ends.push(() => listener.close());
  const leased = await open(
    rig,
    () => ({ base: {}, upper: { on: "base", run: "echo before the end && exit 7" } }),
    { directives: `nats_events = { servers = ["${server.url}"], prefix = "story" },` },
  );
  const { events } = await leased.lamina(build).then(endedWith(1));
  expect(leased.locked()).toEqual(["base"]);
  await listener.heardOf("story.lamina.run.completed");
  const subjects = listener.messages.map(({ subject }) => subject.replace("story.lamina.", ""));
  expect(subjects.filter((subject) => subject !== "layer.step")).toEqual([
    "run.started",
    "layer.queued",
    "layer.queued",
    "layer.started",
    "build.started",
    "layer.waiting",
    "layer.waiting",
    "runner.requested",
    "runner.ordered",
    "runner.leased",
    "runner.connected",
    "runner.ready",
    "layer.placed",
    "layer.measured",
    "layer.proving",
    "lock.written",
    "layer.completed",
    "build.completed",
    "layer.started",
    "build.started",
    "layer.placed",
    "layer.measured",
    "layer.failed",
    "build.failed",
    "runner.released",
    "run.completed",
  ]);
  const builds = listener.messages.flatMap(({ subject, body }) =>
    subject.startsWith("story.lamina.build.") ? buildEvent.parse(JSON.parse(body)) : [],
  );
  const [lease] = events.flatMap((event) => (event.type === "runner.leased" ? event.lease : []));
  const runner = { lease, provider: "hcloud", machine: "cx23", location: "nbg1", tier: "cax11" };
  expect(builds).toMatchObject([
    { event: "build.started", layer: "base", workspace: "lamina" },
    { event: "build.completed", layer: "base", attempts: 1, runner: { ...runner, shared: false } },
    { event: "build.started", layer: "upper" },
    {
      event: "build.failed",
      layer: "upper",
      runner: { ...runner, shared: true },
      failure: { kind: "step-failed", message: expect.stringMatching(/failed with exit code 7$/) },
    },
  ]);
  expect(builds.map(({ run_id }) => run_id)).toEqual(Array(4).fill(builds[0]?.run_id));
  const own = listener.messages.filter(({ subject }) => !subject.startsWith("story.lamina.build."));
  const folder = join(leased.project.root, ".lamina/events");
  const [file, ...others] = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
  expect(others).toEqual([]);
  const lines = readFileSync(join(folder, file ?? ""), "utf8")
    .trimEnd()
    .split("\n");
  expect(lines).toEqual(events.map((event) => JSON.stringify(event)));
  // What steps print is in the file alone, unless it is asked for.
  expect(lines.filter((line) => line.includes('"text":"before the end\\n"'))).toHaveLength(1);
  expect(own.map(({ body }) => body)).toEqual(
    lines.filter((line) => !line.startsWith('{"type":"layer.log"')),
  );
});
