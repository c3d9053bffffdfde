// Two declarations held against each other: every difference, by the path of the smallest part that differs.

import type { Json } from "../nickel/located.ts";

export interface DeclarationChange {
  /** As Nickel writes a path: `args.RUST_VERSION`, `tools_provided."g++".version`. */
  readonly key: string;
  /** The whole value there; undefined where that side lacks it. */
  readonly was: Json | undefined;
  readonly is: Json | undefined;
}

type JsonRecord = Readonly<Record<string, Json>>;

/**
 * Records are compared key by key, and lists of records that each have a name of their own (tools) name by name; any other
 * list that differs is told whole. Sorted by path, key by key.
 */
export function compareDeclarations(was: JsonRecord, is: JsonRecord): readonly DeclarationChange[] {
  return compareRecords("", was, is);
}

function compareRecords(path: string, was: JsonRecord, is: JsonRecord): readonly DeclarationChange[] {
  return compareMembers(path, new Map(Object.entries(was)), new Map(Object.entries(is)));
}

function compareMembers(
  path: string,
  was: ReadonlyMap<string, Json>,
  is: ReadonlyMap<string, Json>,
): readonly DeclarationChange[] {
  const names = Array.from(new Set([...was.keys(), ...is.keys()])).sort();
  return names.flatMap((name) => compareValues(join(path, name), was.get(name), is.get(name)));
}

function compareValues(
  key: string,
  was: Json | undefined,
  is: Json | undefined,
): readonly DeclarationChange[] {
  if (equalJson(was, is)) return [];
  // A record that came or went is told by its keys only where the other side has a record too.
  if (isRecord(was) && isRecord(is)) return compareRecords(key, was, is);
  const [before, now] = [membersByName(was), membersByName(is)];
  const members = before === undefined || now === undefined ? [] : compareMembers(key, before, now);
  return members.length === 0 ? [{ key, was, is }] : members;
}

/** The elements of a list by their names; undefined where one has none or two have the same. */
function membersByName(value: Json | undefined): ReadonlyMap<string, Json> | undefined {
  if (!isList(value)) return undefined;
  const members = new Map<string, Json>();
  for (const element of value) {
    const name = isRecord(element) ? element["name"] : undefined;
    if (typeof name !== "string" || members.has(name)) return undefined;
    members.set(name, element);
  }
  return members;
}

function join(path: string, name: string): string {
  const written = /^[_a-zA-Z][\w'-]*$/.test(name) ? name : JSON.stringify(name);
  return path === "" ? written : `${path}.${written}`;
}

/** Whether two values are the same; the order of keys is no difference. */
export function equalJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (isList(a))
    return isList(b) && a.length === b.length && a.every((each, index) => equalJson(each, b[index]));
  if (!isRecord(a) || !isRecord(b)) return false;
  const before = Object.keys(a);
  return (
    before.length === Object.keys(b).length &&
    before.every((key) => Object.hasOwn(b, key) && equalJson(a[key], b[key]))
  );
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function isRecord(value: Json | undefined): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
