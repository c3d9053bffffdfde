// Why a layer would be built, as `lamina why --json` prints it: schemas/why.ts, which a test holds it to.

import { shownPath } from "../../engine/core/shown-path.ts";
import type { LayerGraph } from "../../engine/graph/graph.ts";
import { shortestChain, traceCauses } from "../../engine/plan/causes.ts";
import type { Sight } from "../../engine/plan/sight.ts";
import type { Plan, Step } from "../../engine/plan/step.ts";
import type { LayerName } from "../../schemas/layer-name.ts";
import type { LockEntry } from "../../schemas/lock.ts";
import type { WhyJson } from "../../schemas/why.ts";
import { nodeToJson } from "./plan-json.ts";
import { changedLayer, innermost } from "./sight-text.ts";

/** `targets` are steps of the plan, all of one layer. */
export function whyToJson(
  plan: Plan,
  targets: readonly Step[],
  entryOf: (step: Step) => LockEntry | undefined,
  paths: readonly ReturnType<typeof sightToJson>[] = [],
) {
  const causes = traceCauses(plan);
  return {
    version: 1 satisfies WhyJson["version"],
    targets: targets.map((step) => ({
      layer: step.layer,
      platform: step.platform,
      action: step.action,
      chain: shortestChain(causes, step),
      locked: lockedToJson(entryOf(step)),
    })),
    nodes: plan.steps.map(nodeToJson),
    paths,
    replacedBases: Object.fromEntries(plan.replacedBases),
  };
}

/** `file` is absolute. */
export function sightToJson(graph: LayerGraph, layer: LayerName, file: string, sight: Sight) {
  const last = innermost(sight);
  const isNobodys = last === undefined || last.kind === "outside";
  const whole = sight.kind === "missing" ? sight.wouldBe : sight;
  const changed = changedLayer(layer, sight);
  const isThere = sight.kind !== "missing";
  return {
    path: shownPath(graph.root, file),
    sight: isThere && last !== undefined ? last.kind : "missing",
    wouldBe: isThere || last === undefined ? null : last.kind,
    layer: isNobodys ? null : whole?.kind === "other-layer" ? whole.owner : layer,
    places: (last?.kind === "seen" ? last.by : last?.kind === "ignored" ? [last.line] : []).map((span) => {
      const { line } = span.file.position(span.start);
      return { file: shownPath(graph.root, span.file.path), line, text: span.file.line(line).trim() };
    }),
    affects: changed === undefined ? [] : [changed, ...graph.descendants(changed)],
  };
}

function lockedToJson(entry: LockEntry | undefined) {
  if (entry === undefined) return null;
  const { image, sizeBytes, input, inputs } = entry;
  return { image, sizeBytes, input, parents: inputs.parents, bases: inputs.bases };
}
