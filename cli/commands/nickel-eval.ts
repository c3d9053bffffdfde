// `lamina nickel eval FILE`: a Nickel file evaluated and printed as Nickel writes values.

import { resolve } from "node:path";
import { defineCommand } from "../command.ts";
import { refuseUsage } from "../complain.ts";
import { exitCode } from "../exit-code.ts";
import { limitOptions, readNickelLimits } from "../nickel-limits.ts";
import { importPaths, nickelOptions, tellTraces } from "../nickel-options.ts";
import { openEvaluator } from "../open-evaluator.ts";
import { renderNickelValue } from "../report/nickel-value.ts";
import { tellDiagnostics } from "../tell-diagnostics.ts";
import { createHost } from "../wire.ts";

export const command = defineCommand({
  name: "nickel eval",
  operands: { name: "FILE", min: 1, max: 1 },
  description: "Evaluates a Nickel file as a whole and prints the value in Nickel's own syntax.",
  options: { ...nickelOptions, ...limitOptions },
  examples: [{ command: "lamina nickel eval config.ncl", does: "" }],
  run: ({ options, operands, directory, output }) => {
    const host = createHost();
    const paths = importPaths(options["import-path"], directory, host.env("NICKEL_IMPORT_PATH"));
    const limits = readNickelLimits(host.env, options);
    if (!limits.ok) return refuseUsage(output, { message: limits.error });
    const given = { trace: tellTraces(output), limits: limits.value };
    const evaluated = openEvaluator(host, paths, given).evaluate(
      resolve(directory, operands[0] ?? ""),
      "eval",
    );
    if (!evaluated.ok) {
      tellDiagnostics(output, directory, evaluated.error);
      return exitCode.failed;
    }
    output.result(`${renderNickelValue(evaluated.value.value)}\n`);
    return exitCode.done;
  },
});
