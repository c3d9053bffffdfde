// The layers of the catalog and where each stands, by the lock, as a table and as JSON: schemas/list.ts, which a test holds it to.

import pc from "picocolors";
import { shortDigest } from "../../engine/core/digest.ts";
import { entryOf } from "../../engine/lock/lock.ts";
import type { ListJson } from "../../schemas/list.ts";
import type { SelectionInvocation } from "../apply-selection.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import { openSelection } from "../open-selection.ts";
import { planHere } from "../project.ts";
import { formatBytes } from "../report/format.ts";
import { renderLocalWorld } from "../report/plan-text.ts";
import { describeState } from "../report/state-text.ts";
import { renderTable } from "../report/table.ts";
import { shownLayers } from "./shown-layers.ts";

export async function listStates(invocation: SelectionInvocation, json: boolean): Promise<ExitCode> {
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
      const { kind, base } = graph.traits(step.layer);
      return { step, kind, base, entry: entryOf(lock.current, step.layer, step.platform) };
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
    const version = 1 satisfies ListJson["version"];
    output.result(`${JSON.stringify({ version, layers }, null, 2)}\n`);
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
