// `lamina sizing approve`: what past builds speak for becomes the size of layers.

import type { ApprovedEntry } from "../../engine/catalog/approved-sizes.ts";
import { defineCommand } from "../command.ts";
import { complain, refuseUsage } from "../complain.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import { flag } from "../option.ts";
import type { Output } from "../output.ts";
import { selectOperands } from "../select-operands.ts";
import { recordApprovals } from "../sizing/record-approvals.ts";
import { describe } from "../sizing/report-text.ts";
import { type LayerSizes, type SizeSurvey, surveySizes } from "../sizing/survey-sizes.ts";

export const command = defineCommand({
  name: "sizing approve",
  operands: { name: "LAYER", min: 0, max: Number.POSITIVE_INFINITY },
  description:
    "Makes the size that past builds speak for (`lamina sizing report`) the size of layers, on\n" +
    "each platform of which builds were measured. It is written to lamina.sizing.json, to be\n" +
    "committed with the catalog, and holds until it is approved anew or revoked. Sizes that are\n" +
    "declared go over it.",
  options: { all: flag("every layer of which builds were measured and that declares no size") },
  examples: [
    { command: "lamina sizing approve rust", does: "" },
    { command: "lamina sizing approve --all", does: "" },
  ],
  run: async ({ options, operands, directory, output }) => {
    if (options.all === operands.length > 0)
      return refuseUsage(output, {
        message: options.all
          ? "--all approves every layer: no names go with it"
          : "sizing approve needs a LAYER, or --all",
      });
    const surveyed = await surveySizes({ directory, output });
    if (!surveyed.ok) return surveyed.error;
    const selected = selectOperands(surveyed.value.project.graph, operands);
    if (!selected.ok) return refuseUsage(output, selected.error);
    const layers = new Set(selected.value);
    const asked = surveyed.value.sizes.filter(({ layer }) => layers.has(layer));
    return approve(surveyed.value, asked, options.all, output);
  },
});

function approve(
  { project, place }: SizeSurvey,
  asked: readonly LayerSizes[],
  all: boolean,
  output: Output,
): ExitCode {
  const fresh = asked.flatMap((each): readonly ApprovedEntry[] => {
    const { layer, platform, advice } = each;
    if (advice === undefined || isDeclared(each)) return [];
    const { cpu, memoryGb, builds } = advice;
    return [{ layer, platform, cpu, memoryGb, builds }];
  });
  if (!all) {
    // Those that are named, and not approved on any platform.
    for (const layer of new Set(asked.map((each) => each.layer))) {
      if (fresh.some((entry) => entry.layer === layer)) continue;
      if (asked.some((each) => each.layer === layer && isDeclared(each)))
        complain(output, `${layer} declares its size`, "past builds have no say there: take that out first");
      else
        complain(output, `no build of ${layer} was measured`, `builds on leased machines are, into ${place}`);
    }
  }
  const isFresh = (entry: ApprovedEntry): boolean =>
    fresh.some(({ layer, platform }) => layer === entry.layer && platform === entry.platform);
  const kept = project.approvedSizes.filter((entry) => !isFresh(entry));
  const code =
    fresh.length === 0 ? exitCode.done : recordApprovals(project.graph.root, [...kept, ...fresh], output);
  if (code !== exitCode.done) return code;
  for (const { layer, platform, runner, advice, approved } of asked) {
    const entry = fresh.find((each) => each.layer === layer && each.platform === platform);
    if (entry === undefined || advice === undefined) continue;
    const isSame = approved?.cpu === entry.cpu && approved.memoryGb === entry.memoryGb;
    const was = isSame ? "as before" : `was ${describe(runner)} (${runner.source})`;
    output.result(`${layer} ${platform}: ${advice.tier}: ${describe(entry)}, ${was}\n`);
  }
  const missing =
    new Set(asked.map(({ layer }) => layer)).size > new Set(fresh.map(({ layer }) => layer)).size;
  if (all && fresh.length === 0) output.remark(`there is nothing to approve in ${place}\n`);
  return missing && !all ? exitCode.failed : exitCode.done;
}

function isDeclared({ runner }: LayerSizes): boolean {
  return runner.source === "explicit";
}
