// `lamina runners list`: the machines that may cost money.

import { surveyLeases } from "../../engine/run/survey-leases.ts";
import type { RunnersListJson } from "../../schemas/runners.ts";
import { defineCommand, noOperands } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { count } from "../report/format.ts";
import { renderRunners, runnerToJson } from "../runners/report-text.ts";
import { runnersOptions, silentToJson, tellSilent, withRunners } from "../runners/with-runners.ts";

export const command = defineCommand({
  name: "runners list",
  operands: noOperands,
  description:
    "Shows the machines that builds of this workspace have leased and not given back: those of the\n" +
    "journal (.lamina/leases) and those that the provider lists, wherever they were leased; how\n" +
    "old each is, what it has cost so far, when it expires, and who uses it. A machine is left\n" +
    "over when the run that leased it has ended, or when it has expired.",
  options: runnersOptions,
  examples: [
    { command: "lamina runners list", does: "" },
    {
      command: "lamina runners list --json | jq -r '.runners[] | select(.leftOver) | .lease'",
      does: "what a reaping would take",
    },
  ],
  run: (invocation) =>
    withRunners(invocation, async (opened, signal) => {
      const { options, output, quiet } = invocation;
      const { clock, pool } = opened.deps;
      const survey = await surveyLeases(opened.deps, signal);
      const { leases } = survey;
      const nowMs = clock.nowMs();
      if (options.json) {
        const runners = leases.map((seen) => runnerToJson(seen, nowMs));
        const json: RunnersListJson = { version: 1, pool, runners, silent: silentToJson(survey) };
        output.result(`${JSON.stringify(json, null, 2)}\n`);
      } else output.result(renderRunners(leases, nowMs, output.stdout.color));
      const code = tellSilent(output, opened, survey);
      const leftOver = leases.filter(({ isLeftOver }) => isLeftOver).length;
      // Where nobody lists machines, none found is no news.
      if (!quiet && !options.json && (leases.length > 0 || code === exitCode.done))
        output.remark(
          leftOver === 0
            ? `${count(leases.length, "machine")}\n`
            : `${count(leases.length, "machine")}, ${leftOver} left over: \`lamina runners reap\` gives back what is\n`,
        );
      return code;
    }),
});
