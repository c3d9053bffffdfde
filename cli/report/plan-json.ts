// A plan as `lamina plan --json` prints it: schemas/plan.ts.

import type { Plan, Step } from "../../engine/plan/step.ts";
import { type PlanJson, planVersion } from "../../schemas/plan.ts";

/** Nodes in topological order. */
export function planToJson({ steps, replacedBases }: Plan): PlanJson {
  return {
    version: planVersion,
    nodes: steps.map(nodeToJson),
    replacedBases: Object.fromEntries(replacedBases),
  };
}

function nodeToJson(step: Step): PlanJson["nodes"][number] {
  const { layer, platform, action, reasons, inputDigest, parents, runner, cache, estimate } = step;
  return {
    layer,
    platform,
    action,
    reasons: [...reasons],
    inputDigest,
    parents: [...parents],
    runner,
    cache: { from: [...cache.from], to: [...cache.to] },
    estimate,
  };
}
