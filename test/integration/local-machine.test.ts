// What a build uses of this machine, what it is held to, and what the kernel kills of it, told apart from whatever else the same
// real buildkitd builds meanwhile. Nothing is timed: a step goes on until the watching has seen it.

import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { Result } from "../../engine/core/result.ts";
import type { SolveFailure, SolveResult, StepLimits } from "../../engine/ports/builder.ts";
import type { MachineSize } from "../../engine/ports/compute.ts";
import type { LocalMachine, LocalMeasuring } from "../../engine/ports/local-machine.ts";
import type { Measurement } from "../../engine/ports/runner.ts";
import { openLocalMachine } from "../../providers/vitals/local-machine.ts";
import { findCgroupTree } from "../../providers/vitals/step-cgroups.ts";
import { makeMemoryCgroup } from "../rig/memory-cgroup.ts";
import { never, openSetting, type Setting, value } from "./builder-setting.ts";

const mebibyte = 2 ** 20;
const quarter: MachineSize = { cpu: 1, memoryGb: 0.25 };
const hog = "dd if=/dev/zero of=/dev/null bs=400M count=1";
/** Until it is canceled. */
const hold = "dd if=/dev/zero of=/dev/null bs=120M";

let setting: Setting;
let machine: LocalMachine;
beforeAll(async () => {
  setting = await openSetting(inject("rig"));
  machine = value(openLocalMachine());
});
afterAll(() => setting.close());

type Solved = Result<SolveResult, SolveFailure>;

/** Nothing of it is found in a cache, unless it is to be. */
function solve(run: string, stepLimits?: StepLimits, signal = never, noCache = true): Promise<Solved> {
  const request = setting.request({ Dockerfile: `FROM busybox\nRUN ${run}\n` }, { noCache, stepLimits });
  return setting.builder.solve(request, () => {}, signal);
}

async function measureStep(
  run: string,
  size?: MachineSize,
): Promise<{ readonly solved: Solved; readonly measurement: Measurement | undefined }> {
  const measuring = await machine.measure(size);
  const solved = await solve(run, measuring.limits);
  return { solved, measurement: await measuring.finish() };
}

/** Of the cgroups of steps that have that limit: memory in use, and what they have used of the processors. */
function look({ memoryBytes }: StepLimits): { readonly bytes: number; readonly cpuSeconds: number } {
  const { memory, cpu, version } = value(findCgroupTree());
  const [limit, current] =
    version === "v1" ? ["memory.limit_in_bytes", "memory.usage_in_bytes"] : ["memory.max", "memory.current"];
  const cpuSecondsOf = (name: string): number => {
    const folder = join(cpu, "buildkit", name);
    if (version === "v1") return read(join(folder, "cpuacct.usage")) / 1e9;
    return Number(/^usage_usec (\d+)$/m.exec(readFileSync(join(folder, "cpu.stat"), "utf8"))?.[1]) / 1e6;
  };
  const folder = join(memory, "buildkit");
  const names = readdirSync(folder).filter((name) => read(join(folder, name, limit)) === memoryBytes);
  return {
    bytes: names.reduce((sum, name) => sum + read(join(folder, name, current)), 0),
    cpuSeconds: names.reduce((sum, name) => sum + cpuSecondsOf(name), 0),
  };
}

function read(path: string): number {
  try {
    return Number(readFileSync(path, "utf8"));
  } catch {
    return Number.NaN;
  }
}

/** Holds that much, and has used more than a second of one core: it took as long at least, and cores in use are those of a second. */
function isBusy({ limits }: LocalMeasuring, bytes: number): boolean {
  return look(limits).bytes > bytes && look(limits).cpuSeconds > 1.3;
}

