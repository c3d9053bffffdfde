// What a command is: how it is called, and what it does with its arguments, an exit code out.

import { statSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs, type UsageFault } from "./args.ts";
import { refuseUsage } from "./complain.ts";
import type { ExitCode } from "./exit-code.ts";
import { flag, type OptionSpecs, type OptionValues, text } from "./option.ts";
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
  /** All commands that there are. */
  readonly commands: readonly TableEntry[];
}

/** A command as the overview shows it, loaded only when it is asked for. */
export interface TableEntry {
  /** With a space where it has two words. */
  readonly name: string;
  /** Operands as the overview shows them. */
  readonly usage: string;
  readonly group: "Build" | "Catalog" | "Tools";
  readonly summary: string;
  readonly load: () => Promise<{ readonly command: Command }>;
}

export interface Operands {
  /** As in the usage line: "LAYER", "FILE". */
  readonly name: string;
  /** The usage line's, where the first is another thing than the rest: "LAYER [PATH…]". */
  readonly usage?: string;
  readonly min: number;
  readonly max: number;
}

export interface Example {
  readonly command: string;
  readonly does: string;
}

interface CommandSpec<O extends OptionSpecs> {
  /** With spaces where it has two words: "nickel export". */
  readonly name: string;
  readonly operands: Operands;
  /** A paragraph or two, wrapped at 90 columns. */
  readonly description: string;
  readonly options: O;
  readonly examples: readonly Example[];
  readonly run: (invocation: Invocation<O>) => Promise<ExitCode> | ExitCode;
}

export interface Command extends Omit<CommandSpec<OptionSpecs>, "run"> {
  /** Parses what follows the command's name, and runs it, or says on stderr what is wrong with the usage. */
  readonly call: (
    args: readonly string[],
    output: Output,
    commands: readonly TableEntry[],
  ) => Promise<ExitCode>;
}

export const noOperands: Operands = { name: "", min: 0, max: 0 };

/** Makes a command; the types of its options reach `run`. */
export function defineCommand<const O extends OptionSpecs>({ run, ...spec }: CommandSpec<O>): Command {
  const call: Command["call"] = async (args, output, commands) => {
    const parsed = parseArgs(args, spec.options, commonOptions);
    if (!parsed.ok) {
      const { message, help } = parsed.error;
      return refuseUsage(output, {
        message: `${spec.name}: ${message}`,
        help: help ?? `\`lamina help ${spec.name}\` shows its options`,
      });
    }
    const { options, common, operands } = parsed.value;
    const fault = checkOperands(spec, operands) ?? checkDirectory(common.directory);
    if (fault !== undefined) return refuseUsage(output, fault);
    return run({
      options,
      operands,
      directory: resolve(common.directory ?? "."),
      quiet: common.quiet,
      verbose: common.verbose,
      output,
      commands,
    });
  };
  return { ...spec, call };
}

/** For example "lamina show LAYER [options]". */
export function usageLine({ name, operands }: Pick<Command, "name" | "operands">): string {
  const shown = operands.usage ?? `${operands.name}${operands.max > 1 ? "…" : ""}`;
  const operand = operands.max === 0 ? "" : operands.min === 0 ? ` [${shown}]` : ` ${shown}`;
  return `lamina ${name}${operand} [options]`;
}

function checkDirectory(directory: string | undefined): UsageFault | undefined {
  if (directory === undefined || isFolder(directory)) return undefined;
  return { message: `there is no folder ${directory}`, help: "-C names the folder to run in" };
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function checkOperands(
  command: Pick<Command, "name" | "operands">,
  operands: readonly string[],
): UsageFault | undefined {
  const { min, max, name } = command.operands;
  const help = `usage: ${usageLine(command)}`;
  if (operands.length < min) return { message: `${command.name} needs a ${name}`, help };
  if (operands.length <= max) return undefined;
  return { message: `${command.name} does not know what to do with ${JSON.stringify(operands[max])}`, help };
}
