// lamina's Nickel beside the reference's on the same files: whole processes, in turns; medians of wall and processor time, and how
// many times as long lamina takes. Their answers must be equal to the byte: exits with 1 where they are not, and only there.
//
//   npm run build && node bench/nickel.ts [--runs 5] [--files 1000] [--only start,catalog,programs] [--reference nickel] [--json]
//
// `--only` also takes a part of a program's name. Wants `nickel` 1.15 on PATH (cargo install nickel-lang-cli).

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { prepareCatalog } from "./nickel/catalog.ts";
import { type Contest, type Finding, judge } from "./nickel/contest.ts";
import { prepareProgram } from "./nickel/program.ts";
import { programs } from "./nickel/programs.ts";
import { renderFinding, renderHead } from "./nickel/report.ts";
import { prepareStart } from "./nickel/start.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "5" },
    files: { type: "string", default: "1000" },
    only: { type: "string", default: "start,catalog,programs" },
    reference: { type: "string", default: "nickel" },
    json: { type: "boolean", default: false },
  },
});
const asked = values.only.split(",");
const directory = mkdtempSync(join(tmpdir(), "lamina-bench-nickel-"));
const cleanUp = (): void => rmSync(directory, { recursive: true, force: true });
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    cleanUp();
    process.exit(130);
  });

function* contests(): Generator<Contest> {
  const { reference } = values;
  if (asked.includes("start")) yield* prepareStart(directory, reference);
  if (asked.includes("catalog")) yield* prepareCatalog(directory, Number(values.files), reference);
  for (const [name, text] of programs)
    if (asked.includes("programs") || asked.some((part) => name.includes(part)))
      yield prepareProgram(directory, name, text, reference);
}

const findings: Finding[] = [];
try {
  if (!values.json) process.stdout.write(renderHead(Number(values.runs)));
  for (const contest of contests()) {
    const finding = await judge(contest, Number(values.runs));
    findings.push(finding);
    if (!values.json) process.stdout.write(renderFinding(finding));
  }
} finally {
  cleanUp();
}
if (values.json) process.stdout.write(`${JSON.stringify({ version: 1, node: process.version, findings })}\n`);
if (findings.some(({ isEqual }) => !isEqual)) process.exitCode = 1;
