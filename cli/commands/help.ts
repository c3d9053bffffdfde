// `lamina help [COMMAND]`.

import { defineCommand } from "../command.ts";
import { refuseUsage } from "../complain.ts";
import { exitCode } from "../exit-code.ts";
import { renderHelp, renderOverview } from "../help.ts";
import { unknownCommand } from "../unknown-command.ts";

export const command = defineCommand({
  name: "help",
  operands: { name: "COMMAND", min: 0, max: 2 },
  description: "Shows all commands, or one with its options and examples.",
  options: {},
  examples: [
    { command: "lamina help", does: "all commands" },
    { command: "lamina help build", does: "the options of build" },
    { command: "lamina help nickel export", does: "" },
  ],
  run: async ({ operands, output, commands }) => {
    const [first, second] = operands;
    if (first === undefined) {
      output.result(renderOverview(commands));
      return exitCode.done;
    }
    const name = operands.join(" ");
    const entry = commands.find((one) => one.name === name);
    if (entry === undefined) return refuseUsage(output, unknownCommand(commands, first, second));
    output.result(renderHelp((await entry.load()).command));
    return exitCode.done;
  },
});
