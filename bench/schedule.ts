// The scheduler against what is possible: thousands of layers on tens of runners, random durations with a heavy tail, random
// failures, through the engine's real run over a virtual clock, with the lock held in memory. Reports how much longer than its lower bound a run takes
// (the longest path of what ran, or its work shared evenly among the runners, whichever is more), with estimates that are
// true, that are wrong by a random factor (half to double for two of three layers), and that are missing.
//
//   node bench/schedule.ts [--layers 10000] [--runners 64] [--seeds 3] [--shapes layered,wide] [--json]

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { emptyLock } from "../engine/lock/lock.ts";
import { openLockFile } from "../engine/lock/lock-file.ts";
import { emptyHistory } from "../engine/plan/history.ts";
import { makePlan } from "../engine/plan/plan.ts";
import type { Plan } from "../engine/plan/step.ts";
import { systemFiles } from "../providers/host/files.ts";
import { platform } from "../schemas/platform.ts";
import { holdLockInMemory } from "../test/fakes/lock-file.ts";
import { type Project, projectOf } from "../test/plan/project.ts";
import { createRandom, type Random } from "./random.ts";
import { shapes } from "./schedule/shapes.ts";
import { type Simulated, type Simulation, simulate } from "./schedule/simulate.ts";

const { values } = parseArgs({
  options: {
    layers: { type: "string", default: "10000" },
    runners: { type: "string", default: "64" },
    seeds: { type: "string", default: "3" },
    shapes: { type: "string", default: Array.from(shapes.keys()).join() },
    json: { type: "boolean", default: false },
  },
});
const layers = Number(values.layers);
const runners = Number(values.runners);

interface Trial extends Simulated {
  readonly shape: string;
  readonly estimates: string;
  /** Of each layer, by chance. */
  readonly failureRate: number;
  readonly ratio: number;
}

/** What the scheduler is told of a build that lasts `seconds`. */
const estimates: ReadonlyMap<string, (seconds: number, random: Random) => number> = new Map([
  ["true", (seconds: number) => seconds],
  ["wrong", (seconds: number, random: Random) => seconds * 2 ** random.normal()],
  ["none", () => 60],
]);

const trials: Trial[] = [];
let withLock: Simulated | undefined;
for (const shape of values.shapes.split(",")) {
  const make = shapes.get(shape);
  if (make === undefined) throw new Error(`there is no shape ${shape}`);
  for (let seed = 1; seed <= Number(values.seeds); seed++) {
    const graph = make(layers, seed);
    const specs = graph.map(
      ({ name, base, copies }) =>
        [name, { ...(base === undefined ? {} : { build_base: base }), copies_from: copies }] as const,
    );
    const project = projectOf(Object.fromEntries(specs));
    const plan = planAll(project);
    const random = createRandom(seed * 1000);
    const seconds = new Map(graph.map(({ name }) => [name, drawSeconds(random)]));
    for (const failureRate of [0, 0.01]) {
      const failing = new Set(graph.filter(() => random.next() < failureRate).map(({ name }) => name));
      for (const [told, estimate] of estimates) {
        const guess = (name: string): number => estimate(seconds.get(name) ?? 0, random);
        const steps = plan.steps.map((step) => ({
          ...step,
          estimate: { ...step.estimate, seconds: guess(step.layer) },
        }));
        const lock = holdLockInMemory(emptyLock);
        const simulation = { project, lock, plan: { ...plan, steps }, runners, seconds, failing };
        const simulated = await simulate(simulation);
        const ratio = simulated.makespanSeconds / simulated.boundSeconds;
        trials.push({ shape, estimates: told, failureRate, ratio, ...simulated });
        withLock ??= await simulateOnDisk(simulation);
      }
    }
  }
}
tell();

/** The same with the lock where it is in earnest: everything in it on the disk after each layer. */
async function simulateOnDisk(simulation: Simulation): Promise<Simulated> {
  const folder = mkdtempSync(join(tmpdir(), "lamina-bench-"));
  try {
    const lock = await openLockFile(systemFiles, { path: join(folder, "lamina.lock"), folder });
    if (!lock.ok) throw new Error("the lock cannot be opened");
    return await simulate({ ...simulation, lock: lock.value });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Log-normal around a minute; one in a hundred is many times longer (Pareto), up to four hours. */
function drawSeconds(random: Random): number {
  const usual = 60 * Math.exp(random.normal());
  const tail = random.next() < 0.01 ? (1 - random.next()) ** (-1 / 1.5) * 5 : 1;
  return Math.min(usual * tail, 4 * 3600);
}

function planAll(project: Project): Plan {
  return makePlan({
    ...project,
    lock: emptyLock,
    selection: [],
    options: { only: false, force: false, withAncestors: false },
    defaultPlatform: platform.parse("linux/amd64"),
    platforms: [],
    images: { holds: () => false },
    replacedBases: new Map(),
    history: emptyHistory,
    leased: false,
  });
}

function tell(): void {
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ version: 1, layers, runners, trials, withLock })}\n`);
    return;
  }
  process.stdout.write(
    `${layers} layers on ${runners} runners, ${trials.length} runs; makespan over its lower bound\n\n` +
      "shape        estimates  fail  mean ratio  max ratio   mean ran  engine s  engine µs/layer\n",
  );
  const groups = Map.groupBy(
    trials,
    ({ shape, estimates: told, failureRate }) =>
      `${shape.padEnd(12)} ${told.padEnd(9)} ${`${failureRate * 100}%`.padStart(5)}`,
  );
  for (const [label, group] of groups) tellLine(label, group);
  for (const told of estimates.keys())
    tellLine(
      `all          ${told.padEnd(9)}      `,
      trials.filter((trial) => trial.estimates === told),
    );
  if (withLock !== undefined)
    process.stdout.write(
      `\nThe first run again, with the lock on this disk, in it after every layer: engine ${withLock.engineSeconds.toFixed(2)} s of CPU\n`,
    );
}

function tellLine(label: string, group: readonly Trial[]): void {
  const mean = (of: (trial: Trial) => number): number =>
    group.reduce((sum, trial) => sum + of(trial), 0) / group.length;
  const engine = mean(({ engineSeconds }) => engineSeconds);
  const columns = [
    mean(({ ratio }) => ratio)
      .toFixed(4)
      .padStart(11),
    Math.max(...group.map(({ ratio }) => ratio))
      .toFixed(4)
      .padStart(10),
    mean(({ ran }) => ran)
      .toFixed(0)
      .padStart(10),
    engine.toFixed(2).padStart(9),
    ((engine * 1e6) / mean(({ ran }) => ran)).toFixed(0).padStart(16),
  ];
  process.stdout.write(`${label} ${columns.join(" ")}\n`);
}
