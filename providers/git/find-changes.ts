// What differs between a commit and the working tree: tracked files by `git diff-index`, files that git does not track yet.
// A file whose times tell nothing is hashed, as `git diff` would; but that one would also write the index.

import path from "node:path/posix";
import type { Files } from "../../engine/core/host.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { PathChange, StoredKind, VersionControlFailure } from "../../engine/ports/version-control.ts";
import { findUnchanged, type StoredFile } from "./find-unchanged.ts";
import type { RepositoryPaths } from "./repository-paths.ts";
import { askGit, explainFailure, type GitPlace, runGit } from "./run-git.ts";

const lsFiles = "ls-files --others --exclude-standard --full-name -z --".split(" ");
/** Whatever the user's configuration says of how differences are shown. */
const diffIndex =
  "-c diff.relative=false diff-index --raw -z --no-abbrev --no-renames --ignore-submodules=none".split(" ");

const diffTree =
  "-c diff.relative=false diff-tree -r --raw -z --no-abbrev --no-renames --ignore-submodules=none".split(" ");
const lsTree = "ls-tree -r -z --full-name".split(" ");

/** Files below these absolute paths that git neither tracks nor ignores, as paths below the repository's top; a folder, with "/" at
 * its end, where that is a repository of its own. */
export async function listUntracked(
  place: GitPlace,
  paths: readonly string[],
): Promise<Result<readonly string[], VersionControlFailure>> {
  const listed = await askGit(place, [...lsFiles, ...relativeTo(place, paths)]);
  return listed.ok ? ok(splitZeros(listed.value)) : listed;
}

/** All that a commit holds below these absolute paths, by absolute path. */
export async function listStored(
  place: GitPlace,
  base: string,
  paths: readonly string[],
  { toDisk }: RepositoryPaths,
): Promise<Result<ReadonlyMap<string, StoredKind>, VersionControlFailure>> {
  const listed = await askGit(place, [...lsTree, base, "--", ...relativeTo(place, paths)]);
  if (!listed.ok) return listed;
  const kinds: Readonly<Record<string, StoredKind>> = { "120000": "link", "160000": "repository" };
  return ok(
    new Map(
      // "<mode> <type> <id>", a tab, the path.
      splitZeros(listed.value).map((line) => {
        const tab = line.indexOf("\t");
        return [toDisk(line.slice(tab + 1)), kinds[line.slice(0, 6)] ?? "file"];
      }),
    ),
  );
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
  readonly disk: Files;
}

/** Net changes below the paths, in order of their paths. */
export async function findChanges({
  place,
  base,
  paths,
  untracked,
  repository,
  disk,
}: ChangesRequest): Promise<Result<readonly PathChange[], VersionControlFailure>> {
  const compared = await askGit(place, [...diffIndex, base, "--", ...relativeTo(place, paths)]);
  if (!compared.ok) return compared;
  const differences = new Map<string, Difference>();
  for (const difference of readRaw(compared.value, repository)) differences.set(difference.file, difference);
  for (const listed of untracked) {
    const file = listed.replace(/\/$/, "");
    const before = differences.get(file);
    const isRepository = file !== listed || before?.isRepository === true;
    // What git was told to track no longer, but what is there: that may be what it was.
    differences.set(
      file,
      before === undefined
        ? { file, change: "added", isRepository, isPlainEdit: false, before: undefined }
        : { ...before, change: "modified", isRepository, isPlainEdit: false },
    );
  }
  const doubtful = Array.from(differences.values()).flatMap(({ change, isRepository, before }) =>
    change === "modified" && !isRepository && before !== undefined ? [before] : [],
  );
  const unchanged = await findUnchanged(place, doubtful, disk);
  if (!unchanged.ok) return unchanged;
  return ok(
    Array.from(differences.values(), (difference) => toChange(difference, repository))
      .filter((each) => !unchanged.value.has(each.path))
      .sort((a, b) => (a.path < b.path ? -1 : 1)),
  );
}

export interface BetweenRequest extends Pick<ChangesRequest, "place" | "base" | "paths" | "repository"> {
  /** A commit's id, which need not be here. */
  readonly from: string;
}

/** Changes from one commit to another, in order of their paths; undefined where the first is not here. */
export async function findChangesBetween({
  place,
  from,
  base,
  paths,
  repository,
}: BetweenRequest): Promise<Result<readonly PathChange[] | undefined, VersionControlFailure>> {
  const compared = await runGit(place, [...diffTree, from, base, "--", ...relativeTo(place, paths)]);
  if (!compared.ok) {
    const failure = explainFailure(place, compared.error);
    // Git has many ways to say that an object is missing, and all end like this.
    return failure.kind === "other" ? ok(undefined) : err(failure);
  }
  const changes = readRaw(compared.value, repository).map((each) => toChange(each, repository));
  return ok(changes.sort((a, b) => (a.path < b.path ? -1 : 1)));
}

function toChange(
  { file, change, isRepository, isPlainEdit }: Difference,
  { toDisk }: RepositoryPaths,
): PathChange {
  return { path: toDisk(file), change, isRepository, isPlainEdit };
}

interface Difference {
  /** Below the repository's top. */
  readonly file: string;
  readonly change: PathChange["change"];
  readonly isRepository: boolean;
  readonly isPlainEdit: boolean;
  /** Where only a look at the content tells whether it is another. */
  readonly before: StoredFile | undefined;
}

/** ":<mode> <mode> <id> <id> <letter>", a zero byte, the path, a zero byte; and so on. */
function readRaw(text: string, { toDisk }: RepositoryPaths): readonly Difference[] {
  const fields = splitZeros(text);
  const read: Difference[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [wasMode = "", mode = "", wasId = "", id = "", letter = ""] = (fields[at] ?? "")
      .slice(1)
      .split(" ");
    const file = fields[at + 1] ?? "";
    // An id of zeros is one that git did not find out.
    const isDoubtful = /^0+$/.test(id) && !/^0+$/.test(wasId);
    const change = letter.startsWith("A") ? "added" : letter.startsWith("D") ? "removed" : "modified";
    read.push({
      file,
      change,
      isPlainEdit: change === "modified" && isPlain(wasMode) && isPlain(mode),
      isRepository: wasMode === "160000" || mode === "160000",
      before: isDoubtful
        ? { path: toDisk(file), mode: wasMode, id: wasId, modeNow: letter.startsWith("D") ? undefined : mode }
        : undefined,
    });
  }
  return read;
}

/** "100644" or "100755": neither a link nor a repository. */
function isPlain(mode: string): boolean {
  return mode.startsWith("100");
}

function splitZeros(text: string): readonly string[] {
  return text.split("\0").filter((field) => field !== "");
}

/** Git knows a path by its real spelling, a relative one by where it runs. */
function relativeTo({ directory }: GitPlace, paths: readonly string[]): readonly string[] {
  return paths.map((each) => path.relative(directory, each) || ".");
}
