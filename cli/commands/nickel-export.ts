// `lamina nickel export FILE`: a Nickel file evaluated and printed as data.

import { resolve } from "node:path";
import { exportFormats, writeData } from "../../engine/nickel/formats/write.ts";
import { defineCommand } from "../command.ts";
import { refuseUsage } from "../complain.ts";
import { exitCode } from "../exit-code.ts";
import { limitOptions, readNickelLimits } from "../nickel-limits.ts";
import { importPaths, nickelOptions, tellTraces } from "../nickel-options.ts";
import { openEvaluator } from "../open-evaluator.ts";
import { choice } from "../option.ts";
import { tellDiagnostics } from "../tell-diagnostics.ts";
import { createHost } from "../wire.ts";

export const command = defineCommand({
  name: "nickel export",
  operands: { name: "FILE", min: 1, max: 1 },
  description:
    "Evaluates a Nickel file (or a JSON, YAML or TOML one) as a whole and prints it as data.\n" +
    'lamina\'s own contracts can be imported as "lamina/workflow.ncl" and so on.',
  options: { format: choice(exportFormats, "json by default"), ...nickelOptions, ...limitOptions },
  examples: [
    { command: "lamina nickel export catalog/rust/workflow.ncl", does: "as JSON" },
    {
      command: "lamina nickel export --format yaml -I lib config.ncl",
      does: "as YAML, with imports from lib",
    },
  ],
  run: ({ options, operands, directory, output }) => {
    const host = createHost();
    const paths = importPaths(options["import-path"], directory, host.env("NICKEL_IMPORT_PATH"));
    const limits = readNickelLimits(host.env, options);
    if (!limits.ok) return refuseUsage(output, { message: limits.error });
    const given = { trace: tellTraces(output), limits: limits.value };
    const evaluated = openEvaluator(host, paths, given).evaluate(resolve(directory, operands[0] ?? ""));
    const written = evaluated.ok ? writeData(evaluated.value.value, options.format ?? "json") : evaluated;
    if (!written.ok) {
      tellDiagnostics(output, directory, written.error);
      return exitCode.failed;
    }
    output.result(written.value);
    return exitCode.done;
  },
});
