// Where programs lie: on PATH, or where `lamina` keeps the BuildKit that was built for it.

import { accessSync, constants, readdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";

export type ReadEnv = (name: string) => string | undefined;

/** lamina's own folder for what can be made anew: $LAMINA_CACHE, else "lamina" in the user's cache folder. */
export function cacheDirectory(env: ReadEnv): string {
  const own = env("LAMINA_CACHE");
  if (own !== undefined && isAbsolute(own)) return own;
  const users = env("XDG_CACHE_HOME");
  if (users !== undefined && isAbsolute(users)) return join(users, "lamina");
  return join(env("HOME") ?? homedir(), ".cache", "lamina");
}

/** The absolute path of a program: the first on PATH, else of the newest BuildKit in the tools cache. */
export function findTool(name: string, env: ReadEnv): string | undefined {
  const onPath = (env("PATH") ?? "").split(delimiter).filter(isAbsolute);
  return [...onPath, ...toolDirectories(env)].map((directory) => join(directory, name)).find(isProgram);
}

/** Folders such as "…/lamina/tools/buildkit-0.34.2", the newest version first. */
function toolDirectories(env: ReadEnv): string[] {
  const tools = join(cacheDirectory(env), "tools");
  try {
    return readdirSync(tools)
      .filter((name) => name.startsWith("buildkit-"))
      .sort((a, b) => b.localeCompare(a, "en", { numeric: true }))
      .map((name) => join(tools, name));
  } catch {
    return [];
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
