// `lamina plan`: the decision of a build with its reasons, without doing it.

import type { Plan } from "../../engine/plan/step.ts";
import { actorOptions, findActor } from "../actor-option.ts";
import { defineCommand } from "../command.ts";
import { complain, refuseUsage } from "../complain.ts";
import { computeOption, leasingProvider } from "../compute-option.ts";
import { concurrencyOption, defaultConcurrency } from "../concurrency.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import { appraiseHere } from "../machines/appraise-here.ts";
import { findCacheFault, openCaches } from "../open-caches.ts";
import { openSelection } from "../open-selection.ts";
import { choice, flag } from "../option.ts";
import type { Output } from "../output.ts";
import { planHere } from "../project.ts";
import { findProjectRegistry } from "../project-registry.ts";
import { longestOutput, planToGithubMatrix, type RunnerLabel } from "../report/github-matrix.ts";
import { planToJson } from "../report/plan-json.ts";
import { renderLocalWorld, renderPlan } from "../report/plan-text.ts";
import { runsOnOption } from "../runs-on.ts";
import { operandsHelp, selectionOptions } from "../selection.ts";
import { learnNeeds } from "../sizing/learn-needs.ts";

export const command = defineCommand({
  name: "plan",
  operands: { name: "LAYER", min: 0, max: Number.POSITIVE_INFINITY },
  description:
    "Shows what `lamina build` would do with the same arguments: for each layer whether it\n" +
    "would be built, reused or held back, and every reason for it. Changes nothing.\n" +
    "\n" +
    "A layer that says `maybe` is built only if a parent that is built first comes out changed.\n" +
    "\n" +
    operandsHelp,
  options: {
    ...selectionOptions,
    concurrency: concurrencyOption,
    compute: computeOption,
    ...actorOptions,
    format: choice(
      ["text", "json", "github-matrix"],
      "text by default; json: schemas/plan.ts; github-matrix: schemas/github-matrix.ts",
    ),
    json: flag("the same as --format json"),
    "runs-on": runsOnOption,
  },
  examples: [
    { command: "lamina plan", does: "all layers" },
    { command: "lamina plan 'rust*'", does: "layers by a pattern, and what they stand on" },
    { command: "lamina plan --json | jq '.nodes[] | select(.action == \"build\")'", does: "for scripts" },
    {
      command: 'plan=$(lamina plan --format github-matrix) && echo "plan=$plan" >> "$GITHUB_OUTPUT"',
      does: "for the jobs of a workflow, wave by wave",
    },
  ],
  run: async ({ options, operands, directory, output, verbose }) => {
    if (options.json && options.format !== undefined && options.format !== "json")
      return refuseUsage(output, {
        message: `--json and --format ${options.format} exclude each other`,
        help: "keep one of them",
      });
    const opened = await openSelection({ options, operands, directory, output });
    if (!opened.ok) return opened.error;
    const { selection } = opened.value;
    const provider = leasingProvider(options.compute, opened.value.project.directives);
    const project = await learnNeeds(opened.value.project, provider, output);
    const caches = await openCaches(options, project);
    if (!caches.ok) return refuseUsage(output, caches.error);
    const actor = findActor(options, project.directives.cache_policy);
    const registry = findProjectRegistry(project, actor, "catalog", (text) =>
      output.remark(`note: ${text}\n`),
    );
    const place = provider ?? "here";
    const plan = await planHere(project, { ...selection, place, caches: caches.value, registry });
    const fault = findCacheFault(plan, caches.value);
    if (fault !== undefined) return refuseUsage(output, fault);
    const concurrency = options.concurrency ?? defaultConcurrency();
    const format = options.json ? "json" : (options.format ?? "text");
    // Jobs of a workflow are no machines of the provider.
    const leasing = format === "github-matrix" ? undefined : provider;
    const appraised = await appraiseHere(leasing, project, plan, output);
    if (!appraised.ok) return appraised.error;
    const { plan: priced, prices } = appraised.value;
    switch (format) {
      case "json":
        output.result(`${JSON.stringify(planToJson(priced, concurrency, prices), null, 2)}\n`);
        return exitCode.done;
      case "github-matrix":
        output.remark(renderLocalWorld(plan.replacedBases));
        return tellGithubMatrix(plan, options["runs-on"], output);
      case "text": {
        output.remark(renderLocalWorld(plan.replacedBases));
        const { color } = output.stdout;
        const showCurrent = options["with-ancestors"];
        output.result(renderPlan(priced, { color, verbose, showCurrent, concurrency, prices }));
        return exitCode.done;
      }
    }
  },
});

/** One line on stdout. */
function tellGithubMatrix(plan: Plan, labels: readonly RunnerLabel[], output: Output): ExitCode {
  const matrix = planToGithubMatrix(plan, labels);
  if (!matrix.ok) {
    const { platform } = matrix.error;
    return refuseUsage(output, {
      message: `it is not known which runner builds for ${platform}`,
      help: `name one: --runs-on ${platform}=LABEL`,
    });
  }
  const blocked = plan.steps.filter(({ action }) => action === "blocked").map(({ layer }) => layer);
  if (blocked.length > 0) output.remark(`in no wave, as they are held back: ${blocked.join(", ")}\n`);
  const line = JSON.stringify(matrix.value);
  if (line.length > longestOutput)
    complain(
      output,
      `the matrix has ${line.length} characters, and GitHub cuts off outputs of a job at ${longestOutput}`,
      "plan fewer layers at once, by name or with --since",
    );
  output.result(`${line}\n`);
  return exitCode.done;
}
