// `npm run crash:runners -- [--runs 100] [--seed 1]`: builds on leased machines, killed with SIGKILL at random moments. Each run is
// a catalog of its own behind the test server of the provider's API, with real hosts; the kill falls anywhere from its start to its
// end. Then `lamina runners reap`, after which no machine and no lease may be left, and the same build once more, which must leave
// what was finished as it is. Prints a line a run on stderr and a summary as JSON on stdout; ends with 1 where anything was otherwise.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { createRandom } from "../bench/random.ts";
import type { Event } from "../engine/events/event.ts";
import {
  type LayerText,
  type LeasedProject,
  type LeasedRun,
  openLeasedProject,
} from "../test/integration/leased-project.ts";
import { makeBusyboxImage } from "../test/rig/busybox-image.ts";
import { ensureBuildkit } from "./tools/buildkit.ts";
import { MissingRequirement, runScript } from "./tools/missing-requirement.ts";
import { ensureTestRequirements } from "./tools/test-requirements.ts";

const { values } = parseArgs({
  options: { runs: { type: "string", default: "100" }, seed: { type: "string", default: "1" } },
});

/** Three machines at most, and a moment in which each of them builds. */
const layers: Readonly<Record<string, LayerText>> = {
  base: {},
  left: { on: "base", run: "sleep 0.5" },
  right: { on: "base", run: "sleep 0.5" },
  join: { on: "left", copies: ["right"] },
};
const build = ["build", "--reporter", "json", "--concurrency", "3"];

interface Crash {
  readonly run: number;
  /** Since the process was started. */
  readonly killedAfterMs: number;
  /** What was told last before. */
  readonly last: string;
  /** False where it had ended by itself. */
  readonly wasKilled: boolean;
  readonly machinesBefore: number;
  readonly leasesBefore: number;
  readonly finished: readonly string[];
  readonly violations: readonly string[];
}

await runScript(async (signal) => {
  const runs = Number(values.runs);
  const random = createRandom(Number(values.seed));
  const programs = await ensureTestRequirements();
  const busybox = programs.get("busybox");
  if (busybox === undefined) throw new MissingRequirement("there is no busybox", "`npm test` installs it");
  const directory = await mkdtemp(join(tmpdir(), "lamina-crash-"));
  try {
    const rig = {
      buildkit: { address: "", ...(await ensureBuildkit()) },
      busybox: { directory, digest: await makeBusyboxImage(busybox, directory), reference: "" },
    };
    const open = () => openLeasedProject(rig, () => layers);
    const wholeMs = await measureWhole(open);
    process.stderr.write(`a whole run takes ${(wholeMs / 1000).toFixed(1)} s\n`);
    const crashes: Crash[] = [];
    for (let run = 1; run <= runs; run++) {
      signal.throwIfAborted();
      // Spread over the run's length, one in each part of it.
      const after = ((run - 1 + random.next()) / runs) * wholeMs;
      const crash = await crashOnce(run, after, open);
      crashes.push(crash);
      process.stderr.write(`${describe(crash)}\n`);
    }
    return summarize(crashes, wholeMs);
  } finally {
    await rm(directory, { recursive: true });
  }
});

/** The second of two: the first one fills caches of programs. */
async function measureWhole(open: () => Promise<LeasedProject>): Promise<number> {
  let elapsedMs = 0;
  for (const _ of [1, 2]) {
    const leased = await open();
    const startedMs = performance.now();
    const { exitCode, told } = await leased.lamina(build);
    elapsedMs = performance.now() - startedMs;
    await leased.close();
    if (exitCode !== 0) throw new Error(`a run that nobody kills ended with ${String(exitCode)}:\n${told}`);
  }
  return elapsedMs;
}

