// A thread of scripts/fuzz-nickel.ts: examines the inputs of its seeds, and tells at which it is before it begins.

import { parentPort, workerData } from "node:worker_threads";
import { openHeapGauge } from "../providers/host/heap.ts";
import { fromSeed } from "../test/nickel/fuzz/chooser.ts";
import { openExaminer } from "../test/nickel/fuzz/examine.ts";
import { importableOf, makeInput, readCorpus } from "../test/nickel/fuzz/inputs.ts";

export interface WorkerSettings {
  /** The seeds first, first + step, … below end. */
  readonly first: number;
  readonly step: number;
  readonly end: number;
  /** Seed at hand, and how many are done. */
  readonly progress: Int32Array<SharedArrayBuffer>;
}

export interface Finding {
  readonly seed: number;
  readonly faults: readonly string[];
}

/** An evaluator keeps all that it has read. */
const examinerServes = 400;

const { first, step, end, progress }: WorkerSettings = workerData;
const corpus = readCorpus();
const programs = Array.from(corpus.values());
const importable = importableOf(corpus);
const memory = openHeapGauge();
let examiner = openExaminer(importable, 20_000, memory);
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
    examiner = openExaminer(importable, 20_000, memory);
    served = 0;
  }
  if (faults.length > 0) parentPort?.postMessage({ seed, faults });
  Atomics.add(progress, 1, 1);
}
