// What the commands of the embedded Nickel share: where imports are looked for, and what programs say on their way.

import { delimiter, resolve } from "node:path";
import { list, notEmpty, type OptionSpecs } from "./option.ts";
import type { Output } from "./output.ts";

export const nickelOptions = {
  "import-path": list(
    "DIR",
    "look for imports in DIR as well (also NICKEL_IMPORT_PATH); may be repeated",
    notEmpty,
    "I",
  ),
} as const satisfies OptionSpecs;

/** Absolute folders, those of -I before those of NICKEL_IMPORT_PATH. */
export function importPaths(named: readonly string[], directory: string, env: string | undefined): string[] {
  const inherited = (env ?? "").split(delimiter).filter((path) => path !== "");
  return [...named, ...inherited].map((path) => resolve(directory, path));
}

/** What programs say by `std.trace` goes to stderr, as the reference's does. */
export function tellTraces(output: Pick<Output, "remark">): (text: string) => void {
  return (text) => output.remark(`std.trace: ${text}\n`);
}
