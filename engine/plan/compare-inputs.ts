// The inputs that a lock remembers held against those of now: every difference as a Reason.

import { type LayerName, layerName } from "../../schemas/layer-name.ts";
import type { LockInputs } from "../../schemas/lock.ts";
import type { ImageDigest } from "../core/digest.ts";
import type { Json } from "../nickel/located.ts";
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
    ...compareDeclarations(was.declaration, is.declaration),
    ...compareFiles(new Map(Object.entries(was.files)), new Map(Object.entries(is.files))),
    ...compareParents(was, is, pending),
    ...compareBases(was, is, pending),
  ];
}

function compareDeclarations(
  was: Readonly<Record<string, Json>>,
  is: Readonly<Record<string, Json>>,
): readonly Reason[] {
  const before = new Map(Object.entries(was));
  const now = new Map(Object.entries(is));
  return namesOf(before, now)
    .filter((key) => !equalJson(before.get(key), now.get(key)))
    .map((key) => ({ kind: "declaration-changed", key, was: before.get(key), is: now.get(key) }));
}

function compareFiles(
  before: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
): readonly Reason[] {
  const paths = namesOf(before, now);
  // Where one side knows a folder only as a whole, the other's files below it say no more than that.
  const folders = paths.filter((path) => path.endsWith("/"));
  const changed = paths.filter((path) => before.get(path) !== now.get(path));
  const shown = new Set(changed.map((path) => folders.find((folder) => path.startsWith(folder)) ?? path));
  return Array.from(shown, (path): Reason => {
    const change = !reaches(before, path) ? "added" : !reaches(now, path) ? "removed" : "modified";
    return { kind: "file-changed", path, change };
  });
}

function reaches(files: ReadonlyMap<string, string>, path: string): boolean {
  return files.has(path) || (path.endsWith("/") && files.keys().some((each) => each.startsWith(path)));
}

function compareParents(was: LockInputs, is: LockInputs, pending: Pending): readonly Reason[] {
  const before = digestsByLayer(was.parents);
  const now = digestsByLayer(is.parents);
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

function digestsByLayer(digests: Readonly<Record<string, ImageDigest>>): ReadonlyMap<LayerName, ImageDigest> {
  return new Map(Object.entries(digests).map(([name, digest]) => [layerName.parse(name), digest]));
}

/** Keys of either, in order of their code units. */
function namesOf<K extends string>(a: ReadonlyMap<K, unknown>, b: ReadonlyMap<K, unknown>): readonly K[] {
  return Array.from(new Set([...a.keys(), ...b.keys()])).sort();
}

function equalJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const before = new Map<string, Json>(Object.entries(a));
  const now = new Map<string, Json>(Object.entries(b));
  return (
    before.size === now.size && Array.from(before).every(([key, value]) => equalJson(value, now.get(key)))
  );
}
