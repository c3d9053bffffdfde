// `lamina outdated`: which external images have moved on since they were pinned.

import { defineCommand } from "../command.ts";
import { refuseUsage } from "../complain.ts";
import { exitCode } from "../exit-code.ts";
import { describeBases, isMoved } from "../lock/base-news.ts";
import { chooseBases } from "../lock/choose-bases.ts";
import { lookUpExitCode, tellLookUpFailures, withLookUps } from "../lock/look-up.ts";
import { outdatedToJson, renderOutdated } from "../lock/outdated-text.ts";
import { surveyLock } from "../lock/survey-lock.ts";
import { flag } from "../option.ts";
import { renderLocalWorld } from "../report/plan-text.ts";
import { createHost, openImageInspector } from "../wire.ts";

export const command = defineCommand({
  name: "outdated",
  operands: { name: "BASE", min: 0, max: Number.POSITIVE_INFINITY },
  description:
    "Asks the registries what the tags of external images stand for today, and shows those that\n" +
    "stand for something else than the lock has pinned: since when, and how many layers stand on\n" +
    "them and would be built again. Changes nothing.",
  options: {
    "exit-code": flag("exit with 1 if one has moved on"),
    json: flag("as JSON, also those that have not moved (schemas/lock-reports.ts)"),
  },
  examples: [
    { command: "lamina outdated", does: "what there is that is newer" },
    { command: "lamina outdated --exit-code debian:trixie-slim", does: "for a scheduled job" },
    {
      command: "lamina outdated --json | jq -r '.bases[] | select(.state == \"moved\") | .image'",
      does: "names",
    },
  ],
  run: async ({ options, operands, directory, output, quiet, verbose }) => {
    const surveyed = await surveyLock({ directory, output });
    if (!surveyed.ok) return surveyed.error;
    const { project, plan, uses } = surveyed.value;
    const known = new Set([...uses.map(({ image }) => image), ...plan.replacedBases.keys()]);
    const chosen = chooseBases(operands, known);
    if (!chosen.ok) return refuseUsage(output, chosen.error);
    output.remark(renderLocalWorld(plan.replacedBases));
    const wanted = uses.filter(({ image }) => chosen.value.size === 0 || chosen.value.has(image));
    return withLookUps(wanted, async (answers, signal) => {
      const news = await describeBases(answers, project.lock, await openImageInspector(), signal);
      tellLookUpFailures(output, answers);
      if (options.json) output.result(`${JSON.stringify(outdatedToJson(news, plan), null, 2)}\n`);
      else {
        const { color } = output.stdout;
        output.result(renderOutdated(news, { color, quiet, verbose, nowMs: createHost().clock.nowMs() }));
      }
      const code = lookUpExitCode(answers);
      return code === exitCode.done && options["exit-code"] && news.some(isMoved) ? exitCode.failed : code;
    });
  },
});
