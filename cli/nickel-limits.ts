// How much an evaluation of Nickel may use up: what options say, else what the environment says, else what the machine has.

import { availableMemory } from "node:process";
import { getHeapStatistics } from "node:v8";
import { err, ok, type Result } from "../engine/core/result.ts";
import type { Limits } from "../engine/nickel/limits.ts";
import { openHeapGauge } from "../providers/host/heap.ts";
import { type OptionSpecs, type ParseValue, positiveInteger } from "./option.ts";

export interface NickelLimits {
  readonly timeoutMs?: number | undefined;
  readonly steps?: number | undefined;
  /** At most; less where Node gives the process less. */
  readonly memoryMb?: number | undefined;
  /** Of the thread on which deep evaluations are done again. */
  readonly stackMb?: number | undefined;
}

const steps: ParseValue<number> = (text) =>
  /^[1-9]\d{0,14}$/.test(text) ? ok(Number(text)) : err("must be a positive integer");

const seconds: ParseValue<number> = (text) =>
  /^\d{1,7}(?:\.\d+)?$/.test(text) && Number(text) > 0
    ? ok(Number(text))
    : err("must be a number of seconds");

/** As far as Node was seen to give what is asked for. */
const stack: ParseValue<number> = (text) =>
  /^[1-9]\d{0,3}$/.test(text) && Number(text) <= 2048
    ? ok(Number(text))
    : err("must be a number of MiB up to 2048");

export const limitOptions = {
  timeout: {
    kind: "value",
    placeholder: "SECONDS",
    summary: "give up on a file after so long (also LAMINA_NICKEL_TIMEOUT; default: never)",
    parse: seconds,
  },
  "max-steps": {
    kind: "value",
    placeholder: "N",
    summary: "give up after so many calls and computed values (also LAMINA_NICKEL_MAX_STEPS; default: never)",
    parse: steps,
  },
  "max-memory": {
    kind: "value",
    placeholder: "MIB",
    summary: "give up beyond so much memory (also LAMINA_NICKEL_MAX_MEMORY; default: what Node has)",
    parse: positiveInteger,
  },
} as const satisfies OptionSpecs;

interface LimitValues {
  readonly timeout?: number | undefined;
  readonly "max-steps"?: number | undefined;
  readonly "max-memory"?: number | undefined;
}

/** The limits, or which variable holds what it cannot. */
export function readNickelLimits(
  env: (name: string) => string | undefined,
  options: LimitValues = {},
): Result<NickelLimits, string> {
  const faults: string[] = [];
  const read = (name: string, parse: ParseValue<number>): number | undefined => {
    const text = env(name);
    if (text === undefined || text === "") return undefined;
    const parsed = parse(text);
    if (parsed.ok) return parsed.value;
    faults.push(`${name} ${typeof parsed.error === "string" ? parsed.error : parsed.error.message}`);
    return undefined;
  };
  const timeout = options.timeout ?? read("LAMINA_NICKEL_TIMEOUT", seconds);
  const limits = {
    timeoutMs: timeout === undefined ? undefined : timeout * 1000,
    steps: options["max-steps"] ?? read("LAMINA_NICKEL_MAX_STEPS", steps),
    memoryMb: options["max-memory"] ?? read("LAMINA_NICKEL_MAX_MEMORY", positiveInteger),
    stackMb: read("LAMINA_NICKEL_STACK", stack),
  };
  const [fault] = faults;
  return fault === undefined ? ok(limits) : err(fault);
}

/** The limits as the evaluator on this thread takes them. */
export function limitsHere({ timeoutMs, steps, memoryMb }: NickelLimits): Limits {
  return {
    steps,
    memory: openHeapGauge(memoryMb === undefined ? undefined : memoryMb * 2 ** 20),
    time: timeoutMs === undefined ? undefined : { limitMs: timeoutMs, nowMs: () => performance.now() },
  };
}

/** Room for some 400,000 nested calls; less where there is not the memory for it, as what was used of it stays in use. */
export function deepStackMb({ stackMb }: NickelLimits): number {
  return stackMb ?? Math.max(16, Math.min(256, Math.floor(availableMemory() / 2 ** 22)));
}

/** As much as this thread has. */
export function deepHeapMb(): number {
  return Math.floor(getHeapStatistics().heap_size_limit / 2 ** 20);
}
