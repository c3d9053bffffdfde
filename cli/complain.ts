// Errors without a place in a file, told on stderr.

import type { UsageFault } from "./args.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";
import type { Output } from "./output.ts";

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
