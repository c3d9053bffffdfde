// The size of the runner that a layer is built on: what people say, else what its builds were seen to need and somebody approved,
// else what its language usually needs.

import type { RunnerTier } from "../../schemas/sizing.ts";
import type { RunnerSize, SizeAdvice } from "./step.ts";
import { smallestTier, tiers } from "./tiers.ts";

/** What people say of a size: in a workflow.ncl, a .build-spec.ncl, or directives' `runner_override`. */
export interface DeclaredSize {
  readonly runner_type?: RunnerTier | undefined;
  readonly cpu?: number | undefined;
  readonly memory_gb?: number | undefined;
  readonly time_budget_min?: number | undefined;
}

/** What builds of a layer on a platform were seen to need: see the port MetricsStore. */
export interface RecordedNeed {
  readonly cpu: number;
  readonly memoryGb: number;
  /** That it was seen in. */
  readonly builds: number;
}

/** A size that an operator approved for a layer on a platform. */
export interface ApprovedSize {
  readonly cpu: number;
  readonly memoryGb: number;
}

export interface SizeSources {
  readonly language: string;
  /** The first that says something decides. */
  readonly declared: readonly (DeclaredSize | undefined)[];
  readonly approved?: ApprovedSize | undefined;
  readonly recorded?: RecordedNeed | undefined;
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

/**
 * First match wins: a declared tier or size, an approved size, the language's. The tier is the smallest that holds the size.
 * What history would have is advice until it is approved, and stands beside what is used in its place.
 */
export function chooseSize({ language, declared, approved, recorded }: SizeSources): RunnerSize {
  for (const each of declared) {
    const size = each && explicitSize(each);
    if (size !== undefined) return size;
  }
  const { cpu, memoryGb } = approved ?? languages.get(language) ?? otherLanguages;
  const size = { ...sized(cpu, memoryGb), source: approved === undefined ? "language" : "history" } as const;
  const advice = recorded && adviseSize(recorded);
  if (advice === undefined || (advice.cpu === cpu && advice.memoryGb === memoryGb)) return size;
  return { ...size, advice };
}

const margin = 1.2;
const floor = { cpu: 2, memoryGb: 4 };

/** What was seen, a fifth more, in whole cores and gigabytes, and no less than 2 and 4. */
export function adviseSize({ cpu, memoryGb, builds }: RecordedNeed): SizeAdvice {
  const size = sized(Math.max(floor.cpu, withMargin(cpu)), Math.max(floor.memoryGb, withMargin(memoryGb)));
  return { ...size, builds };
}

/** Whole; 5 x 1.2 is 6 as well where a machine counts in powers of two. */
function withMargin(amount: number): number {
  return Math.ceil(Math.round(amount * margin * 1e6) / 1e6);
}

/** Minutes that a build may take: as declared, else the language's. */
export function timeBudgetMin({ language, declared }: Pick<SizeSources, "language" | "declared">): number {
  const said = declared.find((each) => each?.time_budget_min !== undefined)?.time_budget_min;
  return said ?? (languages.get(language) ?? otherLanguages).timeBudgetMin;
}

/** Whether it says a size, and not a time budget alone. */
export function hasSize(declared: DeclaredSize): boolean {
  return explicitSize(declared) !== undefined;
}

function explicitSize({ runner_type: name, cpu, memory_gb: memoryGb }: DeclaredSize): RunnerSize | undefined {
  const named = tiers.find((tier) => tier.name === name);
  if (named !== undefined)
    return { tier: named.name, cpu: named.cpu, memoryGb: named.memoryGb, source: "explicit" };
  if (cpu === undefined || memoryGb === undefined) return undefined;
  return { ...sized(cpu, memoryGb), source: "explicit" };
}

function sized(cpu: number, memoryGb: number): Pick<RunnerSize, "tier" | "cpu" | "memoryGb"> {
  return { tier: smallestTier(cpu, memoryGb)?.name ?? "none", cpu, memoryGb };
}
