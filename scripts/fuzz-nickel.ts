// Development only: the fuzz tests of the Nickel evaluator, for as long as one likes.
//   npm run fuzz:nickel -- --count 1000000 [--from SEED] [--jobs 2] [--time-limit SECONDS]
//   npm run fuzz:nickel -- --replay SEED                     shows an input and what is wrong with it
//   npm run fuzz:nickel -- --count 1000 --reference [NICKEL] compares with the reference implementation
// Ends with 1 where an input crashed, hung, or was answered otherwise than the reference answers.

import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { fromSeed } from "../test/nickel/fuzz/chooser.ts";
import { openExaminer } from "../test/nickel/fuzz/examine.ts";
import { importableOf, makeInput, programsOf, readCorpus } from "../test/nickel/fuzz/inputs.ts";
import { compareWithReference } from "./fuzz-nickel-reference.ts";
import type { WorkerSettings } from "./fuzz-nickel-worker.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: "string", default: "100000" },
    from: { type: "string", default: "0" },
    jobs: { type: "string", default: "2" },
    "time-limit": { type: "string", default: "20" },
    replay: { type: "string" },
    reference: { type: "boolean", default: false },
  },
});

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const from = Number(values.from);
const count = Number(values.count);
const timeLimitMs = Number(values["time-limit"]) * 1000;
const lookMs = 1000;
const reportMs = 30_000;

let faults = 0;
let crashes = 0;
const hangs: number[] = [];

/** Runs the seeds of one thread, with another thread from behind each that hangs or ends its thread. */
function run(first: number, step: number, end: number, done: (more: number) => void): Promise<void> {
  return new Promise((resolve) => {
    const progress = new Int32Array(new SharedArrayBuffer(12));
    progress[0] = first;
    const settings: WorkerSettings = { first, step, end, progress };
    const worker = new Worker(new URL("fuzz-nickel-worker.ts", import.meta.url), {
      workerData: settings,
      resourceLimits: { maxOldGenerationSizeMb: 2048 },
    });
    let told = 0;
    let seed = -1;
    let sinceMs = 0;
    const watch = setInterval(() => {
      const finished = Atomics.load(progress, 1);
      done(finished - told);
      told = finished;
      const present = Atomics.load(progress, 0);
      if (present !== seed) {
        seed = present;
        sinceMs = performance.now();
      } else if (performance.now() - sinceMs > timeLimitMs) {
        hangs.push(seed);
        say(`HANG  seed ${seed}: longer than ${timeLimitMs / 1000} s`);
        void worker.terminate();
      }
    }, lookMs);
    worker.on("error", (error: unknown) => {
      crashes += 1;
      say(
        `CRASH seed ${Atomics.load(progress, 0)}: ${error instanceof Error ? error.message : String(error)}`,
      );
    });
    worker.on("exit", (code) => {
      clearInterval(watch);
      done(Atomics.load(progress, 1) - told);
      faults += Atomics.load(progress, 2);
      const next = Atomics.load(progress, 0) + step;
      resolve(code !== 0 && next < end ? run(next, step, end, done) : undefined);
    });
  });
}

async function fuzz(): Promise<void> {
  const startMs = performance.now();
  const jobs = Number(values.jobs);
  let finished = 0;
  const state = () => {
    const seconds = (performance.now() - startMs) / 1000;
    return `${finished} inputs in ${seconds.toFixed(0)} s (${(finished / seconds).toFixed(0)} a second), ${faults + crashes} faults and crashes, ${hangs.length} hangs`;
  };
  const report = setInterval(() => say(state()), reportMs);
  await Promise.all(
    Array.from({ length: jobs }, (_, at) =>
      run(from + at, jobs, from + count, (more) => {
        finished += more;
      }),
    ),
  );
  clearInterval(report);
  say(`seeds ${from} to ${from + count - 1}: ${state()}`);
  process.exitCode = faults + crashes + hangs.length === 0 ? 0 : 1;
}

function replay(seed: number): void {
  const corpus = readCorpus();
  const { text, mode } = makeInput(fromSeed(seed), programsOf(corpus));
  say(`--- seed ${seed}, mode ${mode}\n${text}\n---`);
  const found = openExaminer(importableOf(corpus), 10_000).examine(text, mode);
  say(found.length === 0 ? "nothing is wrong with it" : found.join("\n"));
  process.exitCode = found.length === 0 ? 0 : 1;
}

if (values.replay !== undefined) replay(Number(values.replay));
else if (values.reference) {
  const differences = await compareWithReference(positionals[0] ?? "nickel", from, count, say);
  process.exitCode = differences === 0 ? 0 : 1;
} else await fuzz();
