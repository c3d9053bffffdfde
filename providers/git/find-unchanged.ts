// Files on disk against what a commit holds of them, by content and mode.

import { createHash } from "node:crypto";
import path from "node:path/posix";
import type { FileInfo, Files } from "../../engine/core/host.ts";
import { ok, type Result } from "../../engine/core/result.ts";
import type { VersionControlFailure } from "../../engine/ports/version-control.ts";
import { askGit, type GitPlace } from "./run-git.ts";

/** A file as a commit holds it. */
export interface StoredFile {
  /** Absolute, on disk. */
  readonly path: string;
  /** As git writes it: "100644", "100755", "120000" for a link. */
  readonly mode: string;
  readonly id: string;
  /** The mode that it has now, where git told it: a file system may have none to tell. */
  readonly modeNow: string | undefined;
}

/** So many bytes of paths go to one process. */
const maxArgumentBytes = 100_000;

/** Paths of those that are on disk what they are in the commit. */
export async function findUnchanged(
  place: GitPlace,
  stored: readonly StoredFile[],
  disk: Files,
): Promise<Result<ReadonlySet<string>, VersionControlFailure>> {
  const unchanged = new Set<string>();
  const toHash: StoredFile[] = [];
  for (const each of stored) {
    const info = disk.info(each.path);
    if (!info.ok) continue;
    if ((each.modeNow ?? gitMode(info.value)) !== each.mode) continue;
    if (info.value.kind === "file") toHash.push(each);
    else if (linkId(each, disk) === each.id) unchanged.add(each.path);
  }
  for (const files of chunk(toHash)) {
    // Through the filters that git applies to a path, such as those of line ends.
    const paths = files.map((each) => path.relative(place.directory, each.path));
    const hashed = await askGit(place, ["hash-object", "--", ...paths]);
    if (!hashed.ok) return hashed;
    const ids = hashed.value.split("\n");
    for (const [index, each] of files.entries()) if (ids[index] === each.id) unchanged.add(each.path);
  }
  return ok(unchanged);
}

/** Of what git keeps besides files, links: "". */
function gitMode({ kind, mode }: FileInfo): string {
  if (kind === "symlink") return "120000";
  return kind === "file" ? ((mode & 0o100) === 0 ? "100644" : "100755") : "";
}

/** A link's id is that of a blob with the path that it leads to (git-hash-object, "blob <bytes>\0<content>"). */
function linkId({ path: file, id }: StoredFile, disk: Files): string | undefined {
  const target = disk.readLink(file);
  if (!target.ok) return undefined;
  const bytes = Buffer.from(target.value);
  return createHash(id.length === 40 ? "sha1" : "sha256")
    .update(`blob ${bytes.length}\0`)
    .update(bytes)
    .digest("hex");
}

function chunk(files: readonly StoredFile[]): readonly (readonly StoredFile[])[] {
  const chunks: StoredFile[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const file of files) {
    bytes += file.path.length;
    if (bytes > maxArgumentBytes) {
      chunks.push([]);
      bytes = file.path.length;
    }
    chunks.at(-1)?.push(file);
  }
  return chunks;
}
