// `lamina lock --check`: whether the lock holds every layer of the catalog as it is now, and nothing else.

import type { Invocation } from "../command.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import { count } from "../report/format.ts";
import { nodeToJson } from "../report/plan-json.ts";
import { renderLocalWorld, renderPlan } from "../report/plan-text.ts";
import { surveyLock } from "./survey-lock.ts";

export async function checkLock(
  { directory, output, quiet, verbose }: Pick<Invocation, "directory" | "output" | "quiet" | "verbose">,
  json: boolean,
): Promise<ExitCode> {
  const surveyed = await surveyLock({ directory, output });
  if (!surveyed.ok) return surveyed.error;
  const { plan, foreign, unpinned } = surveyed.value;
  const behind = plan.steps.filter(({ action }) => action !== "reuse");
  const isCurrent = behind.length + foreign.length + unpinned.length === 0;
  const code = isCurrent ? exitCode.done : exitCode.failed;
  if (json) {
    const report = {
      version: 1,
      ok: isCurrent,
      behind: behind.map(nodeToJson),
      foreign,
      unpinned: unpinned.map(({ image, platform }) => ({ image, platform })),
    };
    output.result(`${JSON.stringify(report, null, 2)}\n`);
    return code;
  }
  output.remark(renderLocalWorld(plan.replacedBases));
  if (behind.length > 0)
    output.result(renderPlan({ ...plan, steps: behind }, { color: output.stdout.color, verbose }));
  for (const { image, platform } of unpinned) output.result(`${image} is not pinned for ${platform}\n`);
  for (const name of foreign) output.result(`${name} is in the lock, but not in the catalog\n`);
  if (quiet) return code;
  if (isCurrent) output.result(`${count(plan.steps.length, "layer")}, all as the lock has them\n`);
  else output.remark("`lamina build` brings the lock up to date\n");
  return code;
}
