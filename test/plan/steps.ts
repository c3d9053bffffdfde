// Plans for tests of what is made of them: steps in a few words, and any graph of them.

import * as fc from "fast-check";
import type { Plan, Step } from "../../engine/plan/step.ts";
import { amd64, arm64, layer } from "../lock/samples.ts";

/** A step that builds for a reason of its own, as far as it is not told otherwise; parents by name. */
export function stepOf(
  name: string,
  { parents = [], seconds = 60, action = "build", ...rest }: Partial<Omit<Step, "parents">> & StepSpec = {},
): Step {
  const builds = action === "build";
  return {
    layer: layer(name),
    platform: amd64,
    action,
    reasons: action === "reuse" ? [] : [{ kind: "never-built" }],
    mayBeReused: false,
    inputDigest: null,
    imageDigest: null,
    parents: parents.map(layer),
    runner: { tier: "cax11", cpu: 2, memoryGb: 4, source: "language" },
    timeBudgetMin: 30,
    cache: { from: [], to: [] },
    estimate: {
      seconds: builds ? seconds : 0,
      costEur: 0,
      source: builds ? "recorded" : "idle",
      builds: builds ? 3 : 0,
    },
    ...rest,
  };
}

export interface StepSpec {
  readonly parents?: readonly string[];
  readonly seconds?: number;
}

export function planOf(steps: readonly Step[]): Plan {
  return { steps, replacedBases: new Map() };
}

/** Any graph of up to `most` layers, on one platform or two, some current, each to take a whole number of seconds. */
export function arbitraryPlan(most: number): fc.Arbitrary<Plan> {
  const spec = fc.record({
    parents: fc.uniqueArray(fc.nat({ max: most - 1 }), { maxLength: 3 }),
    isCurrent: fc.boolean(),
    seconds: fc.nat({ max: 100 }),
  });
  return fc
    .tuple(fc.array(spec, { maxLength: most }), fc.constantFrom([amd64], [amd64, arm64]))
    .map(([specs, platforms]) =>
      planOf(
        specs.flatMap(({ parents, isCurrent, seconds }, index) =>
          platforms.map((platform) =>
            stepOf(`l${index}`, {
              platform,
              parents: parents.filter((parent) => parent < index).map((parent) => `l${parent}`),
              action: isCurrent ? "reuse" : "build",
              seconds,
            }),
          ),
        ),
      ),
    );
}
