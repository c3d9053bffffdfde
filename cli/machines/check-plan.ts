// A plan held against what its provider has: builds that no machine of it will ever hold, as diagnostics where their size is said.

import path from "node:path";
import { diagnoseFaults, type Fault } from "../../engine/catalog/diagnose-issues.ts";
import type { Diagnostic } from "../../engine/core/diagnostic.ts";
import type { Host } from "../../engine/core/host.ts";
import { biggestMachine, findUnheld } from "../../engine/plan/appraise.ts";
import type { DeclaredSize } from "../../engine/plan/sizing.ts";
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
  const override = fieldOf(project.directives.runner_override, part);
  if (override !== undefined)
    return { path: ["runner_override", override], located: await locate(directivesPath, host) };
  const spec = fieldOf(layer.buildSpec, part);
  if (spec !== undefined)
    return { path: [spec], located: await locate(path.join(layer.directory, ".build-spec.ncl"), host) };
  const { located } = layer;
  return {
    path: [fieldOf(layer.workflow, part) ?? (runner.source === "language" ? "language" : "name")],
    located,
  };
}

/** The field that says a size, or that part of it. */
function fieldOf(declared: DeclaredSize | undefined, part: "cpu" | "memory_gb"): string | undefined {
  if (declared?.runner_type !== undefined) return "runner_type";
  return declared?.cpu === undefined || declared.memory_gb === undefined ? undefined : part;
}
