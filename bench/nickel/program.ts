// One program, exported by both.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { lamina, reference } from "./commands.ts";
import type { Contest } from "./contest.ts";

export function prepareProgram(directory: string, name: string, text: string, binary: string): Contest {
  const file = `program-${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}.ncl`;
  writeFileSync(join(directory, file), `${text}\n`);
  const contestants = [lamina(directory, "nickel", "export", file), reference(binary, file)];
  return { name, directory, contestants };
}
