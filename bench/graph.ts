// lamina beside other task-graph engines on the same graphs: a layered DAG of small nodes, three files each, everything built.
// Whole processes, in turns; the affected nodes that each names are held against the truth.
//
//   npm run build && node bench/graph.ts [--layers 100,1000,5000] [--runs 9] [--tools lamina,turbo,nx,lage,wireit,git] [--json]

import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compare, type Finding } from "./graph/compare.ts";
import { git } from "./graph/git.ts";
import { installRivals } from "./graph/install-rivals.ts";
import { lamina } from "./graph/lamina.ts";
import { renderSize } from "./graph/report.ts";
import { openRivals } from "./graph/rivals.ts";

const { values } = parseArgs({
  options: {
    layers: { type: "string", default: "100,1000,5000" },
    runs: { type: "string", default: "9" },
    tools: { type: "string", default: "lamina,turbo,nx,lage,wireit,git" },
    json: { type: "boolean", default: false },
  },
});
const asked = values.tools.split(",");
const own = [lamina, git].filter(({ name }) => asked.includes(name));
const needsRivals = asked.some((name) => own.every((tool) => tool.name !== name));
const rivals = needsRivals ? openRivals(await installRivals()) : [];
const chosen = rivals.filter(({ name }) => asked.includes(name.split(",")[0] ?? ""));
const tools = [...own, ...chosen];
for (const name of asked)
  if (tools.every((tool) => tool.name.split(",")[0] !== name)) throw new Error(`there is no tool ${name}`);

function onProgress(text: string): void {
  process.stderr.write(`${text}\n`);
}

const versions = [
  ...tools.map(({ name, version }) => ({ name, version })),
  { name: "node", version: process.version },
];
const machine = { processors: availableParallelism(), model: cpus()[0]?.model ?? "" };
if (!values.json)
  process.stdout.write(
    `${versions.map(({ name, version }) => `${name} ${version}`).join("; ")}; ${machine.processors} processors (${machine.model})
Whole processes, ${values.runs} times each, in turns. Everything was built before: of lamina by its own pipeline with a builder that
stands in for BuildKit and writes tiny real images; of the others by running the task once, without npm. "turbo / it": how many times
as long the fastest of turbo's commands for the question takes. Peak: the process and its children at once; daemons that run already
are left out. "without index": .lamina/cache or .nx/workspace-data removed before; files stay in the system's cache.
`,
  );

const directory = mkdtempSync(join(tmpdir(), "lamina-bench-"));
const cleanUp = (): void => rmSync(directory, { recursive: true, force: true });
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    cleanUp();
    process.exit(130);
  });
const findings: Finding[] = [];
try {
  for (const layers of values.layers.split(",").map(Number)) {
    const place = join(directory, String(layers));
    findings.push(
      ...(await compare({ tools, layers, runs: Number(values.runs), directory: place, onProgress })),
    );
    rmSync(place, { recursive: true, force: true });
    if (!values.json) process.stdout.write(`\n${renderSize(layers, findings)}`);
  }
} finally {
  cleanUp();
}
if (values.json)
  process.stdout.write(
    `${JSON.stringify({ version: 1, machine, versions, runs: Number(values.runs), findings })}\n`,
  );
