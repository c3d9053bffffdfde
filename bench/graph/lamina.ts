// lamina as a tool to be measured: the built program, as it is installed.

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageVersion } from "../../cli/package-root.ts";
import { affected } from "../../schemas/affected.ts";
import { plan } from "../../schemas/plan.ts";
import { fillProject } from "./fill.ts";
import { writeCatalog } from "./lamina-catalog.ts";
import { commitAll, placeRepository } from "./place.ts";
import type { Question, Task, Tool } from "./tool.ts";

const program = join(import.meta.dirname, "../../dist/cli/main.js");

function run(label: string): Pick<Task, "label" | "argv"> {
  return { label, argv: [process.execPath, program, ...label.split(" ").slice(1)] };
}

type Edit = NonNullable<Task["prepare"]>;

function edit(file: string, change: (text: string, round: number) => string): Edit {
  return (project, edited, round) => {
    const path = join(project, "catalog", edited, file);
    writeFileSync(path, change(readFileSync(path, "utf8"), round));
  };
}

const edits: readonly (readonly [Question, Edit])[] = [
  ["affected", edit("tool.sh", (text, round) => `${text}# ${round}\n`)],
  [
    "affectedByDeclaration",
    edit("workflow.ncl", (text, round) => text.replace(/version = ">=.*?"/, `version = ">=1.0.${round}"`)),
  ],
  ["affectedByDockerfile", edit("Dockerfile", (text, round) => `${text}ENV ROUND=${round}\n`)],
];

export const lamina: Tool = {
  name: "lamina",
  version: packageVersion(),
  env: {},
  makeProject: async (project, shape) => {
    await placeRepository(project, writeCatalog(shape));
    await fillProject(project);
    await commitAll(project, "Everything built");
  },
  tasks: [
    { question: "plan", ...run("lamina plan") },
    { question: "plan", ...run("lamina plan --json") },
    { question: "nothing", ...run("lamina build") },
    ...edits.flatMap(([question, prepare]): readonly Task[] => [
      { question, prepare, ...run("lamina list --since HEAD --json"), readAnswer: readAffected },
      { question, prepare, ...run("lamina plan --changed --json"), readAnswer: readBuilt },
    ]),
    {
      question: "cold",
      ...run("lamina plan"),
      prepare: (project) => rmSync(join(project, ".lamina/cache"), { recursive: true, force: true }),
    },
  ],
};

function readAffected(stdout: string): readonly string[] {
  return affected.parse(JSON.parse(stdout)).layers.map(({ layer }) => layer);
}

function readBuilt(stdout: string): readonly string[] {
  const { nodes } = plan.parse(JSON.parse(stdout));
  return nodes.filter(({ action }) => action !== "reuse").map(({ layer }) => layer);
}
