// Port: what changed between a commit and the working tree, as the project's version control tells it.
//
// Laws, held by test/ports/version-control.ts on every body:
// 1. Nothing rejects: what can go wrong is a VersionControlFailure, and whatever is not known for sure is one; an empty
//    answer means that nothing changed.
// 2. The commit is the best common ancestor of `ref` and of what is checked out (the first, where several are as good).
// 3. Changes are net: committed, staged or not, untracked and deleted count alike; what was changed and changed back does
//    not, nor do times, owners, or modes other than the owner's right to execute. A renamed file is one removed and one added.
// 4. What version control is told to ignore is nobody's change; what is tracked nevertheless is tracked.
// 5. `before` shows the commit, `now` what version control sees of the working tree: neither shows ignored files, nor folders
//    that hold nothing else. Outside the repository both show what is there.
// 6. It only reads: no index is written, no lock taken.
// 7. After `signal` aborts it settles with {kind: "canceled"}, and by then no process of it is left.

import type { Files } from "../core/host.ts";
import type { Result } from "../core/result.ts";

export interface CompareRequest {
  /** Absolute path of the project: the repository is the one that it lies in. */
  readonly root: string;
  /** A branch, tag, commit, or what else names one. */
  readonly ref: string;
  /** Absolute: only changes of these files, and below these folders, are looked for. */
  readonly paths: readonly string[];
}

export interface PathChange {
  /** Absolute, below the project's root as that was given, if it lies there. */
  readonly path: string;
  readonly change: "added" | "removed" | "modified";
  /** A repository within this one: what changed inside it is not told, and neither tree shows it as it was. */
  readonly isRepository: boolean;
  /** A plain file before and now, and nothing else: no link, no file that came or went. */
  readonly isPlainEdit: boolean;
}

/** What a commit holds at a path. */
export type StoredKind = "file" | "link" | "repository";

export interface Comparison {
  /** The commit that is compared with: 40 or 64 hexadecimal digits. */
  readonly base: string;
  /** In order of their paths. */
  readonly changes: readonly PathChange[];
  /** The same comparison below further paths. */
  changesOf(paths: readonly string[]): Promise<Result<readonly PathChange[], VersionControlFailure>>;
  /** From another commit to `base`, below the paths; undefined where that commit is not here. */
  changesBetween(
    commit: string,
    paths: readonly string[],
  ): Promise<Result<readonly PathChange[] | undefined, VersionControlFailure>>;
  /** All that `base` holds below the paths, by absolute path. */
  storedBelow(
    paths: readonly string[],
  ): Promise<Result<ReadonlyMap<string, StoredKind>, VersionControlFailure>>;
  /** Both trees. `changes` are all that tells them apart: what is not among these is shown as it was. */
  openTrees(changes: readonly PathChange[]): Trees;
}

/**
 * Files are asked for synchronously and fetched asynchronously: what is not at hand yet is answered with a failure and noted, so
 * whoever reads does it again after `fetch` until that finds nothing more to do.
 */
export interface Trees {
  readonly before: Files;
  readonly now: Files;
  /** Fetches what was asked for in vain; false where nothing was. */
  fetch(): Promise<Result<boolean, VersionControlFailure>>;
  /** Ends what fetching started; safe to call twice. */
  close(): Promise<void>;
}

export interface VersionControl {
  compare(request: CompareRequest, signal: AbortSignal): Promise<Result<Comparison, VersionControlFailure>>;
}

/** `command` is what brings the history that is missing, as argv. */
export type VersionControlFailure =
  | { readonly kind: "no-program"; readonly message: string }
  | { readonly kind: "no-repository"; readonly directory: string }
  /** The repository belongs to somebody else, and the program will not read it until told to. */
  | { readonly kind: "not-trusted"; readonly command: readonly string[] }
  /** Nothing is checked out: there is no commit yet. */
  | { readonly kind: "no-commits" }
  | {
      readonly kind: "unknown-ref";
      readonly ref: string;
      readonly suggestion: string | undefined;
      readonly branches: readonly string[];
    }
  /** A branch of a remote that was not fetched. */
  | { readonly kind: "not-fetched"; readonly ref: string; readonly command: readonly string[] }
  /** The clone is shallow, and the commit or the common ancestor lies beyond its edge. */
  | { readonly kind: "history-missing"; readonly ref: string; readonly command: readonly string[] }
  /** All history is there, and has nothing in common. */
  | { readonly kind: "unrelated"; readonly ref: string }
  | { readonly kind: "canceled" }
  /** In the program's own words. */
  | { readonly kind: "other"; readonly message: string };
