// Why a layer would be built, as `lamina why --json` prints it: schemas/why.ts, which a test holds it to.

import { shortestChain, traceCauses } from "../../engine/plan/causes.ts";
import type { Plan, Step } from "../../engine/plan/step.ts";
import type { LockEntry } from "../../schemas/lock.ts";
import type { WhyJson } from "../../schemas/why.ts";
import { nodeToJson } from "./plan-json.ts";

/** `targets` are steps of the plan. */
export function whyToJson(
  plan: Plan,
  targets: readonly Step[],
  entryOf: (step: Step) => LockEntry | undefined,
) {
  const causes = traceCauses(plan);
  return {
    version: 1 satisfies WhyJson["version"],
    targets: targets.map((step) => ({
      layer: step.layer,
      platform: step.platform,
      action: step.action,
      chain: shortestChain(causes, step),
      locked: lockedToJson(entryOf(step)),
    })),
    nodes: plan.steps.map(nodeToJson),
    replacedBases: Object.fromEntries(plan.replacedBases),
  };
}

function lockedToJson(entry: LockEntry | undefined) {
  if (entry === undefined) return null;
  const { image, sizeBytes, input, inputs } = entry;
  return { image, sizeBytes, input, parents: inputs.parents, bases: inputs.bases };
}
