// What `nickel export` and `nickel eval` share: from the command's arguments to the value, or to the exit code where there
// is none and why has been told.

import { resolve } from "node:path";
import { text as readAll } from "node:stream/consumers";
import { err, ok, type Result } from "../engine/core/result.ts";
import type { Located } from "../engine/nickel/located.ts";
import type { Operands } from "./command.ts";
import { refuseUsage } from "./complain.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";
import { limitOptions, readNickelLimits } from "./nickel-limits.ts";
import { importPaths, nickelOptions, tellTraces } from "./nickel-options.ts";
import {
  composeProgram,
  type NickelInput,
  overlayTexts,
  parseAssignment,
  parseFieldPath,
} from "./nickel-program.ts";
import { openEvaluator } from "./open-evaluator.ts";
import { choice, list, notEmpty, type OptionSpecs, type OptionValues } from "./option.ts";
import type { Output } from "./output.ts";
import { tellDiagnostics } from "./tell-diagnostics.ts";
import { createHost } from "./wire.ts";

export const programOperands: Operands = { name: "FILE", min: 0, max: Number.POSITIVE_INFINITY };

export const programOptions = {
  field: {
    kind: "value",
    placeholder: "PATH",
    summary: 'only this field of it, such as a.b or a."b c"',
    parse: parseFieldPath,
  },
  "apply-contract": list("FILE", "check the whole against the contract in FILE; may be repeated", notEmpty),
  set: list("PATH=EXPR", "merge in an expression of Nickel for a field; may be repeated", (text) =>
    parseAssignment(text),
  ),
  override: list("PATH=EXPR", "the same, and it wins over what the files say", (text) =>
    parseAssignment(text, true),
  ),
  "stdin-format": choice(
    ["nickel", "json", "yaml", "toml", "text"],
    "what stdin holds, which is read where no FILE is named, or for -; nickel by default",
  ),
  ...nickelOptions,
  ...limitOptions,
} as const satisfies OptionSpecs;

interface ProgramInvocation {
  readonly options: OptionValues<typeof programOptions>;
  readonly operands: readonly string[];
  readonly directory: string;
  readonly output: Output;
}

/** Evaluates what the arguments name, stdin among it. */
export async function evaluateProgram(
  { options, operands, directory, output }: ProgramInvocation,
  mode: "export" | "eval",
): Promise<Result<Located, ExitCode>> {
  const host = createHost();
  const limits = readNickelLimits((name) => host.env(name), options);
  if (!limits.ok) return err(refuseUsage(output, { message: limits.error }));
  const [first = "-", ...others] = operands;
  const stdin = operands.length === 0 || operands.includes("-") ? await readAll(process.stdin) : "";
  const input = (operand: string): NickelInput =>
    operand === "-"
      ? { path: resolve(directory, "<stdin>"), text: stdin, format: options["stdin-format"] }
      : { path: resolve(directory, operand) };
  const entry = composeProgram(
    {
      inputs: [input(first), ...others.map(input)],
      contracts: options["apply-contract"].map((path) => resolve(directory, path)),
      field: options.field,
      assignments: [...options.set, ...options.override],
    },
    directory,
  );
  const paths = importPaths(options["import-path"], directory, host.env("NICKEL_IMPORT_PATH"));
  const files = entry.texts.size === 0 ? host.files : overlayTexts(host.files, entry.texts);
  const given = { trace: tellTraces(output), limits: limits.value };
  const evaluated = openEvaluator({ files }, paths, given).evaluate(entry.path, mode);
  if (evaluated.ok) return ok(evaluated.value.value);
  tellDiagnostics(output, directory, evaluated.error);
  return err(exitCode.failed);
}
