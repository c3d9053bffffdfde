// What is known of the sizes of a project's layers: what each is given, what its builds used, what is approved.

import type { ApprovedEntry } from "../../engine/catalog/approved-sizes.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";
import { adviseSize } from "../../engine/plan/sizing.ts";
import type { RunnerSize, SizeAdvice, Step } from "../../engine/plan/step.ts";
import type { BuildMetrics, LayerP95 } from "../../engine/ports/metrics.ts";
import type { Project } from "../../engine/project.ts";
import type { LayerName } from "../../schemas/layer-name.ts";
import type { Platform } from "../../schemas/platform.ts";
import type { Invocation } from "../command.ts";
import { complain } from "../complain.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import { openHere, planHere, wholeCatalog } from "../project.ts";
import { createHost } from "../wire.ts";
import { openMetrics } from "./open-metrics.ts";

export interface LayerSizes {
  readonly layer: LayerName;
  readonly platform: Platform;
  readonly runner: RunnerSize;
  /** The last ones first. */
  readonly builds: readonly BuildMetrics[];
  readonly used: LayerP95 | undefined;
  readonly advice: SizeAdvice | undefined;
  readonly approved: ApprovedEntry | undefined;
}

export interface SizeSurvey {
  readonly project: Project;
  /** One for each layer of the catalog on each platform that builds or approvals know, in topological order. */
  readonly sizes: readonly LayerSizes[];
  readonly place: string;
}

/** As many as a pool tells. */
const mostBuilds = 1000;

/** Opens the project and its metrics; what keeps it from that is told, and the exit code given. */
export async function surveySizes(
  here: Pick<Invocation, "directory" | "output">,
): Promise<Result<SizeSurvey, ExitCode>> {
  const opened = await openHere(here);
  if (!opened.ok) return opened;
  const project = opened.value;
  const host = createHost();
  const { root, workspace } = project.graph;
  const { store, place } = await openMetrics(root, project.directives, (name) => host.env(name));
  const builds = await store.builds(workspace, mostBuilds);
  const needs = await store.p95(workspace);
  await store.close();
  if (!builds.ok || !needs.ok) {
    const failure = builds.ok ? needs : builds;
    if (!failure.ok) complain(here.output, failure.error.message);
    return err(exitCode.environment);
  }
  // Machines that are leased need not be like this one.
  const seen = [...builds.value, ...needs.value, ...project.approvedSizes].map(({ platform }) => platform);
  const plan = await planHere(project, { ...wholeCatalog, platforms: Array.from(new Set(seen)) });
  const sizes = plan.steps.map((step) => {
    const used = needs.value.find(isOf(step));
    return {
      layer: step.layer,
      platform: step.platform,
      runner: step.runner,
      builds: builds.value.filter(isOf(step)),
      used,
      advice: used && adviseSize(used),
      approved: project.approvedSizes.find(isOf(step)),
    };
  });
  return ok({ project, sizes, place });
}

type StepName = Pick<Step, "layer" | "platform">;

function isOf(step: StepName): (other: StepName) => boolean {
  return ({ layer, platform }) => layer === step.layer && platform === step.platform;
}
