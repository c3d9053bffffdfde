// `node bench/cache.ts [--builders ephemeral|lasting|both]`: how long examples/rust-workspace builds on the layer rust-deps,
// cold (nothing was ever built), warm (all crates of the workspace edited, Cargo.lock as it was) and hot (one line of one crate
// edited), by `lamina dispatch`, with sccache over a Redis, and by `buildctl build` of the same Dockerfile on the same layers.
// Builders that are ephemeral begin with an empty BuildKit each time, as leased machines do; a lasting one keeps what it built.
// After `npm run catalog:build`. Prints a table on stdout, seconds and how many times faster.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { type Local, local } from "../schemas/local.ts";
import { ensureBuildkit } from "../scripts/tools/buildkit.ts";
import { imageReferences, readBuiltLayers } from "../scripts/tools/catalog-layers.ts";
import { ExampleProject } from "../scripts/tools/dispatch-example.ts";
import { MissingRequirement, runScript } from "../scripts/tools/missing-requirement.ts";
import { sayOnStderr as say } from "../scripts/tools/say.ts";
import { startBuildkitd } from "../test/rig/buildkitd.ts";
import { startRedis } from "../test/rig/redis.ts";

const root = join(import.meta.dirname, "..");
const moments = ["cold", "warm", "hot"] as const;
const crates = ["shelf-model/src/lib.rs", "shelf-search/src/lib.rs", "shelf/src/main.rs"];
type Moment = (typeof moments)[number];
type Builders = "ephemeral" | "lasting";

const { values } = parseArgs({ options: { builders: { type: "string", default: "both" } } });
const kinds: readonly Builders[] = (["ephemeral", "lasting"] as const).filter(
  (kind) => values.builders === kind || values.builders === "both",
);

/** A way to build the workspace, on the builder at an address. */
interface Way {
  readonly name: string;
  readonly project: ExampleProject;
  build(address: string): Promise<void>;
}

await runScript(async (signal) => {
  const { buildctl, buildkitd } = await ensureBuildkit(say, signal);
  const layers = await readBuiltLayers(root);
  if (!layers.some(({ layer }) => layer === "rust-deps"))
    throw new MissingRequirement("the layer rust-deps is not built", "run `npm run catalog:build` first");
  const { secrets } = local.parse(JSON.parse(await readFile(join(root, ".lamina/local.json"), "utf8")));
  const settings: Local = { bases: imageReferences(root, layers), secrets };
  const directory = await mkdtemp(join(tmpdir(), "lamina-bench-"));
  const redis = await startRedis();
  try {
    for (const kind of kinds) {
      const credentials = join(directory, "sccache_creds");
      await redis.empty();
      await writeFile(credentials, redis.sccacheCredentials, { mode: 0o600 });
      const withSccache = { ...secrets, sccache_creds: { file: credentials } };
      const figures = new Map<string, readonly number[]>();
      for (const makeWay of [
        () => laminaWay({ ...settings, secrets: withSccache }),
        () => plainWay(buildctl, settings),
      ]) {
        const way = await makeWay();
        figures.set(way.name, await measure(way, kind, { buildkitd, directory }, signal));
      }
      process.stdout.write(renderTable(kind, figures));
    }
  } finally {
    await redis.stop();
    await rm(directory, { recursive: true, force: true });
  }
  return 0;
});

/** Seconds of each moment. */
async function measure(
  way: Way,
  kind: Builders,
  { buildkitd, directory }: { readonly buildkitd: string; readonly directory: string },
  signal: AbortSignal,
): Promise<readonly number[]> {
  const seconds: number[] = [];
  const start = () => startBuildkitd(buildkitd, join(directory, `${way.name}-${kind}-${seconds.length}`));
  let builder = await start();
  try {
    for (const moment of moments) {
      signal.throwIfAborted();
      if (kind === "ephemeral" && seconds.length > 0) {
        await builder.stop();
        builder = await start();
      }
      await editFor(moment, way.project);
      const startedMs = performance.now();
      await way.build(builder.told);
      seconds.push((performance.now() - startedMs) / 1000);
      say(`${kind} builder, ${moment}, ${way.name}: ${(seconds.at(-1) ?? 0).toFixed(1)} s`);
    }
  } finally {
    await builder.stop();
  }
  return seconds;
}

async function editFor(moment: Moment, project: ExampleProject): Promise<void> {
  switch (moment) {
    case "cold":
      return;
    case "warm":
      for (const crate of crates) {
        const file = join(project.directory, "crates", crate);
        const text = await readFile(file, "utf8");
        await writeFile(file, `${text}\n#[allow(dead_code)]\nconst EDITED: &str = "warm";\n`);
      }
      return;
    case "hot":
      await project.edit(
        "crates/shelf-search/src/lib.rs",
        "TITLE_WEIGHT: f64 = 2.0;",
        "TITLE_WEIGHT: f64 = 3.0;",
      );
  }
}

async function laminaWay(settings: Local): Promise<Way> {
  const project = await ExampleProject.copy(root, "rust-workspace", settings);
  return {
    name: "lamina",
    project,
    build: async (address) => {
      const built = await project.dispatch({ BUILDKIT_HOST: address });
      if (built === undefined) throw new Error("lamina dispatch failed");
    },
  };
}

async function plainWay(buildctl: string, settings: Local): Promise<Way> {
  const project = await ExampleProject.copy(root, "rust-workspace", settings);
  const contexts = Object.entries(settings.bases).flatMap(([name, reference], index) => {
    const [directory, digest] = reference.replace(/^oci-layout:/, "").split("@");
    const layout = `layer${index}`;
    return [
      "--oci-layout",
      `${layout}=${directory}`,
      "--opt",
      `context:${name}=oci-layout://${layout}@${digest}`,
    ];
  });
  const secrets = Object.entries(settings.secrets).flatMap(([id, source]) =>
    "file" in source
      ? ["--secret", `id=${id},src=${source.file}`]
      : "env" in source
        ? ["--secret", `id=${id},env=${source.env}`]
        : [],
  );
  return {
    name: "buildctl",
    project,
    build: async (address) => {
      const local = ["--local", `context=${project.directory}`, "--local", `dockerfile=${project.directory}`];
      const output = ["--output", `type=oci,dest=${join(project.directory, ".lamina/image.tar")}`];
      const frontend = ["--progress", "plain", "--frontend", "dockerfile.v0"];
      const args = [frontend, local, contexts, secrets, output].flat();
      await execa(buildctl, ["--addr", address, "build", ...args]);
    },
  };
}

function renderTable(kind: Builders, figures: ReadonlyMap<string, readonly number[]>): string {
  const lamina = figures.get("lamina") ?? [];
  const plain = figures.get("buildctl") ?? [];
  const rows = moments.map((moment, index) => {
    const [ours, theirs] = [lamina[index] ?? Number.NaN, plain[index] ?? Number.NaN];
    return `| ${moment} | ${ours.toFixed(1)} | ${theirs.toFixed(1)} | ${(theirs / ours).toFixed(1)} |`;
  });
  return [`| ${kind} builder | lamina s | buildctl s | times |`, "|---|---|---|---|", ...rows, "", ""].join(
    "\n",
  );
}
