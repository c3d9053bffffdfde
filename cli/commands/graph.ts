// `lamina graph`: the layers and what they stand on.

import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { unreachable } from "../../engine/core/unreachable.ts";
import { defineCommand } from "../command.ts";
import { complain, refuseUsage } from "../complain.ts";
import { exitCode } from "../exit-code.ts";
import { choice, flag, positiveInteger, text, type ValueSpec } from "../option.ts";
import { openHere, planHere, wholeCatalog } from "../project.ts";
import { renderGraphDot } from "../report/graph-dot.ts";
import { graphToJson, lineageOf } from "../report/graph-json.ts";
import { mermaidMaxEdges, renderGraphMermaid } from "../report/graph-mermaid.ts";
import { renderGraphText } from "../report/graph-text.ts";
import { renderLocalWorld, summarizePlan } from "../report/plan-text.ts";
import { operandsHelp, selectLayers } from "../selection.ts";

const formats = ["text", "dot", "mermaid", "json", "html"] as const;

const depth: ValueSpec<number> = {
  kind: "value",
  placeholder: "N",
  summary: "of the tree, only N levels of layers; what stands deeper is counted",
  parse: positiveInteger,
};

export const command = defineCommand({
  name: "graph",
  operands: { name: "LAYER", min: 0, max: Number.POSITIVE_INFINITY },
  description:
    "Shows the graph of layers with the state of each: as a tree, as one HTML page that needs no\n" +
    "network, or for other tools. With layers named, only these, what they stand on, and what\n" +
    "stands on them; +LAYER and LAYER+ choose one of the two.\n" +
    "\n" +
    operandsHelp,
  options: {
    format: choice(formats, "text by default"),
    json: flag("the same as --format json (schemas/graph.ts)"),
    output: text("FILE", "write to FILE instead of stdout", "o"),
    depth,
  },
  examples: [
    { command: "lamina graph", does: "a tree, with states and reasons" },
    { command: "lamina graph --format html -o graph.html", does: "a page to explore in a browser" },
    { command: "lamina graph rust --format dot | dot -Tsvg > rust.svg", does: "a picture of a part" },
    { command: "lamina graph --format mermaid", does: "for Markdown" },
  ],
  run: async ({ options, operands, directory, output }) => {
    if (options.json && options.format !== undefined && options.format !== "json")
      return refuseUsage(output, {
        message: `--json and --format ${options.format} exclude each other`,
        help: "keep one of them",
      });
    const format = options.json ? "json" : (options.format ?? "text");
    if (options.depth !== undefined && format !== "text")
      return refuseUsage(output, {
        message: "--depth cuts the tree of --format text only",
        help: "name layers to show fewer",
      });
    const opened = await openHere({ directory, output });
    if (!opened.ok) return opened.error;
    const project = opened.value;
    const selection = selectLayers(project.graph, operands, {
      changed: false,
      only: false,
      "with-ancestors": false,
      force: false,
      platform: [],
    });
    if (!selection.ok) return refuseUsage(output, selection.error);
    const plan = await planHere(project, wholeCatalog);
    const { layers } = selection.value;
    // Who writes a "+" has said which lineage to show.
    const isExact = operands.some((operand) => operand.includes("+"));
    const named = operands.length === 0 ? project.graph.order : layers;
    const shown = isExact ? new Set(named) : lineageOf(project.graph, named);
    const graph = graphToJson({ graph: project.graph, plan, lock: project.lock.current }, shown);

    output.remark(renderLocalWorld(plan.replacedBases));
    if (format === "mermaid" && graph.edges.length > mermaidMaxEdges)
      output.remark(
        `note: ${graph.edges.length} edges; Mermaid draws ${mermaidMaxEdges} where its page does not raise maxEdges: name layers to draw fewer\n`,
      );
    const steps = plan.steps.filter(({ layer }) => shown.has(layer));
    const rendered = await render();
    if (options.output === undefined) {
      output.result(rendered);
      return exitCode.done;
    }
    try {
      await writeFile(resolve(directory, options.output), rendered);
      return exitCode.done;
    } catch (error) {
      complain(
        output,
        `cannot write ${options.output}: ${error instanceof Error ? error.message : String(error)}`,
      );
      return exitCode.failed;
    }

    async function render(): Promise<string> {
      switch (format) {
        case "text":
          return `${renderGraphText(graph, { color: options.output === undefined && output.stdout.color, depth: options.depth })}${summarizePlan({ ...plan, steps })}\n`;
        case "dot":
          return renderGraphDot(graph);
        case "mermaid":
          return renderGraphMermaid(graph);
        case "json":
          return `${JSON.stringify(graph, null, 2)}\n`;
        case "html": {
          const { renderGraphHtml } = await import("../report/graph-html.ts");
          return await renderGraphHtml(graph);
        }
        default:
          return unreachable(format);
      }
    }
  },
});