async function crashOnce(
  run: number,
  killedAfterMs: number,
  open: () => Promise<LeasedProject>,
): Promise<Crash> {
  const leased = await open();
  try {
    const running = leased.start(build);
    const isOver = new AbortController();
    const { ended } = running;
    void ended.then(() => isOver.abort());
    await delay(killedAfterMs, undefined, { signal: isOver.signal }).catch(() => undefined);
    running.kill("SIGKILL");
    const killed = await ended;
    const wasKilled = killed.signal === "SIGKILL";
    const machinesBefore = leased.api.servers().length;
    const leasesBefore = leased.journal().length;
    const violations: string[] = [];
    const reaped = await leased.lamina(["runners", "reap"]);
    if (reaped.exitCode !== 0)
      violations.push(`reap ended with ${String(reaped.exitCode)}: ${reaped.stderr}`);
    // Folders of sockets are nobody's debt: the next run that makes one removes them.
    const costly = leased.leftOvers().filter((left) => !left.startsWith("file "));
    violations.push(...costly.map((left) => `after reap: ${left}`));
    const finished = readLock(leased, violations);
    for (const layer of completedIn(killed.events))
      if (!finished.includes(layer))
        violations.push(`${layer} was told as completed, and is not in the lock`);
    const resumed = await leased.lamina(build);
    violations.push(...judgeResumed(resumed, finished));
    const all = readLock(leased, violations);
    if (all.length !== Object.keys(layers).length)
      violations.push(`in the end the lock has ${all.join(", ")}`);
    const isIdle = finished.length === all.length;
    const left = isIdle ? [] : leased.leftOvers();
    violations.push(...left.map((one) => `after the resumed build: ${one}`));
    const last = killed.events.at(-1)?.type ?? "nothing";
    return { run, killedAfterMs, last, wasKilled, machinesBefore, leasesBefore, finished, violations };
  } finally {
    await leased.close().catch(() => undefined);
  }
}

function readLock(leased: LeasedProject, violations: string[]): readonly string[] {
  try {
    return leased.locked();
  } catch (error) {
    violations.push(`the lock cannot be read: ${String(error)}`);
    return [];
  }
}

function judgeResumed({ exitCode, events, told }: LeasedRun, finished: readonly string[]): readonly string[] {
  return [
    ...(exitCode === 0 ? [] : [`the resumed build ended with ${String(exitCode)}:\n${told}`]),
    ...completedIn(events)
      .filter((layer) => finished.includes(layer))
      .map((layer) => `${layer} was finished and is built again`),
  ];
}

function completedIn(events: readonly Event[]): readonly string[] {
  return events.flatMap((event) => (event.type === "layer.completed" ? event.layer : []));
}

function describe({
  run,
  killedAfterMs,
  last,
  machinesBefore,
  leasesBefore,
  finished,
  violations,
}: Crash): string {
  const when = `${(killedAfterMs / 1000).toFixed(2)} s, after ${last}`;
  const there = `${String(machinesBefore)} machines, ${String(leasesBefore)} leases, ${String(finished.length)} layers finished`;
  return [
    `run ${String(run)}: killed at ${when}: ${there}`,
    ...violations.map((one) => `  VIOLATION ${one}`),
  ].join("\n");
}

function summarize(crashes: readonly Crash[], wholeMs: number): number {
  const violations = crashes.flatMap((crash) => crash.violations.map((text) => ({ run: crash.run, text })));
  const killedIn: Record<string, number> = {};
  for (const { last, wasKilled } of crashes) {
    const when = wasKilled ? `after ${last}` : "ended before";
    killedIn[when] = (killedIn[when] ?? 0) + 1;
  }
  const summary = {
    runs: crashes.length,
    seed: Number(values.seed),
    wholeRunSeconds: Math.round(wholeMs / 100) / 10,
    killed: crashes.filter(({ wasKilled }) => wasKilled).length,
    withMachinesLeft: crashes.filter(({ machinesBefore }) => machinesBefore > 0).length,
    machinesLeft: crashes.reduce((sum, { machinesBefore }) => sum + machinesBefore, 0),
    leasesLeft: crashes.reduce((sum, { leasesBefore }) => sum + leasesBefore, 0),
    layersFinishedBefore: crashes.reduce((sum, { finished }) => sum + finished.length, 0),
    killedIn,
    violations,
  };
  process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
  process.stderr.write(
    `${String(summary.killed)} of ${String(summary.runs)} runs killed, ${String(summary.machinesLeft)} machines and ${String(summary.leasesLeft)} leases left behind by them; ${String(violations.length)} violations\n`,
  );
  return violations.length === 0 ? 0 : 1;
}
