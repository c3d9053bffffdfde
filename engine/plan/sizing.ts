// The size of the runner that a layer is built on: what it declares, else what its language usually needs.

import type { RunnerTier } from "../../schemas/sizing.ts";
import type { RunnerSize } from "./step.ts";
import { smallestTier, tiers } from "./tiers.ts";

/** Of a declaration what decides a size: a workflow has all of it. */
export interface DeclaredSize {
  readonly language: string;
  readonly runner_type?: RunnerTier | undefined;
  readonly cpu?: number | undefined;
  readonly memory_gb?: number | undefined;
  readonly time_budget_min?: number | undefined;
}

interface LanguageDefault {
  readonly cpu: number;
  readonly memoryGb: number;
  readonly timeBudgetMin: number;
}

const languages: ReadonlyMap<string, LanguageDefault> = new Map([
  ["rust", { cpu: 4, memoryGb: 8, timeBudgetMin: 60 }],
  ["go", { cpu: 2, memoryGb: 4, timeBudgetMin: 30 }],
  ["java", { cpu: 4, memoryGb: 8, timeBudgetMin: 45 }],
]);
const otherLanguages: LanguageDefault = { cpu: 2, memoryGb: 4, timeBudgetMin: 30 };

/** First match wins: a declared tier, a declared size, the language's. The tier is the smallest that holds the size. */
export function chooseSize(declared: DeclaredSize): RunnerSize {
  const named = tiers.find((tier) => tier.name === declared.runner_type);
  if (named !== undefined)
    return { tier: named.name, cpu: named.cpu, memoryGb: named.memoryGb, source: "explicit" };
  if (declared.cpu !== undefined && declared.memory_gb !== undefined)
    return { ...sized(declared.cpu, declared.memory_gb), source: "explicit" };
  const { cpu, memoryGb } = languages.get(declared.language) ?? otherLanguages;
  return { ...sized(cpu, memoryGb), source: "language" };
}

/** Minutes that a build may take: as declared, else the language's. */
export function timeBudgetMin(declared: DeclaredSize): number {
  return declared.time_budget_min ?? (languages.get(declared.language) ?? otherLanguages).timeBudgetMin;
}

function sized(cpu: number, memoryGb: number): Omit<RunnerSize, "source"> {
  return { tier: smallestTier(cpu, memoryGb)?.name ?? "none", cpu, memoryGb };
}
