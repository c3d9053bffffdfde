// A command that does not exist: what to say, and which one may be meant.

import { nearMiss } from "../engine/core/near-miss.ts";
import type { UsageFault } from "./args.ts";
import type { TableEntry } from "./command.ts";

/** What to say of a command that does not exist. */
export function unknownCommand(
  commands: readonly TableEntry[],
  first: string,
  second: string | undefined,
): UsageFault {
  const family = commands.filter(({ name }) => name.startsWith(`${first} `));
  const help = "`lamina help` shows all commands";
  if (family.length > 0) {
    const names = family.map(({ name }) => name);
    if (second === undefined || second.startsWith("-"))
      return {
        message: `${first} needs one of: ${names.map((name) => name.slice(first.length + 1)).join(", ")}`,
        help,
      };
    const near = nearMiss(`${first} ${second}`, names);
    return {
      message: `there is no command ${JSON.stringify(`${first} ${second}`)}`,
      help: near === undefined ? help : `did you mean "${near}"?`,
    };
  }
  const near = nearMiss(first, new Set(commands.map(({ name }) => name.split(" ")[0] ?? name)));
  return {
    message: `there is no command ${JSON.stringify(first)}`,
    help: near === undefined ? help : `did you mean "${near}"?`,
  };
}
