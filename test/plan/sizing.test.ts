// Sizes and estimates: the tables that the defaults come from, and which rule wins.

import { describe, expect, test } from "vitest";
import { estimateBuild } from "../../engine/plan/estimate.ts";
import { chooseSize, timeBudgetMin } from "../../engine/plan/sizing.ts";

describe("size", () => {
  test.each([
    ["rust", "cax21", 4, 8, 60],
    ["go", "cax11", 2, 4, 30],
    ["java", "cax21", 4, 8, 45],
    ["nushell", "cax11", 2, 4, 30],
    ["constructor", "cax11", 2, 4, 30],
  ])("what %s usually needs", (language, tier, cpu, memoryGb, minutes) => {
    expect(chooseSize({ language })).toEqual({ tier, cpu, memoryGb, source: "language" });
    expect(timeBudgetMin({ language })).toBe(minutes);
  });

  test("a declared tier wins over a declared size, and that over the language", () => {
    const declared = { language: "rust", cpu: 6, memory_gb: 8 };
    expect(chooseSize(declared)).toEqual({ tier: "cax31", cpu: 6, memoryGb: 8, source: "explicit" });
    expect(chooseSize({ ...declared, runner_type: "cax11" })).toEqual({
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
    expect(chooseSize({ language: "rust", cpu, memory_gb: memoryGb }).tier).toBe(tier);
  });

  test("a declared time budget wins", () => {
    expect(timeBudgetMin({ language: "rust", time_budget_min: 7 })).toBe(7);
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
