// `npm run build && node bench/noop.ts [--layers 30] [--runs 9]`: a catalog in which everything is current, asked once more. lamina's
// own process beside others' on the same BuildKit, which has every step in its cache: `buildx bake`, a target a layer, parents handed
// over as `target:`; plain `buildctl` with a solve for each layer, two at once, and once with all layers as stages of one Dockerfile
// in a single solve. Nothing is exported by either. Whole processes, in turns; medians, and how many times as long as lamina takes.

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import PQueue from "p-queue";
import { ensureBuildkit } from "../scripts/tools/buildkit.ts";
import { ensureBuildx } from "../scripts/tools/buildx.ts";
import { runScript } from "../scripts/tools/missing-requirement.ts";
import { sayOnStderr as say } from "../scripts/tools/say.ts";
import { ensureTestRequirements } from "../scripts/tools/test-requirements.ts";
import { startBuildkitd } from "../test/rig/buildkitd.ts";
import { makeBusyboxImage } from "../test/rig/busybox-image.ts";
import { pushLayout, startRegistry } from "../test/rig/registry.ts";
import { median } from "./median.ts";

const run = promisify(execFile);
const program = join(import.meta.dirname, "../dist/cli/main.js");
const { values } = parseArgs({
  options: { layers: { type: "string", default: "30" }, runs: { type: "string", default: "9" } },
});
const layerCount = Number(values.layers);
const runs = Number(values.runs);
/** Chains of layers: each stands on the one before it. */
const chainLength = 6;

interface Layer {
  readonly name: string;
  readonly parent: string | undefined;
}

const layers: readonly Layer[] = Array.from({ length: layerCount }, (_, index) => ({
  name: `layer-${index}`,
  parent: index % chainLength === 0 ? undefined : `layer-${index - 1}`,
}));

async function writeCatalog(root: string, base: string): Promise<void> {
  for (const { name, parent } of layers) {
    const directory = join(root, "catalog", name);
    await mkdir(directory, { recursive: true });
    const buildBase = parent === undefined ? `{ image = "${base}" }` : `"${parent}"`;
    await writeFile(
      join(directory, "workflow.ncl"),
      `{ name = "${name}", kind = 'utility, language = "none", build_base = ${buildBase}, tools_provided = [], artifact_paths = [] }\n`,
    );
    await writeFile(
      join(directory, "Dockerfile"),
      dockerfileOf(parent === undefined ? base : `lamina/${parent}`, name),
    );
    await writeFile(join(directory, "tool"), `#!/bin/sh\necho ${name}\n`);
  }
}

function dockerfileOf(from: string, name: string): string {
  return `FROM ${from}\nCOPY tool /bin/${name}\nRUN chmod +x /bin/${name}\n`;
}

/** All of them in one file; each takes its files from a context of its own. */
function oneDockerfile(base: string): string {
  const stages = layers.map(
    ({ name, parent }) =>
      `FROM ${parent ?? base} AS ${name}\nCOPY --from=files-${name} tool /bin/${name}\nRUN chmod +x /bin/${name}\n`,
  );
  const all = layers.map(({ name }) => `COPY --from=${name} /bin/${name} /bin/`).join("\n");
  return `${stages.join("")}FROM scratch\n${all}\n`;
}

/** As `docker-bake.json` says it: the catalog's own Dockerfiles, each on the target of its parent. */
function bakeFile(root: string): string {
  const targets = layers.map(({ name, parent }) => [
    name,
    {
      context: join(root, "catalog", name),
      ...(parent === undefined ? {} : { contexts: { [`lamina/${parent}`]: `target:${parent}` } }),
    },
  ]);
  const group = { default: { targets: layers.map(({ name }) => name) } };
  return JSON.stringify({ group, target: Object.fromEntries(targets) });
}

