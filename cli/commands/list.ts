// `lamina list`: the layers and where each stands.

import pc from "picocolors";
import { shortDigest } from "../../engine/core/digest.ts";
import { entryOf } from "../../engine/lock/lock.ts";
import { defineCommand, noOperands } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { flag } from "../option.ts";
import { surveyHere } from "../project.ts";
import { formatBytes } from "../report/format.ts";
import { renderLocalWorld } from "../report/plan-text.ts";
import { describeState } from "../report/state-text.ts";
import { renderTable } from "../report/table.ts";

export const command = defineCommand({
  name: "list",
  operands: noOperands,
  description: "Lists the layers of the catalog, parents before children, with what the lock holds of each.",
  options: { json: flag("as JSON") },
  examples: [
    { command: "lamina list", does: "" },
    { command: "lamina list --json | jq -r '.layers[].layer'", does: "names only" },
  ],
  run: async ({ options, directory, output }) => {
    const surveyed = await surveyHere({ directory, output });
    if (!surveyed.ok) return surveyed.error;
    const { project, plan } = surveyed.value;
    const { graph, lock } = project;
    const rows = plan.steps.map((step) => {
      const { kind, build_base: base } = graph.layer(step.layer).workflow;
      const entry = entryOf(lock.current, step.layer, step.platform);
      return { step, kind, base: typeof base === "string" ? base : base.image, entry };
    });
    if (options.json) {
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
    const colors = pc.createColors(output.stdout.color);
    const several = new Set(plan.steps.map(({ platform }) => platform)).size > 1;
    output.remark(renderLocalWorld(plan.replacedBases));
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
  },
});
