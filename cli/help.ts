// Help texts, made of the tables: the overview, and a command with its options and examples.

import { type Command, commonOptions, type TableEntry, usageLine } from "./command.ts";
import type { OptionSpec } from "./option.ts";

/** The overview: every command with its summary. */
export function renderOverview(commands: readonly TableEntry[]): string {
  const width = Math.max(...commands.map(({ name, usage }) => `${name} ${usage}`.length)) + 2;
  const groups = [...new Set(commands.map(({ group }) => group))].map((group) => {
    const rows = commands
      .filter((entry) => entry.group === group)
      .map(({ name, usage, summary }) => `  ${`${name} ${usage}`.padEnd(width)}${summary}`);
    return [group, ...rows].join("\n");
  });
  return [
    "lamina builds container base images from a catalog: exactly what has to be built.",
    "Usage: lamina <command> [args]",
    ...groups,
    "`lamina help COMMAND` shows a command's options and examples; `lamina --version` the version.\n",
  ].join("\n\n");
}

/** A command's usage, description, options and examples. */
export function renderHelp(command: Command): string {
  const own = Object.entries(command.options);
  const common = Object.entries(commonOptions);
  const width = Math.max(...[...own, ...common].map(([name, spec]) => optionHead(name, spec).length)) + 2;
  const rows = (options: readonly (readonly [string, OptionSpec])[]) =>
    options.map(([name, spec]) => `  ${optionHead(name, spec).padEnd(width)}${spec.summary}`).join("\n");
  const exampleWidth = Math.max(0, ...command.examples.map((example) => example.command.length)) + 2;
  const examples = command.examples.map((example) =>
    `  ${example.command.padEnd(exampleWidth)}${example.does}`.trimEnd(),
  );
  return `${[
    `Usage: ${usageLine(command)}`,
    command.description,
    ...(own.length > 0 ? [`Options\n${rows(own)}`] : []),
    `Common options\n${rows(common)}`,
    `Examples\n${examples.join("\n")}`,
  ].join("\n\n")}\n`;
}

function optionHead(name: string, spec: OptionSpec): string {
  const short = spec.short === undefined ? "    " : `-${spec.short}, `;
  return `${short}--${name}${spec.kind === "flag" ? "" : ` ${spec.placeholder}`}`;
}
