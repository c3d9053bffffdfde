// The size of a runner in words: what is used, and what past builds speak for. Tiers have the names of one provider's machines, of
// one architecture, so that sizes are told by what they hold.

import type { PlannedMachine, RunnerSize } from "../../engine/plan/step.ts";
import { count } from "./format.ts";

/** "4 cpu, 8 GB (language)" */
export function describeSize({ cpu, memoryGb, source }: RunnerSize): string {
  return `${cpu} cpu, ${memoryGb} GB (${source})`;
}

/** "cax21 in fsn1, 0.0176 EUR/h"; "none" where nothing holds it. */
export function describeMachine(machine: PlannedMachine | undefined): string {
  if (machine === undefined) return "none";
  const { type, location, cpu, memoryGb, eurPerHour, isAvailable } = machine;
  const name = type === "" ? `${cpu} cpu, ${memoryGb} GB` : type;
  const place = location === "" ? name : `${name} in ${location}`;
  const price = eurPerHour > 0 ? `, ${eurPerHour.toFixed(4)} EUR/h` : "";
  return `${place}${price}${isAvailable ? "" : ", sold out now"}`;
}

/** "20 builds speak for 2 cpu, 4 GB (lamina sizing approve)"; nothing where there is no advice. */
export function describeAdvice({ advice }: RunnerSize): readonly string[] {
  if (advice === undefined) return [];
  const { cpu, memoryGb, builds } = advice;
  const verb = builds === 1 ? "speaks" : "speak";
  return [`${count(builds, "build")} ${verb} for ${cpu} cpu, ${memoryGb} GB (lamina sizing approve)`];
}
