// What a build uses, and what the kernel kills of it, as it is measured at a real buildkitd whose steps are in a cgroup of
// 256 MiB. Nothing is timed: a step goes on until the watching has seen it.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { Measurement } from "../../engine/ports/runner.ts";
import { runProcess } from "../../providers/host/process.ts";
import { measureVitals } from "../../providers/vitals/measure.ts";
import type { Scope } from "../../providers/vitals/scripts.ts";
import { type RunScript, runHere } from "../../providers/vitals/shell.ts";
import { type MemoryCgroup, makeMemoryCgroup } from "../rig/memory-cgroup.ts";
import { commandLinesWith, never } from "./builder-setting.ts";

const rig = inject("rig");
const mebibyte = 1024 * 1024;
const limitBytes = 256 * mebibyte;
let directory: string;
let cgroup: MemoryCgroup;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "lamina-vitals-"));
  cgroup = makeMemoryCgroup(`lamina-vitals-${process.pid}`, limitBytes);
});
afterAll(() => {
  cgroup.remove();
  rmSync(directory, { recursive: true });
});

/** Runs a step in the cgroup, never from a cache; gives buildctl's last word. */
async function build(command: string, signal: AbortSignal): Promise<string> {
  writeFileSync(join(directory, "Dockerfile"), `FROM ${rig.busybox.reference}\nRUN ${command}\n`);
  const ended = await runProcess(
    {
      program: rig.buildkit.buildctl,
      args: [
        `--addr=${rig.buildkit.address}`,
        "build",
        "--frontend=dockerfile.v0",
        "--no-cache",
        `--local=context=${directory}`,
        `--local=dockerfile=${directory}`,
        `--opt=cgroup-parent=${cgroup.path}`,
        "--progress=plain",
      ],
    },
    signal,
  );
  if (ended.ok) return "";
  return ended.error.kind === "exited" ? (ended.error.stderr.split("\n").at(-1) ?? "") : ended.error.kind;
}

/** What is measured while a step runs to its end. */
async function measureStep(
  command: string,
  run: RunScript = runHere,
  scope: Scope = { kind: "cgroup", path: cgroup.path },
): Promise<{ readonly end: string; readonly measurement: Measurement | undefined }> {
  const measuring = await measureVitals(run, scope);
  const end = await build(command, never);
  return { end, measurement: await measuring.finish() };
}

/** The shell that watches kills the step as well. */
const killing: RunScript = (script, signal) => {
  const onText = (text: string): void => {
    script.onText(text);
    for (const pid of processesBelow(cgroup)) process.kill(pid, "SIGKILL");
  };
  return runHere({ ...script, onText }, signal);
};

/** The shell that watches is in the cgroup itself. */
const within: RunScript = ({ script, ...rest }, signal) =>
  runHere({ ...rest, script: `echo $$ >${cgroup.processesFile}\n${script}` }, signal);

test("memory and cores that a step holds are seen while it runs", async () => {
  const canceller = new AbortController();
  const heldBytes = 100 * mebibyte;
  let seen = 0;
  const watching: RunScript = (script, signal) => {
    const onText = (text: string): void => {
      script.onText(text);
      const bytes = Number(/^sample \S+ \S+ \S+ v[12] (\d+)$/m.exec(text)?.[1] ?? 0);
      // Twice, so that there are cores to be told of the time between.
      if (bytes > heldBytes) seen += 1;
      if (seen === 2) canceller.abort();
    };
    return runHere({ ...script, onText }, signal);
  };
  const measuring = await measureVitals(watching, { kind: "cgroup", path: cgroup.path });
  expect(await build("dd if=/dev/zero of=/dev/null bs=120M", canceller.signal)).toBe("canceled");
  const measurement = await measuring.finish();
  expect(measurement).toMatchObject({ oomKills: 0, oomReports: [], source: "cgroup" });
  expect(measurement?.memoryPeakBytes).toBeGreaterThan(heldBytes);
  expect(measurement?.memoryPeakBytes).toBeLessThan(limitBytes);
  expect(measurement?.memoryP95Bytes).toBeGreaterThan(heldBytes);
  expect(measurement?.cpuP95).toBeGreaterThan(0);
});

