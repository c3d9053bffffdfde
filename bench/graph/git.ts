// git itself as the floor: no tool can tell what changed without looking at least as much as `git status` does.

import { execFileSync } from "node:child_process";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { writeCatalog } from "./lamina-catalog.ts";
import { placeRepository } from "./place.ts";
import type { Tool } from "./tool.ts";

export const git: Tool = {
  name: "git",
  version: execFileSync("git", ["--version"], { encoding: "utf8" }).trim().replace("git version ", ""),
  env: {},
  makeProject: (project, shape) => placeRepository(project, writeCatalog(shape)),
  tasks: [
    {
      question: "affected",
      label: "git status (floor)",
      argv: ["git", "status", "--porcelain"],
      prepare: (project, edited, round) =>
        appendFileSync(join(project, "catalog", edited, "tool.sh"), `# ${round}\n`),
    },
  ],
};
