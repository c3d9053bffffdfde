// The inputs that a lock remembers held against those of now: every difference as a Reason.

import type { LayerName } from "../../schemas/layer-name.ts";
import type { LockInputs } from "../../schemas/lock.ts";
import { compareDeclarations } from "./compare-declarations.ts";
import type { Reason } from "./step.ts";

/** What is known only after others are built or asked; differences of these are not looked for. */
export interface Pending {
  readonly parents: ReadonlySet<LayerName>;
  readonly bases: ReadonlySet<string>;
}

/** Differences in order: recipe (then nothing else can be compared), declaration, files, parents, bases; each by name. */
export function compareInputs(was: LockInputs, is: LockInputs, pending: Pending): readonly Reason[] {
  if (was.recipe !== is.recipe) return [{ kind: "recipe-changed", was: was.recipe, is: is.recipe }];
  return [
    ...compareDeclarations(was.declaration, is.declaration).map(
      (each): Reason => ({ kind: "declaration-changed", key: each.key, was: each.was, is: each.is }),
    ),
    ...compareFiles(new Map(Object.entries(was.files)), new Map(Object.entries(is.files))),
    ...compareParents(was, is, pending),
    ...compareBases(was, is, pending),
  ];
}

function compareFiles(
  before: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
): readonly Reason[] {
  const paths = namesOf(before, now);
  // Where one side knows a folder only as a whole, the other's files below it say no more than that.
  const folders = paths.filter((path) => isWhole(path, before.get(path)) || isWhole(path, now.get(path)));
  const changed = paths.filter((path) => lineOf(before, path) !== lineOf(now, path));
  const shown = new Set(changed.map((path) => folders.find((folder) => path.startsWith(folder)) ?? path));
  return Array.from(shown, (path): Reason => {
    const change = !reaches(before, path) ? "added" : !reaches(now, path) ? "removed" : "modified";
    const isFolder = folders.includes(path);
    const [was, is] = [before, now].map((files) => (isFolder ? files.get(path) : lineOf(files, path)));
    return { kind: "file-changed", path, change, was, is };
  });
}

/** Whether a line stands for all that a folder holds, not for the folder's own mode. */
function isWhole(path: string, line: string | undefined): boolean {
  return path.endsWith("/") && line !== undefined && !line.startsWith("folder ");
}

/** The line at a path; a folder that holds something has one of its own only where its mode is not the usual. */
function lineOf(files: ReadonlyMap<string, string>, path: string): string | undefined {
  return files.get(path) ?? (path.endsWith("/") && reaches(files, path) ? "folder 755" : undefined);
}

function reaches(files: ReadonlyMap<string, string>, path: string): boolean {
  return files.has(path) || (path.endsWith("/") && files.keys().some((each) => each.startsWith(path)));
}

function compareParents(was: LockInputs, is: LockInputs, pending: Pending): readonly Reason[] {
  const before = byLayer(was.parents);
  const now = byLayer(is.parents);
  return namesOf(before, now).flatMap((parent): readonly Reason[] => {
    const [old, current] = [before.get(parent), now.get(parent)];
    if (old === current || pending.parents.has(parent)) return [];
    return [
      current === undefined
        ? { kind: "parent-removed", parent }
        : { kind: "parent-changed", parent, was: old, is: current },
    ];
  });
}

function compareBases(was: LockInputs, is: LockInputs, pending: Pending): readonly Reason[] {
  const before = new Map(Object.entries(was.bases));
  const now = new Map(Object.entries(is.bases));
  return namesOf(before, now)
    .filter((image) => before.get(image) !== now.get(image) && !pending.bases.has(image))
    .map((image) => ({ kind: "base-changed", image, was: before.get(image), is: now.get(image) }));
}

/** As a map whose keys keep their type, which Object.entries forgets. */
function byLayer<K extends string, V>(record: Readonly<Record<K, V>>): ReadonlyMap<K, V> {
  const map = new Map<K, V>();
  for (const name in record) map.set(name, record[name]);
  return map;
}

/** Keys of either, in order of their code units. */
function namesOf<K extends string>(a: ReadonlyMap<K, unknown>, b: ReadonlyMap<K, unknown>): readonly K[] {
  return Array.from(new Set([...a.keys(), ...b.keys()])).sort();
}
