// A plan as `lamina plan --json` prints it: schemas/plan.ts, which a test holds it to.

import type { Plan, Step } from "../../engine/plan/step.ts";
import { planVersion } from "../../schemas/plan.ts";

/** Nodes in topological order. */
export function planToJson({ steps, replacedBases }: Plan) {
  return {
    version: planVersion,
    nodes: steps.map(nodeToJson),
    replacedBases: Object.fromEntries(replacedBases),
  };
}

function nodeToJson({
  layer,
  platform,
  action,
  reasons,
  inputDigest,
  parents,
  runner,
  cache,
  estimate,
}: Step) {
  return { layer, platform, action, reasons, inputDigest, parents, runner, cache, estimate };
}