/** Looks until it is so, or what goes on meanwhile is over, which it may not be before. */
async function until(isSo: () => boolean, meanwhile: Promise<unknown>): Promise<void> {
  let isOver = false;
  void meanwhile.finally(() => (isOver = true));
  while (!isSo()) {
    if (isOver) throw new Error(`it was over: ${JSON.stringify(await meanwhile)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("the machine is told as it is", () => {
  expect(machine.cpu).toBeGreaterThanOrEqual(1);
  const [, kilobytes] = /^MemTotal: +(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "utf8")) ?? [];
  expect(machine.memoryGb).toBe(Number(kilobytes) / 2 ** 20);
});

test.each([
  ["with", { cpu: 64, memoryGb: 1 }],
  ["without", undefined],
])("what two solves use at the same time is told apart, %s limits", async (_, size) => {
  const canceller = new AbortController();
  const [big, small] = await Promise.all([machine.measure(size), machine.measure(size)]);
  expect(big.limits.memoryBytes).not.toBe(small.limits.memoryBytes);
  const both = Promise.all([
    solve(hold, big.limits, canceller.signal),
    solve(hold.replace("120M", "30M"), small.limits, canceller.signal),
  ]);
  await until(() => isBusy(big, 110 * mebibyte) && isBusy(small, 25 * mebibyte), both);
  canceller.abort();
  await both;
  const [much, little] = await Promise.all([big.finish(), small.finish()]);
  expect(much).toMatchObject({ oomKills: 0, oomReports: [], source: "cgroup" });
  expect(much?.memoryPeakBytes).toBeGreaterThan(100 * mebibyte);
  expect(much?.memoryPeakBytes).toBeLessThan(140 * mebibyte);
  expect(little?.memoryPeakBytes).toBeGreaterThan(20 * mebibyte);
  expect(little?.memoryPeakBytes).toBeLessThan(60 * mebibyte);
  expect(much?.cpuP95).toBeGreaterThan(0);
  expect(little?.cpuP95).toBeGreaterThan(0);
});

test("page cache is not counted", async () => {
  const { solved, measurement } = await measureStep(
    "dd if=/dev/zero of=/file bs=1M count=100 && cat /file >/dev/null && sync && sleep 1",
  );
  expect(solved.ok).toBe(true);
  expect(measurement?.memoryPeakBytes ?? 0).toBeLessThan(60 * mebibyte);
});

test("of a solve whose steps are all in the cache nothing is told", async () => {
  expect((await solve("true", undefined, never, false)).ok).toBe(true);
  const measuring = await machine.measure(undefined);
  const again = value(await solve("true", measuring.limits, never, false));
  expect(again).toMatchObject({ stepsRun: 0, stepsCached: 1 });
  expect(await measuring.finish()).toBeUndefined();
});

test("neither image nor cache depend on limits", async () => {
  const run = `echo ${process.pid} >/made`;
  const measuring = await machine.measure(quarter);
  const first = value(await solve(run, measuring.limits, never, false));
  await measuring.finish();
  expect(first.stepsCached).toBe(0);
  const second = value(await solve(run, undefined, never, false));
  expect(second).toMatchObject({ imageDigest: first.imageDigest, stepsRun: 0, stepsCached: 1 });
});

describe("out of memory", () => {
  test("a step that needs more than its limit is killed, and told of with the limit that it reached", async () => {
    const { solved, measurement } = await measureStep(hog, quarter);
    expect(solved).toMatchObject({ ok: false, error: { kind: "step-failed" } });
    expect(measurement?.oomKills).toBe(1);
    expect(measurement?.oomReports).toEqual([
      expect.stringMatching(
        /^Memory cgroup out of memory: Killed process \d+ \(dd\) total-vm:\d+kB, anon-rss:\d+kB in \/buildkit\/\w+$/,
      ),
    ]);
    expect(measurement?.memoryPeakBytes).toBeLessThanOrEqual(256 * mebibyte);
    expect(measurement?.memoryPeakBytes).toBeGreaterThan(190 * mebibyte);
  });

  test("a wrapper that hides it does not: what the kernel did is told", async () => {
    const hidden = await measureStep(`${hog} || exit 2`, quarter);
    expect(hidden.solved).toMatchObject({ ok: false, error: { exitCode: 2 } });
    expect(hidden.measurement?.oomKills).toBe(1);
  });

  test("exit 137 looks the same, and no kill is counted", async () => {
    const { solved, measurement } = await measureStep("sleep 1; exit 137", quarter);
    expect(solved).toMatchObject({ ok: false, error: { exitCode: 137 } });
    expect(measurement).toMatchObject({ oomKills: 0, oomReports: [] });
  });

  test("what the kernel kills of another solve, or elsewhere, is not counted", async () => {
    const bystander = await machine.measure(quarter);
    const [own, killed] = await Promise.all([
      solve("sleep 2; exit 3", bystander.limits),
      measureStep(hog, quarter),
    ]);
    const other = makeMemoryCgroup(`lamina-local-other-${process.pid}`, 64 * mebibyte);
    try {
      const script = `echo $$ >${other.processesFile}; exec ${hog}`;
      expect(spawnSync("/bin/sh", ["-c", script]).signal).toBe("SIGKILL");
    } finally {
      other.remove();
    }
    expect(killed.measurement?.oomKills).toBe(1);
    expect(own).toMatchObject({ ok: false, error: { exitCode: 3 } });
    expect(await bystander.finish()).toMatchObject({ oomKills: 0, oomReports: [] });
  });
});

test("no cgroup is left, and a measuring may be ended twice", async () => {
  const measuring = await machine.measure(quarter);
  await solve("true", measuring.limits);
  expect(await measuring.finish()).toBe(await measuring.finish());
  expect(look(measuring.limits).bytes).toBe(0);
});
