// `lamina graph`: the layers and what they stand on.

import { defineCommand, noOperands } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { choice, flag } from "../option.ts";
import { surveyHere } from "../project.ts";
import { graphToJson, renderGraphDot, renderGraphMermaid, renderGraphText } from "../report/graph-text.ts";
import { renderLocalWorld } from "../report/plan-text.ts";

export const command = defineCommand({
  name: "graph",
  operands: noOperands,
  description: "Prints the graph of layers: as a tree with the state of each, or for other tools.",
  options: {
    format: choice(["text", "dot", "mermaid", "json"], "text by default"),
    json: flag("the same as --format json"),
  },
  examples: [
    { command: "lamina graph", does: "a tree, with states" },
    { command: "lamina graph --format dot | dot -Tsvg > graph.svg", does: "a picture" },
    { command: "lamina graph --format mermaid", does: "for Markdown" },
  ],
  run: async ({ options, directory, output }) => {
    const surveyed = await surveyHere({ directory, output });
    if (!surveyed.ok) return surveyed.error;
    const { project, plan } = surveyed.value;
    const { graph } = project;
    switch (options.json ? "json" : (options.format ?? "text")) {
      case "text":
        output.remark(renderLocalWorld(plan.replacedBases));
        output.result(renderGraphText(graph, plan, output.stdout.color));
        break;
      case "dot":
        output.result(renderGraphDot(graph));
        break;
      case "mermaid":
        output.result(renderGraphMermaid(graph));
        break;
      case "json":
        output.result(`${JSON.stringify(graphToJson(graph, plan), null, 2)}\n`);
        break;
    }
    return exitCode.done;
  },
});
