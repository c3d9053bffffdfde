// `lamina list [LAYER…]`: the layers and where each stands; with --since only those that changed, and why.

import { defineCommand } from "../command.ts";
import { flag } from "../option.ts";
import { narrowingOptions, operandsHelp } from "../selection.ts";

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
  options: {
    ...narrowingOptions,
    json: flag("as JSON: with --since and no --changed schemas/affected.ts, else schemas/list.ts"),
  },
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
    if (options.since !== undefined && !options.changed) {
      const { listAffected } = await import("../list/affected.ts");
      return listAffected({ ...invocation, ref: options.since }, options.json);
    }
    const { listStates } = await import("../list/states.ts");
    return listStates(invocation, options.json);
  },
});
