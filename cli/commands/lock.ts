// `lamina lock --check`: whether the lock is current.

import { defineCommand, noOperands } from "../command.ts";
import { refuseUsage } from "../complain.ts";
import { exitCode } from "../exit-code.ts";
import { flag } from "../option.ts";
import { openHere, planHere, wholeCatalog } from "../project.ts";
import { count } from "../report/format.ts";
import { nodeToJson } from "../report/plan-json.ts";
import { renderLocalWorld, renderPlan } from "../report/plan-text.ts";

export const command = defineCommand({
  name: "lock",
  operands: noOperands,
  description:
    "Checks that the lock holds every layer of the catalog as it is now, and no other. Images\n" +
    "need not be here for that. Exits with 1 where the lock is behind.",
  options: {
    check: flag("compare, and change nothing"),
    json: flag("as JSON: the plan of what the lock lacks"),
  },
  examples: [{ command: "lamina lock --check", does: "for CI: fails when somebody forgot to build" }],
  run: async ({ options, directory, output, quiet }) => {
    if (!options.check)
      return refuseUsage(output, {
        message: "lock needs --check",
        help: "`lamina build` is what writes the lock",
      });
    const project = await openHere({ directory, output });
    if (!project.ok) return project.error;
    const { graph, lock } = project.value;
    const plan = await planHere(project.value, { ...wholeCatalog, images: { holds: () => true } });
    const behind = plan.steps.filter(({ action }) => action !== "reuse");
    const foreign = Object.keys(lock.current.layers).filter((name) => !graph.has(name));
    const isCurrent = behind.length === 0 && foreign.length === 0;
    if (options.json) {
      const nodes = behind.map(nodeToJson);
      output.result(`${JSON.stringify({ version: 1, ok: isCurrent, behind: nodes, foreign }, null, 2)}\n`);
    } else {
      output.remark(renderLocalWorld(plan.replacedBases));
      if (behind.length > 0)
        output.result(renderPlan({ ...plan, steps: behind }, { color: output.stdout.color, verbose: false }));
      for (const name of foreign) output.result(`${name} is in the lock, but not in the catalog\n`);
      if (!isCurrent && !quiet) output.remark("`lamina build` brings the lock up to date\n");
      if (isCurrent && !quiet)
        output.result(`${count(plan.steps.length, "layer")}, all as the lock has them\n`);
    }
    return isCurrent ? exitCode.done : exitCode.failed;
  },
});
