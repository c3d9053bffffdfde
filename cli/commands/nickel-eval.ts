// `lamina nickel eval FILE`: a Nickel file evaluated and printed as Nickel writes values.

import { defineCommand } from "../command.ts";
import { evaluateProgram, programOperands, programOptions } from "../evaluate-program.ts";
import { exitCode } from "../exit-code.ts";
import { renderNickelValue } from "../report/nickel-value.ts";

export const command = defineCommand({
  name: "nickel eval",
  operands: programOperands,
  description:
    "Evaluates a Nickel file as a whole and prints the value in Nickel's own syntax.\nSeveral files are merged.",
  options: programOptions,
  examples: [
    { command: "lamina nickel eval config.ncl", does: "" },
    { command: "echo '[1, 2] @ [3]' | lamina nickel eval", does: "what stdin holds" },
  ],
  run: async (invocation) => {
    const value = await evaluateProgram(invocation, "eval");
    if (!value.ok) return value.error;
    invocation.output.result(`${renderNickelValue(value.value)}\n`);
    return exitCode.done;
  },
});
