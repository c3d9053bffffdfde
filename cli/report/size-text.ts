// The size of a runner in words: what is used, and what past builds speak for.

import type { RunnerSize } from "../../engine/plan/step.ts";
import { count } from "./format.ts";

/** "cax21: 4 cpu, 8 GB (language)" */
export function describeSize({ tier, cpu, memoryGb, source }: RunnerSize): string {
  return `${tier}: ${cpu} cpu, ${memoryGb} GB (${source})`;
}

/** "20 builds speak for cax11: 2 cpu, 4 GB (lamina sizing approve)"; nothing where there is no advice. */
export function describeAdvice({ advice }: RunnerSize): readonly string[] {
  if (advice === undefined) return [];
  const { tier, cpu, memoryGb, builds } = advice;
  const verb = builds === 1 ? "speaks" : "speak";
  return [
    `${count(builds, "build")} ${verb} for ${tier}: ${cpu} cpu, ${memoryGb} GB (lamina sizing approve)`,
  ];
}
