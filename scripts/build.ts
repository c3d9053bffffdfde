// Makes dist/: the bins with all third-party code bundled, its notices, lamina's Nickel contracts in a folder that bears
// the name they are imported by, what is parsed of them and of the library, and the evaluator as a library with its declarations. `npm run build`, also `prepare`;
// a folder as argument is made in its place.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, cp, glob, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { bins, bundle, libraryDoors } from "./bundle.ts";
import { writeNotices } from "./notices.ts";
import { prepareTexts } from "./prepare-texts.ts";

const root = join(import.meta.dirname, "..");

/** Everything is made in `into` (absolute), a folder that does not exist yet. */
async function buildInto(into: string): Promise<void> {
  const [packages] = await Promise.all([
    bundle(into),
    copyContracts(into),
    prepareTexts(into),
    declareTypes(into),
  ]);
  await Promise.all([
    writeNotices(packages, join(into, "THIRD-PARTY-NOTICES.txt")),
    writeBuildId(into),
    ...bins.map((bin) => chmod(join(into, `${bin}.js`), 0o755)),
  ]);
}

async function copyContracts(into: string): Promise<void> {
  await mkdir(join(into, "lamina"), { recursive: true });
  for await (const file of glob(join(root, "schemas/*.ncl"))) {
    const copy = join(into, "lamina", basename(file));
    await cp(file, copy);
    // For whoever runs what root has installed, whatever the checkout's own permissions.
    await chmod(copy, 0o644);
  }
}

/** The declarations of the library's doors, and of what they mention; of all else that they import there are none. */
async function declareTypes(into: string): Promise<void> {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const all = `${into}.types`;
  try {
    await promisify(execFile)(process.execPath, [
      tsc,
      "-p",
      join(root, "tsconfig.build.json"),
      "--outDir",
      all,
    ]);
    const doors = Object.entries(libraryDoors);
    const mentioned = new Set(doors.map(([, source]) => `${source}.d.ts`));
    for (const file of mentioned) {
      const text = await readFile(join(all, file), "utf8");
      for (const [, path = ""] of text.matchAll(/ from "(\.[^"]+)\.(?:ts|js)"/g))
        mentioned.add(join(dirname(file), `${path}.d.ts`));
      await mkdir(join(into, "types", dirname(file)), { recursive: true });
      await writeFile(join(into, "types", file), text);
    }
    for (const [name, source] of doors)
      await writeFile(join(into, `${name}.d.ts`), `export * from "./types/${source}.js";\n`);
  } finally {
    await rm(all, { recursive: true, force: true });
  }
}

/** Names the code: results that another build kept are not taken (see cli/package-root.ts). */
async function writeBuildId(into: string): Promise<void> {
  const hash = createHash("sha256");
  const files: string[] = [];
  for await (const file of glob("{*,{cli,chunks}/**/*}.js", { cwd: into })) files.push(file);
  for (const file of files.sort()) hash.update(file).update(await readFile(join(into, file)));
  await writeFile(join(into, "build-id"), hash.digest("hex").slice(0, 32));
}

const target = resolve(root, process.argv[2] ?? "dist");
// Beside the target, so that it can be renamed; for dist/ in a folder that no tool looks into, should it be left behind.
const fresh = `${target === join(root, "dist") ? join(root, "node_modules/.cache/dist") : target}.${process.pid}.tmp`;
try {
  await buildInto(fresh);
  await rm(target, { recursive: true, force: true });
  await rename(fresh, target);
} finally {
  await rm(fresh, { recursive: true, force: true });
}
