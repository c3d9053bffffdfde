// `lamina list [LAYER…]`: the layers and where each stands; with --since only those that changed, and why.

import pc from "picocolors";
import { shortDigest } from "../../engine/core/digest.ts";
import type { LayerGraph } from "../../engine/graph/graph.ts";
import { withAncestors } from "../../engine/graph/select.ts";
import { entryOf } from "../../engine/lock/lock.ts";
import type { LayerName } from "../../schemas/layer-name.ts";
import { defineCommand } from "../command.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import { openSelection, type SelectionInvocation, selectFrom } from "../open-selection.ts";
import { flag } from "../option.ts";
import { openGraphHere, planHere } from "../project.ts";
import { affectedToJson, renderAffected } from "../report/affected.ts";
import { formatBytes } from "../report/format.ts";
import { renderLocalWorld } from "../report/plan-text.ts";
import { describeState } from "../report/state-text.ts";
import { renderTable } from "../report/table.ts";
import { narrowingOptions, operandsHelp, type Selection } from "../selection.ts";

export const command = defineCommand({
  name: "list",
  operands: { name: "LAYER", min: 0, max: Number.POSITIVE_INFINITY },
  description:
    "Lists the layers of the catalog, parents before children, with what the lock holds of each.\n" +
    "\n" +
    "--since REF lists only what a build sees changed since the merge base of REF and HEAD, and\n" +
    "what stands on it, each with the reason: changes that are committed, staged, neither, or in\n" +
    "new files. What git ignores does not count. It reads no lock and asks no builder.\n" +
    "\n" +
    operandsHelp,
  options: { ...narrowingOptions, json: flag("as JSON; with --since of the form schemas/affected.ts") },
  examples: [
    { command: "lamina list", does: "" },
    { command: "lamina list 'kind:deps' '+leptos'", does: "some, and what leptos stands on" },
    { command: "lamina list --changed", does: "what a build would build" },
    { command: "lamina list --since origin/main", does: "what this branch changes" },
    { command: "lamina list --since origin/main --json | jq -r '.layers[].layer'", does: "names only" },
  ],
  run: async ({ options, operands, directory, output }) => {
    const invocation = {
      options: { ...options, force: false, platform: [], base: [] },
      operands,
      directory,
      output,
    };
    return options.since === undefined || options.changed
      ? listStates(invocation, options.json)
      : listAffected(invocation, options.json);
  },
});

/** Reads no more than that takes: this is what a job asks first, whether there is anything to do. */
async function listAffected(invocation: SelectionInvocation, json: boolean): Promise<ExitCode> {
  const { directory, output } = invocation;
  const opened = await selectFrom(invocation, {
    open: () => openGraphHere({ directory, output }),
    ownInputsOf: ({ ownInputsOf }, layer) => ownInputsOf(layer),
  });
  if (!opened.ok) return opened.error;
  const { project, selection, since } = opened.value;
  project.memory.save();
  // Without a project to look in, that was told before.
  if (since === undefined) return exitCode.usage;
  const shown = shownLayers(project.graph, selection);
  const layers = project.graph.order.filter((name) => shown.has(name));
  output.result(
    json
      ? `${JSON.stringify(affectedToJson(project.graph, layers, since), null, 2)}\n`
      : renderAffected(project.graph, layers, since, output.stdout.color),
  );
  return exitCode.done;
}

function shownLayers(graph: LayerGraph, { layers, nothing, options }: Selection): ReadonlySet<LayerName> {
  const selected = layers.length === 0 && !nothing ? graph.order : layers;
  return options.withAncestors ? withAncestors(graph, selected) : new Set(selected);
}

async function listStates(invocation: SelectionInvocation, json: boolean): Promise<ExitCode> {
  const { output } = invocation;
  const opened = await openSelection(invocation);
  if (!opened.ok) return opened.error;
  const { project, selection } = opened.value;
  const { graph, lock } = project;
  const shown = shownLayers(graph, selection);
  const plan = await planHere(project, selection);
  const rows = plan.steps
    .filter(({ layer }) => shown.has(layer))
    .map((step) => {
      const { kind, build_base: base } = graph.layer(step.layer).workflow;
      const entry = entryOf(lock.current, step.layer, step.platform);
      return { step, kind, base: typeof base === "string" ? base : base.image, entry };
    });
  if (json) {
    const layers = rows.map(({ step, kind, base, entry }) => ({
      layer: step.layer,
      platform: step.platform,
      kind,
      base,
      action: step.action,
      image: entry?.image ?? null,
      sizeBytes: entry?.sizeBytes ?? null,
    }));
    output.result(`${JSON.stringify({ version: 1, layers }, null, 2)}\n`);
    return exitCode.done;
  }
  output.remark(renderLocalWorld(plan.replacedBases));
  if (rows.length === 0) {
    output.remark("nothing to build\n");
    return exitCode.done;
  }
  const colors = pc.createColors(output.stdout.color);
  const several = new Set(rows.map(({ step }) => step.platform)).size > 1;
  output.result(
    renderTable(
      [
        { title: "layer" },
        { title: "platform" },
        { title: "kind" },
        { title: "base" },
        { title: "size", align: "right" },
        { title: "image" },
        { title: "state" },
      ],
      rows.map(({ step, kind, base, entry }) => [
        step.layer,
        several ? step.platform : "",
        kind,
        base,
        entry === undefined ? "" : formatBytes(entry.sizeBytes),
        entry === undefined ? "" : shortDigest(entry.image),
        describeState(step, colors),
      ]),
      colors.dim,
    ),
  );
  return exitCode.done;
}
