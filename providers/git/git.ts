// The port VersionControl by git: three questions at once for what can be asked before the common ancestor is known, then
// one for what differs from it.

import type { Files } from "../../engine/core/host.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type {
  CompareRequest,
  Comparison,
  PathChange,
  VersionControl,
  VersionControlFailure,
} from "../../engine/ports/version-control.ts";
import { explainRef, isPlausible } from "./explain-ref.ts";
import { findChanges, findChangesBetween, listStored, listUntracked } from "./find-changes.ts";
import { GitObjects } from "./objects.ts";
import { locateInRepository } from "./repository-paths.ts";
import { askGit, explainFailure, type GitPlace, runGit } from "./run-git.ts";
import { openTrees } from "./trees.ts";

/** The git of PATH, over working trees on `disk`. */
export function openGit(disk: Files): VersionControl {
  return { compare: (request, signal) => compare(request, { directory: request.root, signal }, disk) };
}

async function compare(
  { root, ref, paths }: CompareRequest,
  place: GitPlace,
  disk: Files,
): Promise<Result<Comparison, VersionControlFailure>> {
  const [prefix, base, untracked] = await Promise.all([
    askGit(place, ["rev-parse", "--show-prefix"]),
    findBase(place, ref),
    listUntracked(place, paths),
  ]);
  if (!prefix.ok) return prefix;
  if (!base.ok) return base;
  if (!untracked.ok) return untracked;
  const repository = locateInRepository(root, prefix.value, disk);
  const insideOnly = (further: readonly string[]): readonly string[] =>
    further.filter((each) => repository.toRepository(each) !== undefined);
  const changesFrom = (
    below: readonly string[],
    others: readonly string[],
  ): Promise<Result<readonly PathChange[], VersionControlFailure>> =>
    findChanges({ place, base: base.value, paths: below, untracked: others, repository, disk });
  const changes = await changesFrom(paths, untracked.value);
  if (!changes.ok) return changes;
  return ok({
    base: base.value,
    changes: changes.value,
    changesOf: async (further) => {
      const inside = insideOnly(further);
      if (inside.length === 0) return ok([]);
      const others = await listUntracked(place, inside);
      return others.ok ? changesFrom(inside, others.value) : others;
    },
    changesBetween: (commit, below) =>
      findChangesBetween({ place, from: commit, base: base.value, paths: insideOnly(below), repository }),
    storedBelow: (below) => listStored(place, base.value, insideOnly(below), repository),
    openTrees: (between) =>
      openTrees({ repository, disk, commit: base.value, changes: between, objects: new GitObjects(place) }),
  });
}

/** The best common ancestor of a ref and HEAD; the first of several that are as good. */
async function findBase(place: GitPlace, ref: string): Promise<Result<string, VersionControlFailure>> {
  if (!isPlausible(ref)) return err(await explainRef(place, ref));
  const found = await runGit(place, ["merge-base", ref, "HEAD"]);
  if (found.ok) return ok(found.value);
  const failure = explainFailure(place, found.error);
  // Without a word: there is none. With one: git does not know one of the two.
  const isAboutRef =
    found.error.kind === "exited" &&
    (found.error.exitCode === 1 || /^fatal: Not a valid /m.test(found.error.stderr));
  return err(isAboutRef ? await explainRef(place, ref) : failure);
}
