// `lamina nickel export FILE`: a Nickel file evaluated and printed as data.

import { resolve } from "node:path";
import { exportFormats, writeData } from "../../engine/nickel/formats/write.ts";
import { defineCommand } from "../command.ts";
import { complain } from "../complain.ts";
import { evaluateProgram, programOperands, programOptions } from "../evaluate-program.ts";
import { exitCode } from "../exit-code.ts";
import { choice, text } from "../option.ts";
import { tellDiagnostics } from "../tell-diagnostics.ts";
import { createHost } from "../wire.ts";

export const command = defineCommand({
  name: "nickel export",
  operands: programOperands,
  description:
    "Evaluates a Nickel file (or a JSON, YAML or TOML one) as a whole and prints it as data.\n" +
    'Several files are merged. lamina\'s own contracts can be imported as "lamina/workflow.ncl" and so on.',
  options: {
    format: choice(exportFormats, "json by default", "f"),
    output: text("FILE", "write to FILE instead of stdout", "o"),
    ...programOptions,
  },
  examples: [
    { command: "lamina nickel export catalog/rust/workflow.ncl", does: "as JSON" },
    {
      command: "lamina nickel export --format yaml -I lib config.ncl",
      does: "as YAML, with imports from lib",
    },
    {
      command: "lamina nickel export base.ncl site.yaml --apply-contract site.ncl --field server",
      does: "one field of two files merged, under a contract",
    },
  ],
  run: async (invocation) => {
    const { options, directory, output } = invocation;
    const value = await evaluateProgram(invocation, "export");
    if (!value.ok) return value.error;
    const written = writeData(value.value, options.format ?? "json");
    if (!written.ok) {
      tellDiagnostics(output, directory, written.error);
      return exitCode.failed;
    }
    if (options.output === undefined) {
      output.result(written.value);
      return exitCode.done;
    }
    const saved = createHost().files.writeAtomically(resolve(directory, options.output), written.value);
    if (saved.ok) return exitCode.done;
    complain(output, `cannot write ${options.output}: ${saved.error.message}`);
    return exitCode.environment;
  },
});