await runScript(async (signal) => {
  const { buildctl, buildkitd } = await ensureBuildkit(say, signal);
  const buildx = await ensureBuildx(say, signal);
  const programs = await ensureTestRequirements();
  const directory = await mkdtemp(join(tmpdir(), "lamina-bench-noop-"));
  const stops: (() => Promise<void>)[] = [];
  try {
    const daemon = await startBuildkitd(buildkitd, join(directory, "buildkitd"));
    stops.push(daemon.stop);
    const registry = await startRegistry(programs.get("docker-registry") ?? "", join(directory, "registry"));
    stops.push(registry.stop);
    const layout = join(directory, "busybox");
    await makeBusyboxImage(programs.get("busybox") ?? "", layout);
    const base = await pushLayout(layout, registry.told, "bench/busybox", "1");
    const root = join(directory, "project");
    await writeCatalog(root, base);
    await writeFile(join(directory, "Dockerfile"), oneDockerfile(base));
    await writeFile(join(root, "docker-bake.json"), bakeFile(root));

    const env = {
      ...process.env,
      BUILDKIT_HOST: daemon.told,
      PATH: `${join(buildctl, "..")}:${process.env["PATH"] ?? ""}`,
    };
    const bakeEnv = { ...env, BUILDX_CONFIG: join(directory, "buildx"), BUILDX_BUILDER: "bench" };
    await run(buildx, ["create", "--name", "bench", "--driver", "remote", daemon.told], { env: bakeEnv });
    const solve = (args: readonly string[]) =>
      run(buildctl, [
        "--addr",
        daemon.told,
        "build",
        "--frontend",
        "dockerfile.v0",
        "--progress",
        "plain",
        ...args,
      ]);
    const folderOf = (name: string) => join(root, "catalog", name);
    const solveLayer = async ({ name, parent }: Layer): Promise<void> => {
      // A parent is the same file as its stage: plain buildctl has no store of its own to take it from.
      const file = join(directory, `Dockerfile.${name}`);
      const chain = layers.slice(0, layers.findIndex((each) => each.name === name) + 1).slice(-chainLength);
      const upTo =
        parent === undefined
          ? chain.slice(-1)
          : chain.slice(chain.findIndex((each) => each.parent === undefined));
      const text = upTo
        .map(
          (each) =>
            `FROM ${each.parent ?? base} AS ${each.name}\nCOPY --from=files-${each.name} tool /bin/${each.name}\nRUN chmod +x /bin/${each.name}\n`,
        )
        .join("");
      await writeFile(file, text);
      await solve([
        "--local",
        `context=${folderOf(name)}`,
        "--local",
        `dockerfile=${directory}`,
        "--opt",
        `filename=Dockerfile.${name}`,
        ...upTo.flatMap((each) => [
          "--local",
          `${each.name}=${folderOf(each.name)}`,
          "--opt",
          `context:files-${each.name}=local:${each.name}`,
        ]),
      ]);
    };
    const ways: ReadonlyMap<string, () => Promise<unknown>> = new Map<string, () => Promise<unknown>>([
      ["lamina build", () => run(process.execPath, [program, "build"], { cwd: root, env })],
      [
        "buildx bake",
        () => run(buildx, ["bake", "--progress", "plain", "--provenance=false"], { cwd: root, env: bakeEnv }),
      ],
      [
        "buildctl, a solve a layer",
        async () => {
          const queue = new PQueue({ concurrency: 2 });
          await Promise.all(layers.map((layer) => queue.add(() => solveLayer(layer))));
        },
      ],
      [
        "buildctl, one solve",
        () =>
          solve([
            "--local",
            `context=${root}`,
            "--local",
            `dockerfile=${directory}`,
            ...layers.flatMap(({ name }) => [
              "--local",
              `${name}=${folderOf(name)}`,
              "--opt",
              `context:files-${name}=local:${name}`,
            ]),
          ]),
      ],
    ]);
    say(`${layerCount} layers in chains of ${chainLength}: everything is built once`);
    for (const way of ways.values()) await way();
    const seconds = new Map<string, number[]>();
    for (let turn = 0; turn < runs; turn++)
      for (const [name, way] of ways) {
        const startedAt = performance.now();
        await way();
        seconds.set(name, [...(seconds.get(name) ?? []), (performance.now() - startedAt) / 1000]);
      }
    const own = median(seconds.get("lamina build") ?? []);
    process.stdout.write(
      `\n${layerCount} layers, all current${" ".repeat(8)}median s     min     max   times lamina's\n`,
    );
    for (const [name, all] of seconds)
      process.stdout.write(
        `${name.padEnd(30)} ${median(all).toFixed(3).padStart(8)} ${Math.min(...all)
          .toFixed(3)
          .padStart(7)} ${Math.max(...all)
          .toFixed(3)
          .padStart(7)} ${(median(all) / own).toFixed(1).padStart(12)}\n`,
      );
  } finally {
    for (const stop of stops.toReversed()) await stop();
    await rm(directory, { recursive: true, force: true });
  }
  return 0;
});
