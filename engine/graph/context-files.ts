// The entries of a layer's folder that are sent to its build: everything that .dockerignore leaves in.

import path from "node:path/posix";
import type { Dockerignore, FolderMatch } from "../catalog/dockerignore.ts";
import type { FileFailure, Files } from "../core/host.ts";
import { err, ok, type Result } from "../core/result.ts";

export interface ContextEntry {
  /** Relative to the context, with "/". */
  readonly path: string;
  /** A folder is an entry only where nothing of what it holds is sent. */
  readonly kind: "file" | "symlink" | "empty-folder";
}

/** Lists the context in no particular order. Sockets, pipes and devices are left out. */
export function listContext(
  directory: string,
  ignore: Dockerignore,
  files: Files,
): Result<readonly ContextEntry[], readonly FileFailure[]> {
  const entries: ContextEntry[] = [];
  const failures: FileFailure[] = [];

  /** Whether anything in the folder is sent. */
  const visit = (folderPath: string, folder: FolderMatch | undefined): boolean => {
    const listed = files.list(path.join(directory, folderPath));
    if (!listed.ok) {
      // What cannot be read does not matter where it is not sent.
      if (folder?.ignored !== true) failures.push(listed.error);
      return false;
    }
    let isSent = false;
    for (const { name, kind } of listed.value) {
      const entryPath = folderPath === "" ? name : `${folderPath}/${name}`;
      const match = ignore.match(entryPath, folder);
      if (kind === "directory") {
        const holdsSent = match.ignored && !ignore.hasExceptions ? false : visit(entryPath, match);
        if (!holdsSent && !match.ignored) entries.push({ path: entryPath, kind: "empty-folder" });
        isSent ||= holdsSent || !match.ignored;
      } else if (!match.ignored && kind !== "other") {
        entries.push({ path: entryPath, kind });
        isSent = true;
      }
    }
    return isSent;
  };

  visit("", undefined);
  return failures.length === 0 ? ok(entries) : err(failures);
}
