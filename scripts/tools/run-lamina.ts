// The built command line (dist/), as a script starts it: to its end, whatever the terminal sends.

import { join } from "node:path";
import { execa } from "execa";

/** A Ctrl-C can arrive twice: from the terminal, and from npm, which passes it on. lamina hears the first; a second one some
 * time later is a person who will not wait, and goes on to it as well. */
const sameInterruptMs = 1000;

/** What it printed on stdout, where that was asked for, and its exit code. */
export interface LaminaEnd {
  readonly exitCode: number;
  readonly stdout: string;
}

export interface LaminaStart {
  /** Else it goes to this terminal. */
  readonly keepStdout?: boolean;
  /** Added to this process's own. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs it in `root`; progress goes to this terminal. */
export async function runLamina(
  root: string,
  args: readonly string[],
  { keepStdout = false, env = {} }: LaminaStart = {},
): Promise<LaminaEnd> {
  const lamina = execa(process.execPath, [join(root, "dist/cli/main.js"), ...args], {
    cwd: root,
    env,
    stdin: "inherit",
    stdout: keepStdout ? "pipe" : "inherit",
    stderr: "inherit",
    reject: false,
    // Its signals come from here alone. Stopping what runs and writing the lock takes it a while; it ends by itself.
    detached: true,
    forceKillAfterDelay: false,
  });
  let lastMs = -sameInterruptMs;
  const passOn = (name: NodeJS.Signals): void => {
    if (performance.now() - lastMs >= sameInterruptMs) lamina.kill(name);
    lastMs = performance.now();
  };
  process.on("SIGINT", passOn).on("SIGTERM", passOn);
  const { exitCode, stdout } = await lamina;
  process.off("SIGINT", passOn).off("SIGTERM", passOn);
  return { exitCode: exitCode ?? 130, stdout: stdout ?? "" };
}
