// `lamina nickel typecheck FILE`: the names and static types of a Nickel file and of all that it imports.

import { resolve } from "node:path";
import { defineCommand } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { importPaths, nickelOptions } from "../nickel-options.ts";
import { openEvaluator } from "../open-evaluator.ts";
import { flag } from "../option.ts";
import { tellDiagnostics } from "../tell-diagnostics.ts";
import { createHost } from "../wire.ts";

export const command = defineCommand({
  name: "nickel typecheck",
  operands: { name: "FILE", min: 1, max: 1 },
  description:
    "Checks the names and the static types (`: T`) of a Nickel file and of all that it imports, and evaluates nothing.\n" +
    "Prints nothing where all is well.",
  options: {
    strict: flag("type all of the file, as if it stood behind a static type"),
    ...nickelOptions,
  },
  examples: [{ command: "lamina nickel typecheck --strict config.ncl", does: "" }],
  run: ({ options, operands, directory, output }) => {
    const host = createHost();
    const paths = importPaths(options["import-path"], directory, host.env("NICKEL_IMPORT_PATH"));
    const evaluator = openEvaluator(host, paths);
    const file = resolve(directory, operands[0] ?? "");
    // Neither way of checking is the stricter one: what one infers may be no more than `Dyn` to the other.
    for (const mode of options.strict ? (["check-strict", "check"] as const) : (["check"] as const)) {
      const checked = evaluator.evaluate(file, mode);
      if (checked.ok) continue;
      tellDiagnostics(output, directory, checked.error);
      return exitCode.failed;
    }
    return exitCode.done;
  },
});
