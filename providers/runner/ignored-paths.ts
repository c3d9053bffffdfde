// What of a context stays here when it is sent ahead: the files that .dockerignore keeps out of the build, which are often
// many, and sometimes secret.

import { type Dirent, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readDockerignore } from "../../engine/catalog/dockerignore.ts";
import type { PathPatterns, PatternState } from "../../engine/catalog/path-patterns.ts";
import { SourceFile } from "../../engine/core/source.ts";

const ignoreFile = ".dockerignore";

/**
 * Paths relative to the context, folders in place of all that is in them. `ownIgnoreFile` is the one named after the
 * Dockerfile, which goes before .dockerignore where it exists. .dockerignore itself is never among them: BuildKit reads it
 * once more where it builds.
 */
export function findIgnoredPaths(contextDirectory: string, ownIgnoreFile: string): readonly string[] {
  const file = readSource(ownIgnoreFile) ?? readSource(join(contextDirectory, ignoreFile));
  if (file === undefined) return [];
  const { paths } = walk(contextDirectory, "", readDockerignore(file).ignore, undefined);
  return paths.filter((path) => path !== ignoreFile);
}

interface Walked {
  readonly paths: readonly string[];
  /** Whether nothing of the folder is sent. */
  readonly isAll: boolean;
}

function walk(
  contextDirectory: string,
  folder: string,
  ignore: PathPatterns,
  folderState: PatternState | undefined,
): Walked {
  const paths: string[] = [];
  let isAll = true;
  for (const entry of listEntries(join(contextDirectory, folder))) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    const state = ignore.match(path, folderState);
    if (state.matches && !(entry.isDirectory() && ignore.hasExceptions)) {
      paths.push(path);
      continue;
    }
    if (!entry.isDirectory()) {
      isAll = false;
      continue;
    }
    const below = walk(contextDirectory, path, ignore, state);
    if (state.matches && below.isAll) {
      paths.push(path);
      continue;
    }
    isAll = false;
    paths.push(...below.paths);
  }
  return { paths, isAll };
}

/** None of a folder that cannot be read: what sends it will say so. */
function listEntries(directory: string): readonly Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
}

function readSource(path: string): SourceFile | undefined {
  try {
    return new SourceFile(path, readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}
