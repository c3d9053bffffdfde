// How long a whole plan takes, played through.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { estimatePlan } from "../../engine/plan/estimate-plan.ts";
import { arbitraryPlan, planOf, stepOf } from "./steps.ts";

describe("the estimate of a plan", () => {
  const diamond = [
    stepOf("base", { seconds: 10 }),
    stepOf("left", { seconds: 20, parents: ["base"] }),
    stepOf("right", { seconds: 5, parents: ["base"], mayBeReused: true }),
    stepOf("top", {
      parents: ["left", "right"],
      estimate: { seconds: 100, costEur: 0.02, source: "budget", builds: 0 },
    }),
  ];

  test("work, longest path, time and what they rest on", () => {
    expect(estimatePlan(planOf(diamond), 2)).toEqual({
      concurrency: 2,
      workSeconds: 135,
      criticalPathSeconds: 130,
      wallSeconds: 130,
      costEur: 0.02,
      builds: 4,
      sparable: 1,
      unrecorded: 1,
    });
    expect(estimatePlan(planOf(diamond), 1).wallSeconds).toBe(135);
  });

  test("nothing to build takes nothing", () => {
    const current = stepOf("a", { action: "reuse" });
    const blocked = stepOf("b", { action: "blocked", parents: ["a"] });
    expect(estimatePlan(planOf([current, blocked]), 3)).toMatchObject({ wallSeconds: 0, builds: 0 });
  });

  test("what has the longest path before it goes first", () => {
    const steps = [
      stepOf("a", { seconds: 10 }),
      stepOf("b", { seconds: 10 }),
      stepOf("c", { seconds: 5 }),
      stepOf("c-child", { seconds: 20, parents: ["c"] }),
    ];
    // c with a, then c-child at 5 beside a and b. In order of names it would be 35.
    expect(estimatePlan(planOf(steps), 2).wallSeconds).toBe(25);
  });

  test("of any plan: between the lower bounds and Graham's upper bound; alone it is the work", () => {
    fc.assert(
      fc.property(arbitraryPlan(30), fc.integer({ min: 1, max: 8 }), (plan, concurrency) => {
        const { wallSeconds, workSeconds, criticalPathSeconds } = estimatePlan(plan, concurrency);
        expect(wallSeconds).toBeGreaterThanOrEqual(Math.max(criticalPathSeconds, workSeconds / concurrency));
        const graham = workSeconds / concurrency + criticalPathSeconds * (1 - 1 / concurrency);
        expect(wallSeconds).toBeLessThanOrEqual(graham + 1e-9);
        expect(estimatePlan(plan, 1).wallSeconds).toBe(workSeconds);
        expect(estimatePlan(plan, 1000).wallSeconds).toBe(criticalPathSeconds);
      }),
    );
  });
});
