// A thread of scripts/fuzz-nickel.ts: examines the inputs of its seeds, and tells at which it is before it begins.

import { workerData } from "node:worker_threads";
import { openHeapGauge } from "../providers/host/heap.ts";
import { fromSeed } from "../test/nickel/fuzz/chooser.ts";
import { openExaminer } from "../test/nickel/fuzz/examine.ts";
import { importableOf, makeInput, programsOf, readCorpus } from "../test/nickel/fuzz/inputs.ts";

export interface WorkerSettings {
  /** The seeds first, first + step, … below end. */
  readonly first: number;
  readonly step: number;
  readonly end: number;
  /** Seed at hand, how many are done, and how many of these had faults. */
  readonly progress: Int32Array<SharedArrayBuffer>;
}

/** Of one input: more than most need. */
const steps = 10_000;

/** An evaluator keeps all that it has read. */
const examinerServes = 400;

const { first, step, end, progress }: WorkerSettings = workerData;
const corpus = readCorpus();
const programs = programsOf(corpus);
const importable = importableOf(corpus);
const memory = openHeapGauge();
let examiner = openExaminer(importable, steps, memory);
let served = 0;
for (let seed = first; seed < end; seed += step) {
  Atomics.store(progress, 0, seed);
  const { text, mode } = makeInput(fromSeed(seed), programs);
  let faults: readonly string[];
  try {
    faults = examiner.examine(text, mode);
  } catch (error) {
    faults = [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  }
  served += 1;
  if (faults.length > 0 || served >= examinerServes) {
    examiner = openExaminer(importable, steps, memory);
    served = 0;
  }
  if (faults.length > 0)
    process.stdout.write(`FAULT seed ${seed}: ${faults.join("\n      ").slice(0, 2000)}\n`);
  if (faults.length > 0) Atomics.add(progress, 2, 1);
  Atomics.add(progress, 1, 1);
}
