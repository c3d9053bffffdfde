// Where this package lies on disk, the same from source and from dist: its version, and the Nickel files it ships.

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

/** The nearest folder above this file that has a package.json. */
export function packageRoot(): string {
  let directory = import.meta.dirname;
  while (!existsSync(join(directory, "package.json"))) {
    const above = dirname(directory);
    if (above === directory) throw new Error(`no package.json above ${import.meta.dirname}`);
    directory = above;
  }
  return directory;
}

/** For example "0.1.0". */
export function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8"));
  if (typeof manifest !== "object" || manifest === null || !("version" in manifest))
    throw new Error("package.json has no version");
  return String(manifest.version);
}

/** Whether this runs from dist/, not from the sources. */
export const isBuilt = !import.meta.url.endsWith(".ts");

/** A module that runs on a thread of its own, from the folder of cli/main: from source, and from dist. */
export function besideMain(name: string): URL {
  return pathToFileURL(
    isBuilt ? join(packageRoot(), "dist/cli", `${name}.js`) : join(packageRoot(), "cli", `${name}.ts`),
  );
}

/** The folder of lamina's own .ncl files, absolute. */
export function schemaFolder(): string {
  return join(packageRoot(), isBuilt ? "dist/lamina" : "schemas");
}

/** The folder below which `import "lamina/…"` is found, absolute. */
export function libraryFolder(): string {
  return isBuilt ? join(packageRoot(), "dist") : packageRoot();
}

/** Names the built code to the last byte; nothing names the sources as they stand at the moment. */
export function buildId(): string | undefined {
  return isBuilt ? readFileSync(join(packageRoot(), "dist/build-id"), "utf8") : undefined;
}
