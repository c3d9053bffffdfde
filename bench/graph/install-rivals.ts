// The other engines, pinned in rivals/ and installed on demand into a cache of this user's, apart from lamina's own packages.

import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { sha256, shortDigest } from "../../engine/core/digest.ts";

const sources = join(import.meta.dirname, "rivals");

/** The folder where this user's benches keep what takes long to make. */
function benchCache(): string {
  return join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "lamina/bench");
}

/** The absolute path of a node_modules that has them all. */
export async function installRivals(): Promise<string> {
  const lock = readFileSync(join(sources, "package-lock.json"));
  const folder = join(benchCache(), `rivals-${shortDigest(sha256(lock))}`);
  if (!existsSync(folder)) {
    process.stderr.write(`installing turbo, nx, wireit and lage into ${folder}\n`);
    const fresh = `${folder}.${process.pid}.tmp`;
    mkdirSync(fresh, { recursive: true });
    try {
      for (const file of ["package.json", "package-lock.json"])
        cpSync(join(sources, file), join(fresh, file));
      await execa("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: fresh });
      renameSync(fresh, folder);
    } finally {
      rmSync(fresh, { recursive: true, force: true });
    }
  }
  return join(folder, "node_modules");
}

const manifest = z.object({ version: z.string() });

/** The installed version of one of them. */
export function versionOf(modules: string, name: string): string {
  return manifest.parse(JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8"))).version;
}
