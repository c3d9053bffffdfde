// The workflow that docs/github-actions.md shows, run: its own YAML and scripts, each job in a checkout of its own on the
// real BuildKit, with artifacts handed over as GitHub would.

import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { afterAll, expect, inject, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { githubMatrix } from "../../schemas/github-matrix.ts";
import { lock as lockSchema } from "../../schemas/lock.ts";

const rig = inject("rig");
const folder = mkdtempSync(join(tmpdir(), "lamina-actions-"));
afterAll(() => rmSync(folder, { recursive: true }));

const stepSchema = z.looseObject({
  run: z.string().optional(),
  uses: z.string().optional(),
  env: z.record(z.string(), z.string()).optional(),
  with: z.record(z.string(), z.unknown()).optional(),
});
type WorkflowStep = z.infer<typeof stepSchema>;
const workflowSchema = z.looseObject({
  jobs: z.record(
    z.string(),
    z.looseObject({ if: z.string().optional(), steps: z.array(stepSchema).default([]) }),
  ),
});

/** The fenced block of the page that follows a text. */
function blockAfter(text: string): string {
  const page = readFileSync("docs/github-actions.md", "utf8");
  const start = page.indexOf(text);
  const block = /```\w+\n([^]*?)```/.exec(page.slice(start));
  if (start === -1 || block?.[1] === undefined) throw new Error(`no block after ${text}`);
  return block[1];
}

const layers = workflowSchema.parse(parse(blockAfter("`.github/workflows/layers.yml`:")));
const wave = workflowSchema.parse(parse(blockAfter("`.github/workflows/wave.yml`:")));
const takeLayers = blockAfter("`.github/take-layers.sh`");

function layerFiles(name: string, base: string, copies: readonly string[] = []): Record<string, string> {
  return {
    [`catalog/${name}/workflow.ncl`]: `{
  name = "${name}",
  kind = 'utility,
  language = "none",
  build_base = ${base},
  copies_from = ${JSON.stringify(copies)},
  tools_provided = [],
  artifact_paths = ["/${name}"],
}
`,
    [`catalog/${name}/Dockerfile`]: [
      `FROM ${base.startsWith("{") ? rig.busybox.reference : `lamina/${JSON.parse(base)}`}`,
      ...copies.map((copy) => `COPY --from=lamina/${copy} /${copy} /${copy}`),
      `RUN echo ${name} > /${name}`,
      "",
    ].join("\n"),
  };
}

/** A diamond with a layer on top: four waves, of which the workflow has jobs for two. */
const catalog = {
  ...layerFiles("base", `{ image = "${rig.busybox.reference}" }`),
  ...layerFiles("left", '"base"'),
  ...layerFiles("right", '"base"'),
  ...layerFiles("both", '"left"', ["right"]),
  ...layerFiles("top", '"both"'),
};

/** What stands for the machines: `lamina` by npx, and an `npm ci` that has nothing to do. */
async function makeTools(): Promise<string> {
  const tools = join(folder, "tools");
  mkdirSync(tools);
  const npx = `#!/bin/sh\nshift\nexec '${process.execPath}' '${resolve("cli/main.ts")}' "$@"\n`;
  writeFileSync(join(tools, "npx"), npx, { mode: 0o755 });
  writeFileSync(join(tools, "npm"), "#!/bin/sh\n", { mode: 0o755 });
  return tools;
}

class Run {
  readonly #tools: string;
  readonly #origin = join(folder, "origin");
  readonly #artifacts = join(folder, "artifacts");
  #jobs = 0;

  constructor(tools: string) {
    this.#tools = tools;
    for (const [path, text] of Object.entries(catalog)) {
      mkdirSync(join(this.#origin, path, ".."), { recursive: true });
      writeFileSync(join(this.#origin, path), text);
    }
    mkdirSync(join(this.#origin, ".github"));
    writeFileSync(join(this.#origin, ".github/take-layers.sh"), takeLayers);
    mkdirSync(this.#artifacts);
  }

  /** Does the steps of a job in a checkout of its own; the folder, and what it wrote as outputs. */
  async job(steps: readonly WorkflowStep[], values: Readonly<Record<string, string>> = {}) {
    const home = join(folder, `job-${this.#jobs++}`);
    const checkout = join(home, "checkout");
    const outputFile = join(home, "output");
    mkdirSync(checkout, { recursive: true });
    writeFileSync(outputFile, "");
    for (const step of steps) {
      const { run, uses = "", env = {}, with: inputs = {} } = expand(step, values);
      if (run !== undefined)
        await execa("bash", ["-e", "-c", run], {
          cwd: checkout,
          env: {
            ...env,
            BUILDKIT_HOST: rig.buildkit.address,
            GITHUB_OUTPUT: outputFile,
            RUNNER_TEMP: home,
            PATH: [this.#tools, join(rig.buildkit.buildctl, ".."), process.env["PATH"]].join(":"),
          },
        });
      else if (uses.startsWith("actions/checkout@")) cpSync(this.#origin, checkout, { recursive: true });
      else if (uses.startsWith("actions/download-artifact@") && readdirSync(this.#artifacts).length > 0)
        cpSync(this.#artifacts, join(checkout, String(inputs["path"])), { recursive: true });
      else if (uses.startsWith("actions/upload-artifact@") && inputs["name"] !== "lock")
        cpSync(join(checkout, String(inputs["path"])), join(this.#artifacts, String(inputs["name"])), {
          recursive: true,
        });
    }
    return { checkout, output: readFileSync(outputFile, "utf8") };
  }
}

/** Puts in what ${{ … }} stands for; what is not given stays. */
function expand(step: WorkflowStep, values: Readonly<Record<string, string>>): WorkflowStep {
  const text = JSON.stringify(step).replaceAll(
    /\$\{\{ ([\w.-]+) \}\}/g,
    (whole, name: string) => values[name] ?? whole,
  );
  return stepSchema.parse(JSON.parse(text));
}

test("waves build every parent before its child; what the workflow has no wave for is built in the end", async () => {
  const run = new Run(await makeTools());
  const planned = await run.job(layers.jobs["plan"]?.steps ?? []);
  const { jobs, waves } = githubMatrix.parse(JSON.parse(planned.output.replace(/^plan=/, "")));
  expect(waves.map(({ include }) => include.map(({ layer }) => layer))).toEqual([
    ["base"],
    ["left", "right"],
    ["both"],
    ["top"],
  ]);
  expect(jobs).toBe(5);

  const names = Object.keys(layers.jobs).filter((name) => name.startsWith("wave-"));
  expect(names).toEqual(["wave-1", "wave-2"]);
  for (const [index, name] of names.entries()) {
    expect(layers.jobs[name]?.if).toBe(`fromJSON(needs.plan.outputs.plan).waves[${index}] != null`);
    for (const [jobIndex, job] of (waves[index]?.include ?? []).entries())
      await run.job(wave.jobs["layer"]?.steps ?? [], {
        "matrix.layer": job.layer,
        "matrix.platform": job.platform,
        "inputs.wave": String(index + 1),
        "strategy.job-index": String(jobIndex),
      });
  }

  const { checkout } = await run.job(layers.jobs["rest"]?.steps ?? []);
  const built = lockSchema.parse(JSON.parse(readFileSync(join(checkout, "lamina.lock"), "utf8")));
  expect(Object.keys(built.layers)).toEqual(["base", "both", "left", "right", "top"]);
  expect(existsSync(join(checkout, ".lamina/history.json"))).toBe(true);
  const history = readFileSync(join(checkout, ".lamina/history.json"), "utf8");
  // The last job itself built what no wave was there for, and nothing else.
  expect(Array.from(history.matchAll(/"([\w-]+)@/g), ([, name]) => name)).toEqual(["both", "top"]);
});
