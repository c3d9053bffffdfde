// `lamina sizing revoke`: approved sizes are taken back.

import { defineCommand } from "../command.ts";
import { complain } from "../complain.ts";
import { exitCode } from "../exit-code.ts";
import { openHere } from "../project.ts";
import { recordApprovals } from "../sizing/record-approvals.ts";

export const command = defineCommand({
  name: "sizing revoke",
  operands: { name: "LAYER", min: 1, max: Number.POSITIVE_INFINITY },
  description:
    "Takes the approved sizes of layers out of lamina.sizing.json, on all their platforms: what\n" +
    "their language usually needs holds again. Layers that are no more in the catalog may be named.",
  options: {},
  examples: [{ command: "lamina sizing revoke rust", does: "" }],
  run: async ({ operands, directory, output }) => {
    const opened = await openHere({ directory, output });
    if (!opened.ok) return opened.error;
    const { graph, approvedSizes } = opened.value;
    const names = new Set(operands);
    const layers = Array.from(new Set(approvedSizes.map(({ layer }) => layer)));
    const help = layers.length === 0 ? "none is" : `sizes are approved of ${layers.join(", ")}`;
    const unknown = operands.filter((name) => !approvedSizes.some(({ layer }) => layer === name));
    if (unknown.length > 0) {
      for (const name of new Set(unknown)) complain(output, `no size of ${name} is approved`, help);
      return exitCode.failed;
    }
    const code = recordApprovals(
      graph.root,
      approvedSizes.filter(({ layer }) => !names.has(layer)),
      output,
    );
    if (code === exitCode.done) output.result(`revoked: ${Array.from(names).join(", ")}\n`);
    return code;
  },
});
