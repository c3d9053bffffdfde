// The steps of a plan that are to be built, in waves: whatever a step stands on is built in an earlier wave, so that all
// steps of a wave may be built at once.

import { type Plan, type Step, stepKey } from "./step.ts";

/** In as few waves as the graph allows, then each split into parts of at most `limit` steps. No wave is empty. */
export function arrangeWaves({ steps }: Plan, limit: number): readonly (readonly Step[])[] {
  const depths = new Map<string, number>();
  const waves: Step[][] = [];
  for (const step of steps) {
    if (step.action !== "build") continue;
    const depth = step.parents.reduce(
      (deepest, parent) => Math.max(deepest, (depths.get(stepKey(parent, step.platform)) ?? -1) + 1),
      0,
    );
    depths.set(stepKey(step.layer, step.platform), depth);
    const wave = waves[depth];
    if (wave === undefined) waves[depth] = [step];
    else wave.push(step);
  }
  return waves.flatMap((wave) =>
    Array.from({ length: Math.ceil(wave.length / limit) }, (_, part) =>
      wave.slice(part * limit, (part + 1) * limit),
    ),
  );
}
