// Sizes and estimates: the tables that the defaults come from, and which rule wins.

import { describe, expect, test } from "vitest";
import { estimateBuild } from "../../engine/plan/estimate.ts";
import {
  adviseSize,
  chooseSize,
  type DeclaredSize,
  type SizeSources,
  timeBudgetMin,
} from "../../engine/plan/sizing.ts";
import { nextTier } from "../../engine/plan/tiers.ts";

function sources(language: string, ...declared: readonly (DeclaredSize | undefined)[]): SizeSources {
  return { language, declared };
}

describe("size", () => {
  test.each([
    ["rust", "cax21", 4, 8, 60],
    ["go", "cax11", 2, 4, 30],
    ["java", "cax21", 4, 8, 45],
    ["nushell", "cax11", 2, 4, 30],
    ["constructor", "cax11", 2, 4, 30],
  ])("what %s usually needs", (language, tier, cpu, memoryGb, minutes) => {
    expect(chooseSize(sources(language))).toEqual({ tier, cpu, memoryGb, source: "language" });
    expect(timeBudgetMin(sources(language))).toBe(minutes);
  });

  test("a declared tier wins over a declared size, and that over the language", () => {
    const declared = { cpu: 6, memory_gb: 8 };
    expect(chooseSize(sources("rust", declared))).toEqual({
      tier: "cax31",
      cpu: 6,
      memoryGb: 8,
      source: "explicit",
    });
    expect(chooseSize(sources("rust", { ...declared, runner_type: "cax11" }))).toEqual({
      tier: "cax11",
      cpu: 2,
      memoryGb: 4,
      source: "explicit",
    });
  });

  test.each([
    [2, 4, "cax11"],
    [2, 4.5, "cax21"],
    [3, 1, "cax21"],
    [1, 32, "cax41"],
    [16, 32, "cax41"],
    [17, 1, "none"],
  ])("%d cores and %d GB fit into %s", (cpu, memoryGb, tier) => {
    expect(chooseSize(sources("rust", { cpu, memory_gb: memoryGb })).tier).toBe(tier);
  });

  test("the first that says something of a size decides, and of the time budget by itself", () => {
    const override = { time_budget_min: 7 };
    const spec = { runner_type: "cax31", time_budget_min: 8 } as const;
    const workflow = { cpu: 3, memory_gb: 5, time_budget_min: 9 };
    const said = sources("rust", override, spec, workflow);
    expect(chooseSize(said)).toEqual({ tier: "cax31", cpu: 8, memoryGb: 16, source: "explicit" });
    expect(timeBudgetMin(said)).toBe(7);
    expect(chooseSize(sources("rust", undefined, undefined, workflow))).toMatchObject({ cpu: 3 });
    expect(timeBudgetMin(sources("rust", undefined, {}, workflow))).toBe(9);
  });

  test("what is declared wins over what is approved, and past builds have no say then", () => {
    const approved = { cpu: 9, memoryGb: 9 };
    const recorded = { cpu: 1, memoryGb: 1, builds: 3 };
    expect(chooseSize({ ...sources("rust", { cpu: 1, memory_gb: 2 }), approved, recorded })).toEqual({
      tier: "cax11",
      cpu: 1,
      memoryGb: 2,
      source: "explicit",
    });
  });

  test("what past builds speak for is advice beside the language's size", () => {
    const recorded = { cpu: 1.5, memoryGb: 10.5, builds: 12 };
    expect(chooseSize({ ...sources("rust"), recorded })).toEqual({
      tier: "cax21",
      cpu: 4,
      memoryGb: 8,
      source: "language",
      advice: { tier: "cax31", cpu: 2, memoryGb: 13, builds: 12 },
    });
  });

  test("once it is approved it is the size, and later builds advise again", () => {
    const approved = { cpu: 2, memoryGb: 13 };
    const size = { tier: "cax31", cpu: 2, memoryGb: 13, source: "history" };
    expect(chooseSize({ ...sources("rust"), approved })).toEqual(size);
    expect(
      chooseSize({ ...sources("rust"), approved, recorded: { cpu: 1, memoryGb: 10.5, builds: 20 } }),
    ).toEqual(size);
    expect(
      chooseSize({ ...sources("rust"), approved, recorded: { cpu: 2, memoryGb: 10.5, builds: 20 } }),
    ).toEqual({
      ...size,
      advice: { tier: "cax31", cpu: 3, memoryGb: 13, builds: 20 },
    });
  });

  test("advice that says what is used anyway is none", () => {
    expect(chooseSize({ ...sources("go"), recorded: { cpu: 0.1, memoryGb: 0.1, builds: 1 } })).toEqual({
      tier: "cax11",
      cpu: 2,
      memoryGb: 4,
      source: "language",
    });
  });
});

describe("advice", () => {
  test.each([
    [0, 0, 2, 4, "cax11"],
    [1.6, 3.3, 2, 4, "cax11"],
    [1.7, 3.4, 3, 5, "cax21"],
    // A fifth more than a whole number is not a hair more than that.
    [5, 5, 6, 6, "cax31"],
    [2.5, 10, 3, 12, "cax31"],
    [16, 1, 20, 4, "none"],
  ])("%d cores and %d GB in use make %d cores and %d GB: %s", (usedCpu, usedGb, cpu, memoryGb, tier) => {
    expect(adviseSize({ cpu: usedCpu, memoryGb: usedGb, builds: 4 })).toEqual({
      tier,
      cpu,
      memoryGb,
      builds: 4,
    });
  });
});

describe("one tier up", () => {
  test.each([
    ["cax11", "cax21"],
    ["cax21", "cax31"],
    ["cax31", "cax41"],
    ["cax41", undefined],
    ["none", undefined],
  ])("from %s", (name, above) => {
    expect(nextTier(name)?.name).toBe(above);
  });
});

function recorded(seconds: number, tier: string) {
  return estimateBuild({ seconds, builds: 3 }, 60, tier);
}

describe("estimate", () => {
  test("a quarter of the budget where nothing is known, and it says so", () => {
    expect(estimateBuild(undefined, 60, undefined)).toEqual({
      seconds: 900,
      costEur: 0,
      source: "budget",
      builds: 0,
    });
  });

  test("past builds know better, and an hour begun is an hour paid", () => {
    const source = { source: "recorded", builds: 3 };
    expect(recorded(12, "cax21")).toEqual({ seconds: 12, costEur: 0.0176, ...source });
    expect(recorded(3600, "cax21")).toEqual({ seconds: 3600, costEur: 0.0176, ...source });
    expect(recorded(3601, "cax41")).toEqual({ seconds: 3601, costEur: 0.133, ...source });
  });
});
