// `lamina catalog-validate`, also the bin `catalog-validate`: all that is wrong with the catalog, at once.

import { checkCatalog } from "../../engine/pipeline.ts";
import { defineCommand, noOperands } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { openEvaluator } from "../open-evaluator.ts";
import { flag } from "../option.ts";
import { diagnosticsToJson } from "../report/diagnostics-json.ts";
import { count } from "../report/format.ts";
import { tellDiagnostics } from "../tell-diagnostics.ts";
import { createHost } from "../wire.ts";

export const command = defineCommand({
  name: "catalog-validate",
  operands: noOperands,
  description:
    "Evaluates every layer's workflow.ncl, checks it against the schema and its Dockerfile,\n" +
    "holds the layers against one another, and reports all that is wrong, each with its place\n" +
    "and how to mend it. Exits with 1 if there is an error.",
  options: {
    "check-dag": flag("also what is between layers: unknown bases, cycles (always on)"),
    json: flag("as JSON (schemas/diagnostics.ts)"),
  },
  examples: [
    { command: "lamina catalog-validate --check-dag", does: "everything" },
    { command: "lamina catalog-validate --json -C ../other", does: "for scripts, of another project" },
  ],
  run: async ({ options, directory, output, quiet }) => {
    const host = createHost();
    const evaluator = openEvaluator(host);
    const checked = await checkCatalog({ directory, host, evaluate: (path) => evaluator.evaluate(path) });
    const root = checked.root ?? directory;
    const isBroken = checked.diagnostics.some(({ severity }) => severity === "error");
    if (options.json)
      output.result(`${JSON.stringify(diagnosticsToJson(checked.diagnostics, root), null, 2)}\n`);
    else {
      tellDiagnostics(output, root, checked.diagnostics);
      if (!isBroken && !quiet)
        output.result(`${count(checked.graph?.order.length ?? 0, "layer")}, all sound\n`);
    }
    if (checked.root === undefined) return exitCode.usage;
    return isBroken ? exitCode.failed : exitCode.done;
  },
});
