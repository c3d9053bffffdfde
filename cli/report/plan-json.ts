// A plan as `lamina plan --json` prints it: schemas/plan.ts, which a test holds it to. That is no import of this file: it
// would load zod for a single number.

import { estimatePlan } from "../../engine/plan/estimate-plan.ts";
import type { Plan, Step } from "../../engine/plan/step.ts";
import type { PlanJson } from "../../schemas/plan.ts";
import type { Prices } from "../machines/appraise-here.ts";

/** Nodes in topological order; the estimate of the whole is for that many builds at once. */
export function planToJson(plan: Plan, concurrency: number, prices?: Prices) {
  return {
    version: 1 satisfies PlanJson["version"],
    nodes: plan.steps.map(nodeToJson),
    estimate: estimatePlan(plan, concurrency),
    ...(prices === undefined ? {} : { prices }),
    replacedBases: Object.fromEntries(plan.replacedBases),
  };
}

export function nodeToJson(step: Step) {
  const { layer, platform, action, reasons, mayBeReused, inputDigest, parents } = step;
  const { runner, timeBudgetMin, cache, estimate } = step;
  return {
    layer,
    platform,
    action,
    reasons,
    mayBeReused,
    inputDigest,
    parents,
    runner,
    timeBudgetMin,
    cache: { from: cache.from.map(({ address }) => address), to: cache.to.map(({ address }) => address) },
    estimate,
  };
}