test("page cache is not counted", async () => {
  const { end, measurement } = await measureStep(
    "dd if=/dev/zero of=/file bs=1M count=100 && cat /file >/dev/null && sync",
  );
  expect(end).toBe("");
  expect(measurement?.oomKills).toBe(0);
  expect(measurement?.memoryPeakBytes).toBeLessThan(60 * mebibyte);
});

test("a step that the kernel kills is told of, with the limit that it reached", async () => {
  const { end, measurement } = await measureStep("dd if=/dev/zero of=/dev/null bs=400M count=1");
  expect(end).toMatch(/did not complete successfully: (exit code: 137|cannot allocate memory)/);
  expect(measurement?.oomKills).toBe(1);
  expect(measurement?.oomReports).toEqual([
    expect.stringMatching(
      new RegExp(
        `^Memory cgroup out of memory: Killed process \\d+ \\(dd\\) total-vm:\\d+kB, anon-rss:\\d+kB in ${cgroup.path}/buildkit/`,
      ),
    ),
  ]);
  expect(measurement?.memoryPeakBytes).toBe(limitBytes);
});

test("a kill below a wrapper that hides it is told of, whatever the step ends with", async () => {
  const hidden = await measureStep("dd if=/dev/zero of=/dev/null bs=400M count=1 || exit 2");
  expect(hidden.measurement?.oomKills).toBe(1);
  const passedOver = await measureStep("dd if=/dev/zero of=/dev/null bs=400M count=1 || true");
  expect(passedOver.end).toBe("");
  expect(passedOver.measurement?.oomKills).toBe(1);
});

test("exit 137 looks the same, and no kill is counted", async () => {
  const { end, measurement } = await measureStep("exit 137");
  expect(end).toContain("did not complete successfully: exit code: 137");
  expect(measurement).toMatchObject({ oomKills: 0, oomReports: [] });
});

test("a step that somebody kills looks the same, and no kill is counted", async () => {
  const { end, measurement } = await measureStep("sleep 1000", killing);
  expect(end).toContain("did not complete successfully: exit code: 137");
  expect(measurement).toMatchObject({ oomKills: 0, oomReports: [] });
});

test("what the kernel kills elsewhere is not counted", async () => {
  const other = makeMemoryCgroup(`lamina-vitals-other-${process.pid}`, limitBytes);
  try {
    const measuring = await measureVitals(runHere, { kind: "cgroup", path: cgroup.path });
    const script = `echo $$ >${other.processesFile}; exec dd if=/dev/zero of=/dev/null bs=400M count=1`;
    expect(await runHere({ script, args: [], onText: () => {} }, never)).toBe(false);
    expect(await measuring.finish()).toMatchObject({ oomKills: 0, oomReports: [] });
  } finally {
    other.remove();
  }
});

test("of a machine the cgroup that limits the login is watched, by itself", async () => {
  const { measurement } = await measureStep("dd if=/dev/zero of=/dev/null bs=400M count=1", within, {
    kind: "machine",
  });
  expect(measurement).toMatchObject({ source: "cgroup", oomKills: 1, memoryPeakBytes: limitBytes });
});

test("where nothing limits it, the machine itself is watched", async () => {
  const { measurement } = await measureStep("true", runHere, { kind: "machine" });
  expect(measurement?.source).toBe("machine");
  expect(measurement?.memoryPeakBytes).toBeGreaterThan(mebibyte);
});

test("no shell that watches is left", async () => {
  const watched = `/lamina-vitals-left-${process.pid}`;
  const measuring = await measureVitals(runHere, { kind: "cgroup", path: watched });
  expect(commandLinesWith(watched)).not.toEqual([]);
  await measuring.finish();
  expect(commandLinesWith(watched)).toEqual([]);
});

function processesBelow({ processesFile }: MemoryCgroup): readonly number[] {
  const folder = join(processesFile, "..");
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith("/cgroup.procs"))
    .flatMap((path) => readFileSync(join(folder, path), "utf8").split("\n"))
    .filter((pid) => pid !== "")
    .map(Number);
}
