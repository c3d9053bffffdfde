// The two programs as a user starts them.

import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Contestant } from "./contest.ts";

const program = join(import.meta.dirname, "../../dist/cli/main.js");
/** Below it `import "lamina/…"` is found, in the reference as well. */
const library = join(import.meta.dirname, "../../dist");

/** lamina with its compiled code in Node's cache, as from the second start on. */
export function lamina(directory: string, ...args: readonly string[]): Contestant {
  const env = { NODE_COMPILE_CACHE: join(directory, "compile-cache") };
  return { label: "lamina", argv: [process.execPath, program, ...args], env };
}

/** lamina as on its very first start on a machine. */
export function laminaCold(directory: string, ...args: readonly string[]): Contestant {
  const cache = join(directory, "compile-cache-cold");
  return {
    label: "lamina, no cache",
    argv: [process.execPath, program, ...args],
    env: { NODE_COMPILE_CACHE: cache },
    prepare: () => {
      rmSync(cache, { recursive: true, force: true });
      mkdirSync(cache, { recursive: true });
    },
  };
}

/** The reference under a limit of memory and of time: there are programs on which it would take all there is. */
export function reference(binary: string, ...args: readonly string[]): Contestant {
  const script = 'ulimit -v 4000000; exec timeout 120 "$@"';
  const argv = ["sh", "-c", script, "sh", binary, "export", ...args, "-I", library];
  return { label: "reference", argv, env: {} };
}
