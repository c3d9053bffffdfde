// `lamina why LAYER`: the tree of reasons down to the files, keys and bases that changed; of a path, whether the layer's build
// sees it.

import { resolve } from "node:path";
import { entryOf } from "../../engine/lock/lock.ts";
import { judgeSight } from "../../engine/plan/sight.ts";
import type { Step } from "../../engine/plan/step.ts";
import type { Project } from "../../engine/project.ts";
import type { LayerName } from "../../schemas/layer-name.ts";
import { findActor } from "../actor-option.ts";
import { defineCommand } from "../command.ts";
import { refuseUsage } from "../complain.ts";
import { exitCode } from "../exit-code.ts";
import { flag } from "../option.ts";
import { openHere, planHere } from "../project.ts";
import { findProjectRegistry } from "../project-registry.ts";
import { renderLocalWorld } from "../report/plan-text.ts";
import { renderSight } from "../report/sight-text.ts";
import { sightToJson, whyToJson } from "../report/why-json.ts";
import { renderWhy } from "../report/why-text.ts";
import { findLayer } from "../select-operands.ts";
import { findPlatformFault } from "../selected-platforms.ts";
import { baseOption, replacedBases, selectionOptions } from "../selection.ts";
import { createHost } from "../wire.ts";

export const command = defineCommand({
  name: "why",
  operands: { name: "LAYER", usage: "LAYER [PATH…]", min: 1, max: Number.POSITIVE_INFINITY },
  description:
    "Tells why a layer would be built: what changed in its folder or its declaration, and the\n" +
    "same of every layer below that is to be built first, the nearest cause first. Of a layer\n" +
    "that is current it tells the image, and what that was built from.\n" +
    "\n" +
    "With paths, from here or in the layer's folder, it tells whether the build sees them, by\n" +
    "which instruction or what keeps them out, and what a change would rebuild; of what is not\n" +
    "there yet, what it would be.",
  options: {
    platform: selectionOptions.platform,
    base: baseOption,
    json: flag("as JSON (schemas/why.ts)"),
  },
  examples: [
    { command: "lamina why rust-deps", does: "the tree of reasons" },
    { command: "lamina why rust-deps Dockerfile", does: "would a change of this file rebuild it?" },
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
    const paths = operands.slice(1).map((operand) => {
      const file = findPath(project.value, layer.value, directory, operand);
      return { file, sight: judgeSight(graph, layer.value, file, createHost().files) };
    });
    if (paths.length > 0 && !options.json) {
      for (const { file, sight } of paths) output.result(renderSight(graph, layer.value, file, sight));
      return exitCode.done;
    }
    const actor = findActor(
      { actor: undefined, "actor-id": undefined },
      project.value.directives.cache_policy,
    );
    const plan = await planHere(project.value, {
      registry: findProjectRegistry(project.value, actor, "catalog", (text) =>
        output.remark(`note: ${text}\n`),
      ),
      layers: [layer.value],
      options: { only: false, force: false, withAncestors: false },
      platforms: options.platform,
    });
    const targets = plan.steps.filter((step) => step.layer === layer.value);
    const lockedOf = (step: Step) => entryOf(lock.current, step.layer, step.platform);
    if (options.json) {
      const judged = paths.map(({ file, sight }) => sightToJson(graph, layer.value, file, sight));
      output.result(`${JSON.stringify(whyToJson(plan, targets, lockedOf, judged), null, 2)}\n`);
    } else {
      output.remark(renderLocalWorld(plan.replacedBases));
      const { color } = output.stdout;
      const texts = targets.map((step) => renderWhy(plan, step, lockedOf(step), { color, verbose }));
      output.result(texts.join("\n"));
    }
    return exitCode.done;
  },
});

/** As it stands here, else in the layer's folder, also where there is nothing; absolute. */
function findPath({ graph }: Project, layer: LayerName, directory: string, operand: string): string {
  const { files } = createHost();
  const here = resolve(directory, operand);
  const there = resolve(graph.layer(layer).directory, operand);
  if (files.info(here).ok) return here;
  // Of what is nowhere, what leads into the catalog from here is meant so.
  return files.info(there).ok || !here.startsWith(`${graph.root}/catalog/`) ? there : here;
}
