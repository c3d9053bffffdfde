// A plan at the prices of the provider that it would lease from: each build with the kind of machine that would be taken.

import type { Platform } from "../../schemas/platform.ts";
import { costOfHours, type Priced } from "./billing.ts";
import { findMachine, type KnownMachine } from "./find-machine.ts";
import type { Plan, PlannedMachine, Step } from "./step.ts";

/** A kind of machine with its price; see MachineKind in ports/compute.ts. */
export interface PricedMachine extends KnownMachine, Priced {
  readonly type: string;
  readonly location: string;
}

/** Those builds that no machine holds have none, and cost nothing. */
export function appraisePlan(plan: Plan, kinds: readonly PricedMachine[]): Plan {
  return { ...plan, steps: plan.steps.map((step) => appraiseStep(step, kinds)) };
}

function appraiseStep(step: Step, kinds: readonly PricedMachine[]): Step {
  if (step.action !== "build") return step;
  const { runner, platform, estimate } = step;
  const kind = findMachine(kinds, runner, platform);
  const costEur = kind === undefined ? 0 : costOfHours(kind, estimate.seconds / 3600);
  const machine = kind === undefined ? undefined : describe(kind, runner);
  return {
    ...step,
    runner: { ...runner, ...(machine === undefined ? {} : { machine }) },
    estimate: { ...estimate, costEur: Math.round(costEur * 10_000) / 10_000 },
  };
}

/** One that has the size that is asked for has no other. */
function describe(
  { type, location, eurPerHour, isAvailable, sizing, ...has }: PricedMachine,
  { cpu, memoryGb }: Step["runner"],
): PlannedMachine {
  const size = sizing === "fixed" ? { cpu: has.cpu, memoryGb: has.memoryGb } : { cpu, memoryGb };
  return { type, location, ...size, eurPerHour, isAvailable };
}

/** Builds that none of the kinds holds. */
export function findUnheld(plan: Plan, kinds: readonly KnownMachine[]): readonly Step[] {
  return plan.steps.filter(
    ({ action, runner, platform }) =>
      action === "build" && findMachine(kinds, runner, platform) === undefined,
  );
}

/** The biggest of the kinds for a platform, by memory; undefined where there is none. */
export function biggestMachine<K extends KnownMachine>(
  kinds: readonly K[],
  platform: Platform,
): K | undefined {
  return kinds
    .filter(({ platforms }) => platforms.includes(platform))
    .toSorted((a, b) => b.memoryGb - a.memoryGb || b.cpu - a.cpu)[0];
}
