// The entries of lamina and all that they import, of lamina and of others, in few files: what starts, what the commands of
// every day load (scripts/chunk.ts), and the rest in the files that its dynamic imports make. In comes the folder to write
// to, out go the packages of which a part is in it.

import * as crypto from "node:crypto";
import { join } from "node:path";
import { type OutputChunk, type Plugin, rolldown } from "rolldown";
import { bundlePage } from "../cli/report/page-bundle.ts";
import { createChunkNaming } from "./chunk.ts";

const root = join(import.meta.dirname, "..");
export const bins = ["cli/main", "cli/catalog-validate"];
/** Modules that run on threads of their own. */
const threads = ["cli/nickel-thread"];
/** What package.json exports, by the file it becomes. */
export const libraryDoors = { nickel: "cli/nickel-library" } as const;
const everyDay = ["cli/run-command-line", "cli/commands/build", "cli/commands/list", "cli/commands/plan"];
const evaluating = ["cli/run-command-line", "cli/commands/nickel-export", "cli/commands/nickel-batch"];

/** @returns Folders of packages, absolute, sorted. @throws Error where the sources are wrong, or the bundler has a doubt. */
export async function bundle(into: string): Promise<readonly string[]> {
  const build = await rolldown({
    cwd: root,
    input: Object.fromEntries(
      [...[...bins, ...threads].map((entry) => [entry, entry] as const), ...Object.entries(libraryDoors)].map(
        ([name, entry]) => [name, sourceOf(entry)],
      ),
    ),
    platform: "node",
    transform: { target: "node24" },
    // Only thus may a module lie in another chunk than those that it imports.
    preserveEntrySignatures: "allow-extension",
    plugins: [
      englishOnly,
      nothingNative,
      pageWithin,
      directoryOfCommonJs,
      yamlInModules,
      cryptoWhenUsed,
      builtinsWithoutFacade,
    ],
    checks: {
      // A module that one command loads late may be what another cannot do without.
      ineffectiveDynamicImport: false,
      // Says how busy the machine is.
      bundlerTimings: false,
    },
    onLog: (level, { message }) => {
      if (level === "warn") throw new Error(message);
    },
  });
  try {
    const { output } = await build.write({
      dir: into,
      format: "esm",
      entryFileNames: "[name].js",
      chunkFileNames: "chunks/[name]-[hash].js",
      comments: false,
      codeSplitting: {
        groups: [
          {
            debugName: "by who loads it",
            name: createChunkNaming({
              bins: bins.map(sourceOf),
              libraryDoors: Object.values(libraryDoors).map(sourceOf),
              everyDay: everyDay.map(sourceOf),
              evaluating: evaluating.map(sourceOf),
            }),
            includeDependenciesRecursively: false,
          },
        ],
      },
    });
    return packagesOf(output.filter((file) => file.type === "chunk"));
  } finally {
    await build.close();
  }
}

function sourceOf(entry: string): string {
  return join(root, `${entry}.ts`);
}

function packagesOf(chunks: readonly OutputChunk[]): readonly string[] {
  const packages = new Set<string>();
  for (const { modules } of chunks) {
    for (const [id, { renderedLength }] of Object.entries(modules)) {
      const found = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0];
      if (found !== undefined && renderedLength > 0) packages.add(found);
    }
  }
  return Array.from(packages).sort();
}

/** Of zod's messages in fifty languages only the one that it uses unasked: 300 kB less to load. */
const englishOnly: Plugin = {
  name: "english-only",
  load: {
    filter: { id: /zod\/v4\/locales\/index\.js$/ },
    handler: () => 'export { default as en } from "./en.js";',
  },
};

/** What ssh2 has in C++ besides is for one platform; without it, it uses Node's own. */
const nothingNative: Plugin = {
  name: "nothing-native",
  resolveId: {
    filter: { id: /^cpu-features$|\.node$/ },
    handler: () => "\0native",
  },
  load: {
    filter: { id: /^\0native$/ },
    handler: () => 'throw new Error("not in the bundle");',
  },
};

/** The page of `lamina graph --format html`, made now, so that the bins need no bundler. */
const pageWithin: Plugin = {
  name: "page-within",
  load: {
    filter: { id: /cli\/report\/page-bundle\.ts$/ },
    handler: async () =>
      `const page = ${JSON.stringify(await bundlePage())}; export const bundlePage = () => page;`,
  },
};

/** CommonJS may ask where it lies. Of `require` the bundler takes care. */
const directoryOfCommonJs: Plugin = {
  name: "directory-of-commonjs",
  renderChunk: (code) =>
    /\b__dirname\b/.test(code) ? `const __dirname = import.meta.dirname;\n${code}` : null,
};

/** What `yaml` has for bundlers are modules, of which those that only write are left out: 160 kB less to load. */
const yamlInModules: Plugin = {
  name: "yaml-in-modules",
  resolveId: {
    filter: { id: /^yaml$/ },
    handler: () => join(root, "node_modules/yaml/browser/index.js"),
  },
};

/** Node's own cryptography takes 6 ms to load, and many commands need none. */
const cryptoWhenUsed: Plugin = {
  name: "crypto-when-used",
  resolveId: {
    filter: { id: /^node:crypto$/ },
    handler: () => "\0crypto-when-used",
  },
  load: {
    filter: { id: /^\0crypto-when-used$/ },
    handler: () =>
      Object.keys(crypto)
        .filter((name) => /^[a-z]/.test(name) && name !== "default")
        .map(
          (name) =>
            `export const ${name} = (...args) => process.getBuiltinModule("node:crypto").${name}(...args);\n`,
        )
        .join(""),
  },
};

/** An import of a module of Node's asks it for everything it has, also what it would load for that: 3 ms in all. */
const builtinsWithoutFacade: Plugin = {
  name: "builtins-without-facade",
  renderChunk: (code) =>
    code.replaceAll(
      /^import (?:([\w$]+)|\{([^}]*)\}) from "(node:[^"]+)";$/gm,
      (_, whole: string | undefined, parts: string | undefined, name: string) =>
        `const ${whole ?? `{${(parts ?? "").replaceAll(" as ", ": ")}}`} = process.getBuiltinModule("${name}");`,
    ),
};
