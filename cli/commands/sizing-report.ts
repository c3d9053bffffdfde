// `lamina sizing report`: what builds were given, what they used, and what they speak for.

import { defineCommand, noOperands } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { flag } from "../option.ts";
import { renderReport, reportToJson } from "../sizing/report-text.ts";
import { surveySizes } from "../sizing/survey-sizes.ts";

export const command = defineCommand({
  name: "sizing report",
  operands: noOperands,
  description:
    "Shows of each layer the size that a build is given and where that comes from, what its last\n" +
    "builds used (the 95th percentile of cores in use, and of peaks of memory), the memory that\n" +
    "was given in vain, and the size that follows. Builds on leased machines are measured; what\n" +
    "was measured lies in .lamina/metrics.db, or at the pool that the project builds on.",
  options: { json: flag("as JSON (schemas/sizing-report.ts)") },
  examples: [
    { command: "lamina sizing report", does: "" },
    {
      command: "lamina sizing report --json | jq .total.gbHours.wasted",
      does: "memory that was paid for in vain",
    },
  ],
  run: async ({ options, directory, output }) => {
    const surveyed = await surveySizes({ directory, output });
    if (!surveyed.ok) return surveyed.error;
    output.result(
      options.json
        ? `${JSON.stringify(reportToJson(surveyed.value), null, 2)}\n`
        : renderReport(surveyed.value, output.stdout.color),
    );
    return exitCode.done;
  },
});
