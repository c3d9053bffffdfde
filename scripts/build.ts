// Makes dist/: the bins with all third-party code bundled, its notices, lamina's Nickel contracts in a folder that bears
// the name they are imported by, and the evaluator as a library with its declarations. `npm run build`, also `prepare`;
// a folder as argument is made in its place.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, cp, glob, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { promisify } from "node:util";
import { build, type Metafile, type Plugin } from "esbuild";
import { z } from "zod";
import { bundlePage } from "../cli/report/page-bundle.ts";

const root = join(import.meta.dirname, "..");
const bins = ["cli/main", "cli/catalog-validate"];
const libraryDoors = ["engine/nickel/evaluate", "engine/nickel/located"];

/** Everything is made in `into` (absolute), a folder that does not exist yet. */
async function buildInto(into: string): Promise<void> {
  const [{ metafile }] = await Promise.all([bundle(into), copyContracts(into), declareTypes(into)]);
  await dropUnusedBanners(into);
  await Promise.all([
    writeNotices(metafile, join(into, "THIRD-PARTY-NOTICES.txt")),
    writeBuildId(into),
    ...bins.map((bin) => chmod(join(into, `${bin}.js`), 0o755)),
  ]);
}

/** CommonJS packages in the bundle ask for Node's modules by `require`, and where they lie. */
const requireBanner =
  'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url),__dirname=import.meta.dirname;';

/** Few files ask for it, and in each it costs a moment of every command. */
async function dropUnusedBanners(into: string): Promise<void> {
  for await (const file of glob(join(into, "**/*.js"))) {
    const text = await readFile(file, "utf8");
    const rest = text.replace(requireBanner, "");
    if (rest !== text && !/\b(require|__dirname)\b/.test(rest)) await writeFile(file, rest);
  }
}

function bundle(into: string): Promise<{ metafile: Metafile }> {
  return build({
    absWorkingDir: root,
    entryPoints: [...bins, ...libraryDoors].map((entry) => `${entry}.ts`),
    outbase: ".",
    outdir: into,
    bundle: true,
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
    format: "esm",
    platform: "node",
    target: "node24",
    legalComments: "none",
    metafile: true,
    plugins: [englishOnly, pageWithin, nothingNative],
    banner: { js: requireBanner },
    logLevel: "warning",
  });
}

/** Of zod's messages in fifty languages only the one that it uses unasked: 300 kB less to load. */
const englishOnly: Plugin = {
  name: "english-only",
  setup(builder) {
    builder.onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: 'export { default as en } from "./en.js";',
    }));
  },
};

/** What ssh2 has in C++ besides is for one platform; without it, it uses Node's own. */
const nothingNative: Plugin = {
  name: "nothing-native",
  setup(builder) {
    builder.onResolve({ filter: /^cpu-features$|\.node$/ }, ({ path }) => ({ path, namespace: "native" }));
    builder.onLoad({ filter: /.*/, namespace: "native" }, () => ({
      contents: 'throw new Error("not in the bundle");',
      loader: "js",
    }));
  },
};

/** The page of `lamina graph --format html`, made now, so that the bins need no bundler. */
const pageWithin: Plugin = {
  name: "page-within",
  setup(builder) {
    builder.onLoad({ filter: /cli\/report\/page-bundle\.ts$/ }, async () => ({
      contents: `const page = ${JSON.stringify(await bundlePage())}; export const bundlePage = () => page;`,
    }));
  },
};

async function copyContracts(into: string): Promise<void> {
  await mkdir(join(into, "lamina"), { recursive: true });
  for await (const file of glob(join(root, "schemas/*.ncl"))) {
    const copy = join(into, "lamina", basename(file));
    await cp(file, copy);
    // For whoever runs what root has installed, whatever the checkout's own permissions.
    await chmod(copy, 0o644);
  }
}

async function declareTypes(into: string): Promise<void> {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  await promisify(execFile)(process.execPath, [
    tsc,
    "-p",
    join(root, "tsconfig.build.json"),
    "--outDir",
    into,
  ]);
}

/** Names the code: results that another build kept are not taken (see cli/package-root.ts). */
async function writeBuildId(into: string): Promise<void> {
  const hash = createHash("sha256");
  const files: string[] = [];
  for await (const file of glob("{cli,engine,chunks}/**/*.js", { cwd: into })) files.push(file);
  for (const file of files.sort()) hash.update(file).update(await readFile(join(into, file)));
  await writeFile(join(into, "build-id"), hash.digest("hex").slice(0, 32));
}

const manifestSchema = z.object({ name: z.string(), version: z.string(), license: z.string().optional() });

/** The licence of every package of which a part is in the bundle. */
async function writeNotices(metafile: Metafile, into: string): Promise<void> {
  const packages = new Set<string>();
  for (const output of Object.values(metafile.outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      const found = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
      if (found !== undefined && bytesInOutput > 0) packages.add(found);
    }
  }
  const notices = await Promise.all(Array.from(packages).sort().map(noticeOf));
  await writeFile(
    into,
    `lamina contains code of these packages.\n\n${notices.join(`\n${"-".repeat(80)}\n\n`)}`,
  );
}

async function noticeOf(directory: string): Promise<string> {
  const { name, version, license } = manifestSchema.parse(
    JSON.parse(await readFile(join(root, directory, "package.json"), "utf8")),
  );
  const texts: string[] = [];
  for await (const file of glob(join(root, directory, "*"))) {
    if (/^(licen[cs]e|notice|copying)/i.test(basename(file))) texts.push(await readFile(file, "utf8"));
  }
  if (texts.length === 0) throw new Error(`${name} has no licence file, but is in the bundle`);
  return `${name} ${version} (${license ?? "see below"})\n\n${texts.join("\n\n").trim()}\n`;
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
