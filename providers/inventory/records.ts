// The files of an image that say what is installed in it: which they are, and what stands in them.

import path from "node:path/posix";
import type { ImageContent, InstalledPackage } from "../../engine/ports/image-inventory.ts";
import { parseAlpineDatabase } from "./alpine.ts";
import { parseCargoInstalls } from "./cargo.ts";
import { parseDebianStatus } from "./debian.ts";

type Reader = (text: string) => readonly InstalledPackage[] | undefined;

/** Symlinks of the same name lead to the last of them. */
const releasePaths = ["etc/os-release", "usr/lib/os-release"];

/** Whether a file is one of them. `filePath` is relative to the image's root. */
export function isRecord(filePath: string): boolean {
  return readerOf(filePath) !== undefined || releasePaths.includes(filePath);
}

/** What files say together; by path relative to the image's root. Files that are no records are passed over. */
export function readRecords(files: ReadonlyMap<string, Uint8Array>): ImageContent {
  const packages = new Map<string, InstalledPackage>();
  const unread: string[] = [];
  for (const [filePath, bytes] of Array.from(files).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const read = readerOf(filePath);
    if (read === undefined) continue;
    const found = read(decode(bytes));
    if (found === undefined) unread.push(`/${filePath} is not what it should be`);
    for (const each of found ?? []) packages.set(sortKey(each), each);
  }
  const sorted = Array.from(packages).sort(([a], [b]) => (a < b ? -1 : 1));
  return { distribution: readRelease(files), packages: sorted.map(([, each]) => each), unread };
}

function readerOf(filePath: string): Reader | undefined {
  if (filePath === "var/lib/dpkg/status") return parseDebianStatus;
  // Images that are put together of packages without dpkg have a file for each.
  if (path.dirname(filePath) === "var/lib/dpkg/status.d" && !filePath.endsWith(".md5sums"))
    return parseDebianStatus;
  if (filePath === "lib/apk/db/installed" || filePath === "usr/lib/apk/db/installed")
    return parseAlpineDatabase;
  return path.basename(filePath) === ".crates2.json" ? parseCargoInstalls : undefined;
}

/** os-release(5). */
function readRelease(files: ReadonlyMap<string, Uint8Array>): ImageContent["distribution"] {
  const found = releasePaths.map((each) => files.get(each)).find((each) => each !== undefined);
  if (found === undefined) return undefined;
  const text = decode(found);
  const valueOf = (key: string): string | undefined =>
    new RegExp(`^${key}=["']?([A-Za-z0-9._-]+)["']?\\s*$`, "m").exec(text)?.[1];
  const id = valueOf("ID");
  return id === undefined ? undefined : { id, version: valueOf("VERSION_ID") };
}

function sortKey({ manager, name, version, architecture }: InstalledPackage): string {
  return [manager, name, version, architecture ?? ""].join("\0");
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
