// `lamina ctx-test --layer L --mode docker-local`: one layer built here, its tools proven, whatever the lock says.

import { defineCommand, noOperands } from "../command.ts";
import { refuseUsage } from "../complain.ts";
import { choice, text } from "../option.ts";
import { openHere } from "../project.ts";
import { runBuild } from "../run-build.ts";
import { nameSecrets, secretOption } from "../secret-option.ts";
import { findLayer } from "../select-operands.ts";
import { baseOption, replacedBases } from "../selection.ts";

export const command = defineCommand({
  name: "ctx-test",
  operands: noOperands,
  description:
    "Builds one layer on this machine, and those that it stands on where they are not current,\n" +
    "although the lock may hold it already; runs its promised tools in the image and prints\n" +
    "their versions. Exits with 1 if a tool or an artifact is missing.",
  options: {
    layer: text("LAYER", "the layer to test"),
    mode: choice(["docker-local"], "where it is built: here"),
    base: baseOption,
    secret: secretOption,
  },
  examples: [{ command: "lamina ctx-test --layer rust --mode docker-local", does: "" }],
  run: async ({ options, directory, output, quiet, verbose }) => {
    if (options.layer === undefined)
      return refuseUsage(output, {
        message: "ctx-test needs --layer LAYER",
        help: "`lamina list` shows the layers",
      });
    const project = await openHere({ directory, output }, replacedBases(options.base, directory));
    if (!project.ok) return project.error;
    const layer = findLayer(project.value.graph, options.layer);
    if (!layer.ok) return refuseUsage(output, layer.error);
    const named = nameSecrets(project.value, options.secret, directory);
    if (!named.ok) return refuseUsage(output, named.error);
    return runBuild(
      named.value,
      {
        command: "ctx-test",
        layers: [layer.value],
        options: { only: false, force: true, withAncestors: false },
        platforms: [],
        concurrency: 1,
        failFast: true,
        reporter: undefined,
        provider: undefined,
        caches: undefined,
        summaryFile: undefined,
      },
      { output, quiet, verbose },
      (summary) => {
        for (const { layer: name, state } of summary.layers.values()) {
          if (name !== layer.value || state.kind !== "built") continue;
          for (const [tool, version] of Object.entries(state.tools))
            output.result(`${tool} ${version === "" ? "runs" : version}\n`);
        }
      },
    );
  },
});
