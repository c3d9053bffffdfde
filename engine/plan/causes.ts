// Why a step is to be built, traced through the parents that are built first down to where something changed by itself.

import type { LayerName } from "../../schemas/layer-name.ts";
import { type Plan, type Reason, type Step, stepKey } from "./step.ts";

export interface Cause {
  readonly step: Step;
  /** Steps down to the nearest one with a cause of its own: 0 where it has one itself. */
  readonly distance: number;
  /** Its parents that are built first and are of this plan, the one with the nearest cause first. */
  readonly parents: readonly LayerName[];
}

/** Of every step that is not reused, by `stepKey`. One pass, as parents stand before children. */
export function traceCauses({ steps }: Plan): ReadonlyMap<string, Cause> {
  const causes = new Map<string, Cause>();
  for (const step of steps) {
    if (step.action === "reuse") continue;
    const distanceOf = (parent: LayerName): number =>
      causes.get(stepKey(parent, step.platform))?.distance ?? 0;
    const parents = step.reasons
      .flatMap((reason) => parentOf(reason) ?? [])
      .filter((parent) => causes.has(stepKey(parent, step.platform)))
      .sort((a, b) => distanceOf(a) - distanceOf(b));
    const [nearest] = parents;
    const isRoot = nearest === undefined || step.reasons.some((reason) => parentOf(reason) === undefined);
    const distance = isRoot ? 0 : distanceOf(nearest) + 1;
    causes.set(stepKey(step.layer, step.platform), { step, distance, parents });
  }
  return causes;
}

/** The shortest way from a layer to a cause: itself, the parent to blame, and so on. Empty where it is current. */
export function shortestChain(
  causes: ReadonlyMap<string, Cause>,
  { layer, platform }: Pick<Step, "layer" | "platform">,
): readonly LayerName[] {
  const chain: LayerName[] = [];
  let cause = causes.get(stepKey(layer, platform));
  while (cause !== undefined) {
    chain.push(cause.step.layer);
    const [next] = cause.parents;
    cause = cause.distance === 0 || next === undefined ? undefined : causes.get(stepKey(next, platform));
  }
  return chain;
}

/** The parent that a reason hands the question on to; undefined where the reason is a cause by itself. */
export function parentOf(reason: Reason): LayerName | undefined {
  return reason.kind === "parent-pending" || reason.kind === "parent-not-current" ? reason.parent : undefined;
}
