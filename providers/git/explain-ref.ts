// Why there is no common ancestor with a ref: what is missing, and the command that brings it.

import { nearMiss } from "../../engine/core/near-miss.ts";
import type { VersionControlFailure } from "../../engine/ports/version-control.ts";
import { type GitPlace, runGit } from "./run-git.ts";

/** Asked only after git found none; several questions at once. */
export async function explainRef(place: GitPlace, ref: string): Promise<VersionControlFailure> {
  const ask = async (...args: readonly string[]): Promise<string | undefined> => {
    const answer = await runGit(place, args);
    return answer.ok ? answer.value : undefined;
  };
  const isCommit = async (name: string): Promise<boolean> =>
    isPlausible(name) && (await ask("rev-parse", "--verify", "--quiet", `${name}^{commit}`)) !== undefined;
  // "HEAD~3", "main@{1}" and "v1^2" start from a name.
  const [stem = ""] = /^[^~^@:]*/.exec(ref) ?? [];
  const [head, whole, start, shallow, refs, remotes] = await Promise.all([
    isCommit("HEAD"),
    isCommit(ref),
    isCommit(stem),
    ask("rev-parse", "--is-shallow-repository"),
    ask("for-each-ref", "--format=%(refname)", "refs/heads", "refs/remotes", "refs/tags"),
    ask("remote"),
  ]);
  if (place.signal.aborted) return { kind: "canceled" };
  if (!head) return { kind: "no-commits" };
  const isShallow = shallow === "true";
  const fetch = ["git", "fetch", ...(isShallow ? ["--unshallow"] : [])];
  if (whole) return isShallow ? { kind: "history-missing", ref, command: fetch } : { kind: "unrelated", ref };
  if (isShallow && (start || /^[0-9a-f]{7,64}$/.test(stem)))
    return { kind: "history-missing", ref, command: fetch };

  const names = readNames(refs ?? "");
  const suggestion = start ? undefined : suggest(ref, names);
  if (suggestion !== undefined || start || !isPlausible(ref) || /[\s~^:?*[\\]|\.\.|@\{/.test(ref))
    return { kind: "unknown-ref", ref, suggestion, branches: names.branches };
  const remote = (remotes ?? "").split("\n").find((each) => each !== "" && ref.startsWith(`${each}/`));
  if (remote !== undefined) {
    const branch = ref.slice(remote.length + 1);
    return { kind: "not-fetched", ref, command: [...fetch, remote, `${branch}:refs/remotes/${ref}`] };
  }
  const [first = ""] = (remotes ?? "").split("\n");
  if (isShallow && first !== "" && !/^[0-9a-f]{7,64}$/.test(ref))
    return { kind: "not-fetched", ref, command: [...fetch, first, `${ref}:${ref}`] };
  return { kind: "unknown-ref", ref, suggestion, branches: names.branches };
}

/** Whether git would take it for a name, and not for an option. */
export function isPlausible(ref: string): boolean {
  return ref !== "" && !ref.startsWith("-");
}

interface RefNames {
  /** Local branches, or where there are none those of remotes. */
  readonly branches: readonly string[];
  /** All, as one writes them. */
  readonly all: readonly string[];
}

function readNames(refs: string): RefNames {
  const lines = refs.split("\n").filter((line) => line !== "" && !line.endsWith("/HEAD"));
  const below = (folder: string) =>
    lines.filter((line) => line.startsWith(folder)).map((line) => line.slice(folder.length));
  const [local, remote] = [below("refs/heads/"), below("refs/remotes/")];
  return {
    branches: local.length > 0 ? local : remote,
    all: [...local, ...remote, ...below("refs/tags/")],
  };
}

/** "origin/main" for a "main" that only the remote has; else a near miss. */
function suggest(ref: string, { all }: RefNames): string | undefined {
  const remote = all.find((name) => name.endsWith(`/${ref}`) && name.split("/").length === 2 + count(ref));
  return remote ?? nearMissBelow(ref, all);
}

/** Within the same folder, so that what two names share does not make them alike. */
function nearMissBelow(ref: string, all: readonly string[]): string | undefined {
  const folder = ref.slice(0, ref.lastIndexOf("/") + 1);
  const near = nearMiss(
    ref.slice(folder.length),
    all.filter((name) => name.startsWith(folder)).map((name) => name.slice(folder.length)),
  );
  return near === undefined
    ? nearMiss(ref, folder === "" ? [] : all.filter((n) => !n.startsWith(folder)))
    : folder + near;
}

function count(ref: string): number {
  return ref.split("/").length - 1;
}
