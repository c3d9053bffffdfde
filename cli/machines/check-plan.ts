// A plan held against what its provider has: builds that no machine of it will ever hold, as diagnostics where their size is said.

import { diagnoseFaults, type Fault } from "../../engine/catalog/diagnose-issues.ts";
import { buildSpecIn, directivesIn } from "../../engine/catalog/locate.ts";
import type { Diagnostic } from "../../engine/core/diagnostic.ts";
import type { Host } from "../../engine/core/host.ts";
import { unreachable } from "../../engine/core/unreachable.ts";
import { biggestMachine, findUnheld } from "../../engine/plan/appraise.ts";
import { decidingSize, declaredSizes } from "../../engine/plan/declared-sizes.ts";
import type { Plan, Step } from "../../engine/plan/step.ts";
import type { Survey } from "../../engine/ports/compute.ts";
import type { Project } from "../../engine/project.ts";
import { isKnownPlatform } from "../../schemas/known-platform.ts";
import type { LeasingProvider } from "../open-compute.ts";
import { locate } from "./tell-survey.ts";

export interface PlanCheck {
  readonly provider: LeasingProvider;
  readonly project: Pick<Project, "graph" | "directives">;
  readonly plan: Plan;
  readonly survey: Survey;
  /** Absolute. */
  readonly directivesPath: string;
  readonly host: Pick<Host, "files">;
}

/** Empty where each build finds a machine. */
export async function checkPlan(check: PlanCheck): Promise<readonly Diagnostic[]> {
  const { plan, survey, directivesPath, host } = check;
  const unheld = findUnheld(plan, survey.kinds);
  const diagnostics: Diagnostic[] = [];
  for (const [platform, steps] of Map.groupBy(unheld, (step) => step.platform)) {
    const excluded = survey.excluded.find((each) => each.platform === platform);
    if (excluded !== undefined) {
      const fault = { ...excluded.fault, path: ["runners", ...excluded.fault.path] };
      diagnostics.push(...diagnoseFaults([fault], await locate(directivesPath, host)));
    } else if (biggestMachine(survey.kinds, platform) === undefined)
      diagnostics.push(...diagnosePlatform(check, steps));
    else for (const step of steps) diagnostics.push(...(await diagnoseSize(check, step)));
  }
  return diagnostics;
}

/** One for all layers of a platform. */
function diagnosePlatform(
  { provider, project, survey }: PlanCheck,
  steps: readonly Step[],
): readonly Diagnostic[] {
  const [first] = steps;
  if (first === undefined) return [];
  const { located } = project.graph.layer(first.layer);
  const layers = Array.from(new Set(steps.map(({ layer }) => layer)));
  const known = survey.kinds
    .flatMap((kind) => kind.platforms)
    .filter((platform) => isKnownPlatform(platform));
  const platforms = Array.from(new Set(known));
  const fault: Fault = {
    path: ["platforms"],
    message: `of ${layers.join(", ")} wants a machine for ${first.platform}, and ${provider} has none`,
    help: `machines of ${provider} build for ${platforms.join(", ") || "nothing"}: declare platforms, or name other runners.candidates`,
  };
  return diagnoseFaults([fault], located);
}

async function diagnoseSize(check: PlanCheck, step: Step): Promise<readonly Diagnostic[]> {
  const { provider, survey, project } = check;
  const { runner, platform, layer } = step;
  const biggest = biggestMachine(survey.kinds, platform);
  if (biggest === undefined) return [];
  const { type, location, cpu, memoryGb } = biggest;
  const name = [type, location].filter((part) => part !== "").join(" in ");
  const candidates = project.directives.runners?.candidates === undefined ? "" : " of runners.candidates";
  // What is too much of the two; both together where each alone is not.
  const part = runner.cpu > cpu && runner.memoryGb <= memoryGb ? "cpu" : "memory_gb";
  const { path: field, located } = await findPlace(check, step, part);
  const fault: Fault = {
    path: field,
    message: `gives ${layer} ${runner.cpu} cpu and ${runner.memoryGb} GB, more than any machine of ${provider} for ${platform} has`,
    help: `the biggest${candidates}, ${name}, has ${cpu} cpu and ${memoryGb} GB`,
  };
  return diagnoseFaults([fault], located);
}

/** Where a build's size is said, in the order in which sizes are chosen (engine/plan/sizing.ts). */
async function findPlace(
  { project, directivesPath, host }: PlanCheck,
  { layer: name, runner }: Step,
  part: "cpu" | "memory_gb",
): Promise<{
  readonly path: readonly string[];
  readonly located: Awaited<ReturnType<typeof locate>>;
}> {
  const layer = project.graph.layer(name);
  const decided = decidingSize(declaredSizes(layer, project.directives.runner_override));
  if (decided === undefined)
    return { path: [runner.source === "language" ? "language" : "name"], located: layer.located };
  const { place, size } = decided;
  const field = size.runner_type === undefined ? part : "runner_type";
  switch (place) {
    case "own-directives":
      return {
        path: ["runner_override", field],
        located: await locate(directivesIn(layer.directory), host),
      };
    case "directives":
      return { path: ["runner_override", field], located: await locate(directivesPath, host) };
    case "build-spec":
      return { path: [field], located: await locate(buildSpecIn(layer.directory), host) };
    case "workflow":
      return { path: [field], located: layer.located };
    default:
      return unreachable(place);
  }
}
