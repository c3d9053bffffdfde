// The lock held against the catalog: what stands in it for nothing, and what external images it has still to pin.

import { ok, type Result } from "../../engine/core/result.ts";
import { type BaseUse, findBaseUses } from "../../engine/plan/base-uses.ts";
import type { Plan } from "../../engine/plan/step.ts";
import type { Project } from "../../engine/project.ts";
import type { Invocation } from "../command.ts";
import type { ExitCode } from "../exit-code.ts";
import { openHere, planHere, wholeCatalog } from "../project.ts";

export interface LockSurvey {
  readonly project: Project;
  /** Of every layer, as if each image that the lock names were here: that is not the lock's matter. */
  readonly plan: Plan;
  /** External images that are not replaced here. */
  readonly uses: readonly BaseUse[];
  /** Of them, those without a digest. */
  readonly unpinned: readonly BaseUse[];
  /** Layers and external images in the lock that the catalog does not have, by name. */
  readonly foreign: readonly string[];
}

/** Opens the project in or above the command's folder and looks. Changes nothing. */
export async function surveyLock(
  here: Pick<Invocation, "directory" | "output">,
): Promise<Result<LockSurvey, ExitCode>> {
  const opened = await openHere(here);
  if (!opened.ok) return opened;
  const project = opened.value;
  const { graph, lock, replacedBases } = project;
  const plan = await planHere(project, { ...wholeCatalog, images: { holds: () => true } });
  const all = findBaseUses(graph, plan.steps);
  const uses = all.filter(({ image }) => !replacedBases.has(image));
  const { bases, layers } = lock.current;
  const known = new Set(all.map(({ image }) => image));
  return ok({
    project,
    plan,
    uses,
    unpinned: uses.filter(({ image, platform }) => lock.pinOf(image, platform) === undefined),
    foreign: [
      ...Object.keys(layers).filter((name) => !graph.has(name)),
      ...Object.keys(bases).filter((image) => !known.has(image)),
    ].sort(),
  });
}
