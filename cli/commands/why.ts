// `lamina why LAYER`: the tree of reasons down to the files, keys and bases that changed.

import { entryOf } from "../../engine/lock/lock.ts";
import type { Step } from "../../engine/plan/step.ts";
import { defineCommand } from "../command.ts";
import { refuseUsage } from "../complain.ts";
import { exitCode } from "../exit-code.ts";
import { flag } from "../option.ts";
import { openHere, planHere } from "../project.ts";
import { renderLocalWorld } from "../report/plan-text.ts";
import { whyToJson } from "../report/why-json.ts";
import { renderWhy } from "../report/why-text.ts";
import { findLayer } from "../select-operands.ts";
import { findPlatformFault } from "../selected-platforms.ts";
import { baseOption, replacedBases, selectionOptions } from "../selection.ts";

export const command = defineCommand({
  name: "why",
  operands: { name: "LAYER", min: 1, max: 1 },
  description:
    "Tells why a layer would be built: what changed in its folder or its declaration, and the\n" +
    "same of every layer below that is to be built first, the nearest cause first. Of a layer\n" +
    "that is current it tells the image, and what that was built from.",
  options: {
    platform: selectionOptions.platform,
    base: baseOption,
    json: flag("as JSON (schemas/why.ts)"),
  },
  examples: [
    { command: "lamina why rust-deps", does: "the tree of reasons" },
    { command: "lamina why rust-deps --platform linux/arm64", does: "on one platform" },
    {
      command: "lamina why rust-deps --json | jq -r '.targets[].chain | join(\" <- \")'",
      does: "for scripts",
    },
  ],
  run: async ({ options, operands, directory, output, verbose }) => {
    const project = await openHere({ directory, output }, replacedBases(options.base, directory));
    if (!project.ok) return project.error;
    const { graph, lock } = project.value;
    const layer = findLayer(graph, operands[0] ?? "");
    if (!layer.ok) return refuseUsage(output, layer.error);
    const fault = findPlatformFault(graph, [layer.value], options.platform);
    if (fault !== undefined) return refuseUsage(output, fault);
    const plan = await planHere(project.value, {
      layers: [layer.value],
      options: { only: false, force: false, withAncestors: false },
      platforms: options.platform,
    });
    const targets = plan.steps.filter((step) => step.layer === layer.value);
    const lockedOf = (step: Step) => entryOf(lock.current, step.layer, step.platform);
    if (options.json) output.result(`${JSON.stringify(whyToJson(plan, targets, lockedOf), null, 2)}\n`);
    else {
      output.remark(renderLocalWorld(plan.replacedBases));
      const { color } = output.stdout;
      const texts = targets.map((step) => renderWhy(plan, step, lockedOf(step), { color, verbose }));
      output.result(texts.join("\n"));
    }
    return exitCode.done;
  },
});
