// A plan without the layers that need nothing.

import { type Plan, type Step, stepKey } from "./step.ts";

/** Only steps that build or are held back; with `withAncestors` also current ones that these stand on. */
export function leaveOutCurrent(plan: Plan, withAncestors: boolean): Plan {
  const kept = new Set<string>();
  // Children before parents, so that one pass reaches all that anything stands on.
  for (const step of plan.steps.toReversed()) {
    const key = stepKey(step.layer, step.platform);
    if (step.action === "reuse" && !kept.has(key)) continue;
    kept.add(key);
    if (withAncestors) for (const parent of step.parents) kept.add(stepKey(parent, step.platform));
  }
  return { ...plan, steps: plan.steps.filter(({ layer, platform }) => kept.has(stepKey(layer, platform))) };
}

/** Whether a step has more to do than to follow its parents. */
export function isStaleItself({ action, reasons }: Pick<Step, "action" | "reasons">): boolean {
  return action !== "reuse" && reasons.some(({ kind }) => kind !== "parent-pending");
}
