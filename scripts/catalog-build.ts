// `npm run catalog:build [-- --record] [OPTION…]`: all layers that ship, really built and proven, as `lamina build OPTION…` does;
// then the projects of examples/ on top of them, for what no tool's version can tell: that a page comes out of `leptos` without a
// further download, and that on `rust-deps` an edit compiles what was edited. The first time it takes half an hour and more.
// With --record the versions go into lamina.lock also where a base stands in for the declared one (record-versions.ts).

import { randomUUID } from "node:crypto";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Local, local } from "../schemas/local.ts";
import { startRedis } from "../test/rig/redis.ts";
import { type BuiltLayer, imageReferences, readBuiltLayers } from "./tools/catalog-layers.ts";
import { ensurePrograms } from "./tools/debian-packages.ts";
import { type ExampleBuild, ExampleProject } from "./tools/dispatch-example.ts";
import { runScript } from "./tools/missing-requirement.ts";
import { prepareBuild } from "./tools/prepare-build.ts";
import { recordVersions } from "./tools/record-versions.ts";
import { runLamina } from "./tools/run-lamina.ts";
import { sayOnStderr as say } from "./tools/say.ts";
import { readSccacheCounts } from "./tools/sccache-counts.ts";

const root = join(import.meta.dirname, "..");
const recordOption = "--record";
const modelCrate = "crates/shelf-model/src/lib.rs";
const searchCrate = "crates/shelf-search/src/lib.rs";

await runScript(async (signal) => {
  await prepareBuild(root, signal);
  const options = process.argv.slice(2).filter((option) => option !== recordOption);
  say(["3. lamina build", ...options].join(" "));
  const { exitCode } = await runLamina(root, ["build", ...options]);
  if (exitCode !== 0) return exitCode;
  signal.throwIfAborted();
  const layers = await readBuiltLayers(root);
  const { secrets } = local.parse(JSON.parse(await readFile(join(root, ".lamina/local.json"), "utf8")));
  const settingsOn = (...names: readonly string[]): Local => ({
    bases: imageReferences(
      root,
      layers.filter(({ layer }) => names.includes(layer)),
    ),
    secrets,
  });

  say("4. examples/leptos-hello on leptos: lamina dispatch");
  const page = await (await ExampleProject.copy(root, "leptos-hello", settingsOn("leptos"))).dispatch();
  if (page === undefined) return 1;
  say(`   a page by trunk, a library by wasm-pack: ${describe(page)}`);
  signal.throwIfAborted();

  say("5. examples/rust-workspace on rust-deps: lamina dispatch, with sccache and a Redis");
  const complaint = await compileThrice(settingsOn("debian", "rust-deps"));
  if (complaint !== undefined) {
    say(`   ${complaint}`);
    return 1;
  }
  for (const layer of layers) process.stdout.write(`${renderLayer(layer)}\n`);
  if (process.argv.includes(recordOption) && (await recordVersions(root)))
    say("lamina.lock has these versions now, and no pin of the base: it was built on a stand-in");
  return 0;
});

/**
 * Builds the workspace, edits a line of one crate, builds it again; edits it once more, and builds it while the storage is gone.
 * What is wrong, in words; undefined where nothing is.
 */
async function compileThrice(settings: Local): Promise<string | undefined> {
  await ensurePrograms(
    [{ name: "redis-server", package: "redis-server", why: "sccache keeps in it what it compiled" }],
    say,
  );
  const redis = await startRedis();
  try {
    const credentials = join(root, ".lamina/examples/sccache_creds");
    const project = await ExampleProject.copy(root, "rust-workspace", {
      ...settings,
      secrets: { ...settings.secrets, sccache_creds: { file: credentials } },
    });
    await writeFile(credentials, redis.sccacheCredentials, { mode: 0o600 });
    // BuildKit may keep what was compiled before, and then nothing of it gets into the storage, which is empty.
    for (const source of [modelCrate, searchCrate])
      await appendFile(join(project.directory, source), `\n// ${randomUUID()}\n`);
    const first = await project.dispatch();
    if (first === undefined) return "it did not build";
    say(`   the first time: ${describe(first)}`);
    await project.edit(searchCrate, weight("2.0"), weight("3.0"));
    const second = await project.dispatch();
    if (second === undefined) return "it did not build after an edit";
    say(`   a line of shelf-search edited: ${describe(second)}`);
    const [counts, ...more] = readSccacheCounts(second.log);
    // Of the libraries: shelf-model came out of the storage. What links the program is no compilation that can be kept.
    if (counts === undefined || more.length > 0 || counts.hits !== 1 || counts.misses !== 1)
      return "after an edit of one crate more, or less, was compiled than that crate";
    await redis.stop();
    await project.edit(searchCrate, weight("3.0"), weight("4.0"));
    const third = await project.dispatch();
    if (third === undefined) return "it did not build without sccache's storage";
    say(`   edited once more, the storage gone: ${describe(third)}`);
    return undefined;
  } finally {
    await redis.stop();
  }
}

function weight(value: string): string {
  return `const TITLE_WEIGHT: f64 = ${value};`;
}

function describe({ seconds, stepsRun, stepsCached, log }: ExampleBuild): string {
  const counts = readSccacheCounts(log).map(
    ({ hits, misses }) => `, ${misses} compiled and ${hits} out of sccache's storage`,
  );
  return `${seconds.toFixed(1)} s, ${stepsRun} steps run, ${stepsCached} cached${counts.join("")}`;
}

function renderLayer({ layer, sizeBytes, tools }: BuiltLayer): string {
  const versions = Object.entries(tools).map(([name, version]) => `${name} ${version}`.trimEnd());
  return `${layer.padEnd(12)}${(sizeBytes / 1e6).toFixed(1).padStart(7)} MB  ${versions.join(", ")}`;
}
