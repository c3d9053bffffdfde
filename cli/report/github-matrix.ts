// The builds of a plan as matrices for the jobs of a GitHub workflow: schemas/github-matrix.ts, which a test holds it to.

import { err, ok, type Result } from "../../engine/core/result.ts";
import { type Plan, type Step, stepKey } from "../../engine/plan/step.ts";
import { arrangeWaves } from "../../engine/plan/waves.ts";
import type { GithubMatrix } from "../../schemas/github-matrix.ts";
import type { Platform } from "../../schemas/platform.ts";

/** What a `runs-on` is to be for a platform, or for one of its tiers only. */
export interface RunnerLabel {
  readonly platform: Platform;
  readonly tier: string | undefined;
  readonly label: string;
}

/** GitHub makes no more jobs of one matrix. */
export const mostJobs = 256;

/** GitHub takes no more than 1 MB from a job's output, at two bytes a character. */
export const longestOutput = 500_000;

/** What a job needs besides the build: a runner set up, the checkout, images handed over. */
const besidesMin = 10;

/** GitHub's own runners that build for a platform without emulation. */
const hosted: ReadonlyMap<string, string> = new Map([
  ["linux/amd64", "ubuntu-24.04"],
  ["linux/arm64", "ubuntu-24.04-arm"],
]);

/** The last fitting label counts, one for the tier before one for the platform. Fails with a platform that has no runner. */
export function planToGithubMatrix(
  plan: Plan,
  labels: readonly RunnerLabel[],
): Result<GithubMatrix, { readonly platform: Platform }> {
  const built = new Set(
    plan.steps.filter(({ action }) => action === "build").map((step) => stepKey(step.layer, step.platform)),
  );
  const waves: GithubMatrix["waves"] = [];
  for (const wave of arrangeWaves(plan, mostJobs)) {
    const include: GithubMatrix["waves"][number]["include"] = [];
    for (const step of wave) {
      const { layer, platform } = step;
      const runner = findRunner(step, labels);
      if (runner === undefined) return err({ platform });
      const needs = step.parents.filter((parent) => built.has(stepKey(parent, platform)));
      include.push({
        layer,
        platform,
        runner,
        timeoutMinutes: Math.ceil(step.timeBudgetMin) + besidesMin,
        needs,
      });
    }
    waves.push({ include });
  }
  return ok({ version: 1, jobs: built.size, waves });
}

function findRunner({ platform, runner }: Step, labels: readonly RunnerLabel[]): string | undefined {
  const fitting = labels.filter((label) => label.platform === platform);
  return (
    fitting.findLast(({ tier }) => tier === runner.tier)?.label ??
    fitting.findLast(({ tier }) => tier === undefined)?.label ??
    hosted.get(platform)
  );
}
