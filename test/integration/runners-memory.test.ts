// Layers that run out of memory on leased machines: the kernel really kills, on hosts whose memory is small, and only what it
// killed for want of memory is tried once more, one tier up.

import { spawnSync } from "node:child_process";
import { afterEach, expect, inject, test } from "vitest";
import type { Event, EventOf } from "../../engine/events/event.ts";
import { makeMemoryCgroup } from "../rig/memory-cgroup.ts";
import { findHostProcesses } from "./host-processes.ts";
import type { Gate } from "./leased-gate.ts";
import {
  endedWith,
  type LayerText,
  type LeasedProject,
  type LeasedSettings,
  openLeasedProject,
} from "./leased-project.ts";

const rig = inject("rig");
const build = ["build", "--reporter", "json"];
/** More than a cx23 of these tests has, 256 MiB, and less than a cx33, 1 GiB. */
const takeMemory = "dd if=/dev/zero of=/dev/null bs=400M count=1";

let leased: LeasedProject;
afterEach(() => leased.close());

async function open(run: (gate: Gate) => string, settings: LeasedSettings = {}): Promise<LeasedProject> {
  const layersAt = (gate: Gate): Readonly<Record<string, LayerText>> => ({ hungry: { run: run(gate) } });
  leased = await openLeasedProject(rig, layersAt, settings);
  return leased;
}

function of<T extends Event["type"]>(events: readonly Event[], type: T): readonly EventOf<T>[] {
  return events.filter((event): event is EventOf<T> => event.type === type);
}

/** What was leased, and that all of it was given back. */
function machinesOf(events: readonly Event[]): readonly string[] {
  const machines = of(events, "runner.leased");
  const released = of(events, "runner.released").map(({ lease }) => lease);
  expect(released.toSorted()).toEqual(machines.map(({ lease }) => lease).toSorted());
  expect(leased.leftOvers()).toEqual([]);
  return machines.map(({ machine }) => machine);
}

test.each([
  ["a step that the kernel kills for want of memory", "session", takeMemory],
  ["a step that the kernel kills for want of memory", "rsync", takeMemory],
  ["a wrapper that makes another exit code of it", "session", `if ! ${takeMemory}; then exit 2; fi`],
])("%s succeeds on the next tier; contexts by %s", async (_, transport, run) => {
  await open(() => run, { runners: `transport = '${transport},` });
  const { events } = await leased.lamina(build).then(endedWith(0));
  expect(leased.locked()).toEqual(["hungry"]);
  expect(of(events, "layer.retried")).toMatchObject([{ reason: "oom", attempt: 2, tier: "cax21" }]);
  expect(of(events, "layer.placed")).toMatchObject([{ tier: "cax11" }, { tier: "cax21", source: "retry" }]);
  const [small] = of(events, "layer.measured");
  expect(small?.oomKills).toBeGreaterThan(0);
  expect(machinesOf(events)).toEqual(["cx23", "cx33"]);
});

test("what runs out of memory on the next tier as well fails, with the advice", async () => {
  const mebibyte = 2 ** 20;
  await open(() => takeMemory, { memoryBytes: { cx33: 256 * mebibyte } });
  const { events } = await leased.lamina(build).then(endedWith(1));
  expect(leased.locked()).toEqual([]);
  expect(of(events, "layer.retried")).toMatchObject([{ reason: "oom", attempt: 2, tier: "cax21" }]);
  expect(of(events, "layer.failed")).toMatchObject([
    {
      kind: "out-of-memory",
      message: `[1/3] RUN ${takeMemory} ran out of memory on a machine of 4 cpu and 8 GB`,
      help: "set runner_type = 'cax31, or cpu and memory_gb, in its workflow.ncl, or let the build use less memory",
    },
  ]);
  expect(machinesOf(events)).toEqual(["cx23", "cx33"]);
});

test("a step that ends with exit code 137 of its own accord fails at once", async () => {
  await open(() => "exit 137");
  const { events } = await leased.lamina(build).then(endedWith(1));
  expect(of(events, "layer.retried")).toEqual([]);
  expect(of(events, "layer.failed")).toMatchObject([
    { kind: "step-failed", message: "[1/3] RUN exit 137 failed with exit code 137" },
  ]);
  expect(machinesOf(events)).toEqual(["cx23"]);
});

test("a step that somebody kills fails at once: nobody wanted for memory", async () => {
  await open((gate) => gate.wait("victim"));
  const running = leased.start(build);
  await leased.gate.reached("victim");
  const [host] = leased.hosts;
  if (host === undefined) throw new Error("there is no host");
  const victims = findHostProcesses(host, "/victim");
  expect(victims).not.toEqual([]);
  for (const pid of victims) process.kill(pid, "SIGKILL");
  const { events } = await running.ended.then(endedWith(1));
  expect(of(events, "layer.retried")).toEqual([]);
  expect(of(events, "layer.failed")).toMatchObject([
    {
      kind: "step-failed",
      message: expect.stringMatching(/^\[1\/3\] RUN wget \S+ .*victim failed with exit code 137$/),
    },
  ]);
  expect(machinesOf(events)).toEqual(["cx23"]);
});

test("a step that fails while the kernel kills on another machine is not taken for that one", async () => {
  await open((gate) => `${gate.wait("other")} && exit 7`);
  const running = leased.start(build);
  await leased.gate.reached("other");
  const other = makeMemoryCgroup(`lamina-runners-other-${process.pid}`, 64 * 2 ** 20);
  try {
    const script = `echo $$ >${other.processesFile}; exec ${takeMemory}`;
    const hog = spawnSync("/bin/sh", ["-c", script]);
    expect(hog.signal).toBe("SIGKILL");
  } finally {
    other.remove();
  }
  leased.gate.open("other");
  const { events } = await running.ended.then(endedWith(1));
  expect(of(events, "layer.retried")).toEqual([]);
  expect(of(events, "layer.failed")).toMatchObject([{ kind: "step-failed" }]);
  expect(machinesOf(events)).toEqual(["cx23"]);
});
