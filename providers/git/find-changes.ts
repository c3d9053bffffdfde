// What differs between a commit and the working tree: tracked files by `git diff`, which looks into those whose times tell
// nothing, and files that git does not track yet.

import path from "node:path/posix";
import { ok, type Result } from "../../engine/core/result.ts";
import type { PathChange, VersionControlFailure } from "../../engine/ports/version-control.ts";
import type { RepositoryPaths } from "./repository-paths.ts";
import { askGit, type GitPlace } from "./run-git.ts";

const lsFiles = "ls-files --others --exclude-standard --full-name -z --".split(" ");
/** Whatever the user's configuration says of how differences are shown. */
const diff =
  "-c diff.relative=false diff --raw -z --no-abbrev --no-renames --no-ext-diff --no-textconv --no-color --ignore-submodules=none".split(
    " ",
  );

/** Files below these absolute paths that git neither tracks nor ignores, as paths below the repository's top; a folder, with "/" at
 * its end, where that is a repository of its own. */
export async function listUntracked(
  place: GitPlace,
  paths: readonly string[],
): Promise<Result<readonly string[], VersionControlFailure>> {
  const listed = await askGit(place, [...lsFiles, ...relativeTo(place, paths)]);
  return listed.ok ? ok(splitZeros(listed.value)) : listed;
}

export interface ChangesRequest {
  readonly place: GitPlace;
  /** A commit's id. */
  readonly base: string;
  /** Absolute. */
  readonly paths: readonly string[];
  /** Below these paths: see `listUntracked`. */
  readonly untracked: readonly string[];
  readonly repository: RepositoryPaths;
}

/** Net changes below the paths, in order of their paths. */
export async function findChanges({
  place,
  base,
  paths,
  untracked,
  repository,
}: ChangesRequest): Promise<Result<readonly PathChange[], VersionControlFailure>> {
  const compared = await askGit(place, [...diff, base, "--", ...relativeTo(place, paths)]);
  if (!compared.ok) return compared;
  const tracked = new Map<string, Difference>();
  for (const difference of readRaw(compared.value)) tracked.set(difference.file, difference);

  const changes = new Map<string, PathChange>();
  const add = (file: string, change: PathChange["change"], isRepository: boolean): void => {
    changes.set(file, { path: repository.toDisk(file), change, isRepository });
  };
  for (const { file, change, isRepository } of tracked.values()) add(file, change, isRepository);
  const untrackedAgain: Difference[] = [];
  for (const listed of untracked) {
    const file = listed.replace(/\/$/, "");
    const before = tracked.get(file);
    if (before === undefined) add(file, "added", file !== listed);
    else untrackedAgain.push(before);
  }
  const same = await findSame(place, untrackedAgain, repository);
  if (!same.ok) return same;
  for (const { file, isRepository } of untrackedAgain) {
    if (same.value.has(file)) changes.delete(file);
    else add(file, "modified", isRepository);
  }
  return ok(Array.from(changes.values()).sort((a, b) => (a.path < b.path ? -1 : 1)));
}

/** Those that git was told to track no longer, but that are on disk as they were. A link or mode that changed counts as a change. */
async function findSame(
  place: GitPlace,
  differences: readonly Difference[],
  { toDisk }: RepositoryPaths,
): Promise<Result<ReadonlySet<string>, VersionControlFailure>> {
  const files = differences.filter(({ wasMode }) => wasMode === "100644" || wasMode === "100755");
  if (files.length === 0) return ok(new Set());
  const paths = files.map(({ file }) => toDisk(file));
  const hashed = await askGit(place, ["hash-object", "--", ...relativeTo(place, paths)]);
  if (!hashed.ok) return hashed;
  const ids = hashed.value.split("\n");
  return ok(new Set(files.filter(({ wasId }, index) => ids[index] === wasId).map(({ file }) => file)));
}

interface Difference {
  /** Below the repository's top. */
  readonly file: string;
  readonly change: PathChange["change"];
  readonly isRepository: boolean;
  /** As git writes it: "100644". */
  readonly wasMode: string;
  readonly wasId: string;
}

/** ":<mode> <mode> <id> <id> <letter>", a zero byte, the path, a zero byte; and so on. What is being merged stands there twice. */
function readRaw(text: string): readonly Difference[] {
  const fields = splitZeros(text);
  const differences: Difference[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [wasMode = "", mode = "", wasId = "", , letter = ""] = (fields[at] ?? "").slice(1).split(" ");
    differences.push({
      file: fields[at + 1] ?? "",
      change: letter.startsWith("A") ? "added" : letter.startsWith("D") ? "removed" : "modified",
      isRepository: wasMode === "160000" || mode === "160000",
      wasMode,
      wasId,
    });
  }
  return differences;
}

function splitZeros(text: string): readonly string[] {
  return text.split("\0").filter((field) => field !== "");
}

/** Git knows a path by its real spelling, a relative one by where it runs. */
function relativeTo({ directory }: GitPlace, paths: readonly string[]): readonly string[] {
  return paths.map((each) => path.relative(directory, each) || ".");
}
