// `lamina plan`: the decision of a build with its reasons, without doing it.

import { defineCommand } from "../command.ts";
import { refuseUsage } from "../complain.ts";
import { exitCode } from "../exit-code.ts";
import { flag } from "../option.ts";
import { openHere, planHere } from "../project.ts";
import { planToJson } from "../report/plan-json.ts";
import { renderLocalWorld, renderPlan } from "../report/plan-text.ts";
import { renderLeftOut, replacedBases, selectionOptions, selectLayers } from "../selection.ts";

export const command = defineCommand({
  name: "plan",
  operands: { name: "LAYER", min: 0, max: Number.POSITIVE_INFINITY },
  description:
    "Shows what `lamina build` would do with the same arguments: for each layer whether it\n" +
    "would be built, reused or held back, and every reason for it. Changes nothing.",
  options: { ...selectionOptions, json: flag("as JSON (schemas/plan.ts), in topological order") },
  examples: [
    { command: "lamina plan", does: "all layers" },
    { command: "lamina plan 'rust*'", does: "layers by a pattern, and what they stand on" },
    { command: "lamina plan --json | jq '.nodes[] | select(.action == \"build\")'", does: "for scripts" },
  ],
  run: async ({ options, operands, directory, output, verbose }) => {
    const project = await openHere({ directory, output }, replacedBases(options.base, directory));
    if (!project.ok) return project.error;
    const selection = selectLayers(project.value.graph, operands, options);
    if (!selection.ok) return refuseUsage(output, selection.error);
    output.remark(renderLeftOut(selection.value));
    const plan = await planHere(project.value, selection.value);
    if (options.json) output.result(`${JSON.stringify(planToJson(plan), null, 2)}\n`);
    else {
      output.remark(renderLocalWorld(plan.replacedBases));
      output.result(renderPlan(plan, { color: output.stdout.color, verbose }));
    }
    return exitCode.done;
  },
});
