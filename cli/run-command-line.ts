// An argument vector in; the command found, its options parsed, the command run, an exit code out.

import type { UsageFault } from "./args.ts";
import type { TableEntry } from "./command.ts";
import { commandTable } from "./command-table.ts";
import { complain, refuseUsage } from "./complain.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";
import { renderHelp, renderOverview } from "./help.ts";
import { Interrupted } from "./interrupted.ts";
import { type Output, openOutput } from "./output.ts";
import { packageVersion } from "./package-root.ts";
import { unknownCommand } from "./unknown-command.ts";

/** Never rejects: a bug of ours is told as such, with exit code 1. */
export async function runCommandLine(args: readonly string[]): Promise<ExitCode> {
  const output = openOutput({ color: !args.includes("--no-color"), env: (name) => process.env[name] });
  let code: ExitCode;
  try {
    code = await dispatch(args, output);
  } catch (error) {
    if (error instanceof Interrupted) return exitCode.interrupted;
    const isVerbose = args.includes("-v") || args.includes("--verbose");
    const told = error instanceof Error ? (isVerbose ? error.stack : error.message) : String(error);
    complain(
      output,
      `lamina itself failed: ${told}`,
      isVerbose ? undefined : "this is a bug; -v shows where it happened",
    );
    code = exitCode.failed;
  }
  await output.flush();
  const lost = output.loss();
  if (lost === undefined) return code;
  complain(output, `the results could not be written: ${lost}`);
  await output.flush();
  return code === exitCode.done ? exitCode.failed : code;
}

/** Finds the command and runs it; rejects only for a bug. */
export async function dispatch(args: readonly string[], output: Output): Promise<ExitCode> {
  const found = findCommand(args);
  if (found.kind === "overview") {
    if (!found.asked) {
      output.remark(renderOverview(commandTable));
      return exitCode.usage;
    }
    output.result(renderOverview(commandTable));
    return exitCode.done;
  }
  if (found.kind === "version") {
    output.result(`lamina ${packageVersion()}\n`);
    return exitCode.done;
  }
  if (found.kind === "fault") return refuseUsage(output, found.fault);
  const { command } = await found.entry.load();
  if (found.rest.some((arg, index) => isHelp(arg) && !found.rest.slice(0, index).includes("--"))) {
    output.result(renderHelp(command));
    return exitCode.done;
  }
  return command.call(found.rest, output, commandTable);
}

type Found =
  | { readonly kind: "command"; readonly entry: TableEntry; readonly rest: readonly string[] }
  | { readonly kind: "overview"; readonly asked: boolean }
  | { readonly kind: "version" }
  | { readonly kind: "fault"; readonly fault: UsageFault };

/** The first words that are no options name the command. */
function findCommand(args: readonly string[]): Found {
  let at = 0;
  while (at < args.length && (args[at] ?? "").startsWith("-") && args[at] !== "--")
    at += args[at] === "-C" || args[at] === "--directory" ? 2 : 1;
  const leading = args.slice(0, at);
  const [first, second] = args.slice(at);
  if (first === undefined) {
    if (leading.includes("--version")) return { kind: "version" };
    return { kind: "overview", asked: leading.some(isHelp) };
  }
  const pair = commandTable.find(({ name }) => name === `${first} ${second ?? ""}`);
  if (pair !== undefined) return { kind: "command", entry: pair, rest: [...leading, ...args.slice(at + 2)] };
  const entry = commandTable.find(({ name }) => name === first);
  if (entry !== undefined) return { kind: "command", entry, rest: [...leading, ...args.slice(at + 1)] };
  return { kind: "fault", fault: unknownCommand(commandTable, first, second) };
}

function isHelp(arg: string): boolean {
  return arg === "--help" || arg === "-h";
}
