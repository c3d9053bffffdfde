// What a command is: how it is called, and what it does with its arguments, an exit code out.

import type { OptionSpecs, OptionValues, UsageFault } from "./args.ts";
import { flag, text } from "./args.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";
import type { Output } from "./output.ts";

/** Options that every command has. */
export const commonOptions = {
  directory: text("DIR", "run as if started in DIR", "C"),
  quiet: flag("only results and complaints", "q"),
  verbose: flag("say more: logs of what succeeds, causes of what fails", "v"),
  "no-color": flag("no colours (also NO_COLOR)"),
  help: flag("show this help", "h"),
} as const satisfies OptionSpecs;

export interface Invocation<O extends OptionSpecs = OptionSpecs> {
  readonly options: OptionValues<O>;
  readonly operands: readonly string[];
  /** Absolute: where relative paths of the arguments start, and where the project is looked for. */
  readonly directory: string;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly output: Output;
}

export interface Operands {
  /** As in the usage line: "LAYER", "FILE". */
  readonly name: string;
  readonly min: number;
  readonly max: number;
}

export interface Example {
  readonly command: string;
  readonly does: string;
}

export interface Command<O extends OptionSpecs = OptionSpecs> {
  /** With spaces where it has two words: "nickel export". */
  readonly name: string;
  readonly operands: Operands;
  /** A paragraph or two, wrapped at 80 columns. */
  readonly description: string;
  readonly options: O;
  readonly examples: readonly Example[];
  readonly run: (invocation: Invocation<O>) => Promise<ExitCode> | ExitCode;
}

export const noOperands: Operands = { name: "", min: 0, max: 0 };

/** A command of the table; the options' types reach `run`. */
export function defineCommand<const O extends OptionSpecs>(command: Command<O>): Command {
  // The table's loop hands `run` only values that were parsed by these very options.
  return command as unknown as Command;
}

/** Says on stderr what was wrong with the call. */
export function refuseUsage(output: Output, fault: UsageFault): ExitCode {
  complain(output, fault.message, fault.help);
  return exitCode.usage;
}

/** An error without a place in a file: "error: …", and how to mend it. */
export function complain(output: Output, message: string, help?: string): void {
  const bold = output.stderr.color
    ? (content: string) => `\x1b[1m${content}\x1b[22m`
    : (content: string) => content;
  const red = output.stderr.color
    ? (content: string) => `\x1b[31m${content}\x1b[39m`
    : (content: string) => content;
  output.remark(`${bold(red("error"))}: ${message}\n`);
  if (help !== undefined) output.remark(`${bold("help")}: ${help}\n`);
}
