// `lamina runners reap`: gives back the machines that runs left over.

import { reapLeases } from "../../engine/run/reap.ts";
import { surveyLeases } from "../../engine/run/survey-leases.ts";
import type { RunnersReapJson } from "../../schemas/runners.ts";
import { defineCommand, noOperands } from "../command.ts";
import { complain } from "../complain.ts";
import { exitCode } from "../exit-code.ts";
import { flag } from "../option.ts";
import { count } from "../report/format.ts";
import { nameRunner, runnerToJson } from "../runners/report-text.ts";
import { runnersOptions, silentToJson, tellSilent, withRunners } from "../runners/with-runners.ts";

export const command = defineCommand({
  name: "runners reap",
  operands: noOperands,
  description:
    "Gives back the machines that are left over: of runs on this machine that ended without doing\n" +
    "so, however they ended, and of this workspace's runs anywhere once they have expired. What a\n" +
    "live run uses is not touched, nor is any machine of another workspace. Each build on leased\n" +
    "machines begins with the same.",
  options: { ...runnersOptions, "dry-run": flag("only show what would be given back") },
  examples: [
    { command: "lamina runners reap", does: "" },
    { command: "lamina runners reap --dry-run", does: "what it would take" },
    { command: "lamina runners reap --quiet --compute hcloud", does: "for a scheduled job" },
  ],
  run: (invocation) =>
    withRunners(invocation, async (opened, signal) => {
      const { options, output, quiet } = invocation;
      const { deps, closed } = opened;
      const dryRun = options["dry-run"];
      const reaped = dryRun ? await foresee(deps, signal) : await reapLeases(deps, signal);
      const { removed, left } = reaped;
      const nowMs = deps.clock.nowMs();
      const failed = reaped.failed.map(({ seen, message }) => ({
        seen,
        message: closed.get(seen.provider)?.message ?? message,
      }));
      if (options.json) {
        const json: RunnersReapJson = {
          version: 1,
          pool: deps.pool,
          dryRun,
          removed: removed.map((seen) => runnerToJson(seen, nowMs)),
          failed: failed.map(({ seen, message }) => ({ ...runnerToJson(seen, nowMs), message })),
          left: left.map((seen) => runnerToJson(seen, nowMs)),
          silent: silentToJson(reaped),
        };
        output.result(`${JSON.stringify(json, null, 2)}\n`);
      } else
        for (const seen of removed)
          output.result(`${dryRun ? "would give back" : "gave back"} ${nameRunner(seen)}\n`);
      for (const { seen, message } of failed)
        complain(output, `${nameRunner(seen)} was not given back: ${message}`);
      const code = tellSilent(output, opened, reaped);
      const found = removed.length + failed.length;
      // Where nobody lists machines, none found is no news.
      if (!quiet && !options.json && (found + left.length > 0 || code === exitCode.done)) {
        const used = left.length === 0 ? "" : `, ${left.length} in use`;
        const fate = dryRun || removed.length === 0 ? "left over" : "given back";
        const amount = fate === "given back" ? removed.length : found;
        output.remark(`${count(amount, "machine")} ${fate}${used}\n`);
      }
      return code === exitCode.done && failed.length > 0 ? exitCode.failed : code;
    }),
});

async function foresee(...survey: Parameters<typeof surveyLeases>): ReturnType<typeof reapLeases> {
  const { leases, silent } = await surveyLeases(...survey);
  return {
    removed: leases.filter(({ isLeftOver }) => isLeftOver),
    failed: [],
    left: leases.filter(({ isLeftOver }) => !isLeftOver),
    silent,
  };
}
