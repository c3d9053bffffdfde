// `lamina why LAYER`: the chain of reasons down to the file, key or parent.

import { defineCommand } from "../command.ts";
import { refuseUsage } from "../complain.ts";
import { exitCode } from "../exit-code.ts";
import { flag } from "../option.ts";
import { openHere, planHere } from "../project.ts";
import { planToJson } from "../report/plan-json.ts";
import { renderLocalWorld, renderWhy } from "../report/plan-text.ts";
import { baseOption, findLayer, replacedBases } from "../selection.ts";

export const command = defineCommand({
  name: "why",
  operands: { name: "LAYER", min: 1, max: 1 },
  description:
    "Tells why a layer would be built or is current: what changed in its folder or its\n" +
    "declaration, and the same of every layer below that is to be built first.",
  options: { base: baseOption, json: flag("as JSON: the plan of this layer and what it stands on") },
  examples: [{ command: "lamina why rust-deps", does: "the chain of reasons" }],
  run: async ({ options, operands, directory, output }) => {
    const project = await openHere({ directory, output }, replacedBases(options.base, directory));
    if (!project.ok) return project.error;
    const layer = findLayer(project.value.graph, operands[0] ?? "");
    if (!layer.ok) return refuseUsage(output, layer.error);
    const plan = await planHere(project.value, {
      layers: [layer.value],
      options: { only: false, force: false, withAncestors: false },
      platforms: [],
    });
    if (options.json) output.result(`${JSON.stringify(planToJson(plan), null, 2)}\n`);
    else {
      output.remark(renderLocalWorld(plan.replacedBases));
      for (const step of plan.steps) if (step.layer === layer.value) output.result(renderWhy(plan, step));
    }
    return exitCode.done;
  },
});
