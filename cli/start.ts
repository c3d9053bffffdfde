// The first moments of every process: the version at once, a word to those with an old Node, and only then the rest,
// compiled code from the cache where there is one.

import module from "node:module";
import { packageVersion } from "./package-root.ts";

const oldestNode = 24;

/** Runs the command line `args`, with the command in front where the bin implies one, and ends the process. */
export async function start(args: readonly string[], command?: string): Promise<void> {
  if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) {
    process.stdout.write(`${command === undefined ? "lamina" : `lamina ${command}`} ${packageVersion()}\n`);
    return;
  }
  if (Number.parseInt(process.versions.node, 10) < oldestNode) {
    process.stderr.write(
      `error: lamina needs Node ${oldestNode} or later; this is Node ${process.versions.node}\n` +
        "help: install a newer Node; in a clone of lamina, npx brings one\n",
    );
    process.exitCode = 3;
    return;
  }
  module.enableCompileCache();
  const { runCommandLine } = await import("./run-command-line.ts");
  const code = await runCommandLine(command === undefined ? args : [command, ...args]);
  // Everything is written and closed by now; a handle that somebody forgot shall not hold the process.
  process.exit(code);
}
