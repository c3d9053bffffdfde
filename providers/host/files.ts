// The system's files as the engine asks for them. Laws: engine/core/host.ts, held by test/ports/files.ts.

import { randomBytes } from "node:crypto";
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path/posix";
import type { EntryKind, FileFailure, Files } from "../../engine/core/host.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";

export const systemFiles: Files = {
  read: (file) => attempt(file, () => readFileSync(file)),
  readText: (file) => attempt(file, () => new TextDecoder().decode(readFileSync(file))),
  info: (file) =>
    attempt(file, () => {
      const stats = lstatSync(file);
      const { size, mtimeMs, ino: inode } = stats;
      return { kind: kindOf(stats), mode: stats.mode & 0o777, size, mtimeMs, inode };
    }),
  list: (directory) =>
    attempt(
      directory,
      () =>
        readdirSync(directory, { withFileTypes: true })
          .map((entry) => ({ name: entry.name, kind: kindOf(entry) }))
          .sort((a, b) => (a.name < b.name ? -1 : 1)),
      { ENOTDIR: "not-a-directory" },
    ),
  readLink: (file) => attempt(file, () => readlinkSync(file), { EINVAL: "not-a-file" }),
  realPath: (file) => attempt(file, () => realpathSync(file)),
  writeAtomically: (file, content) =>
    attempt(file, () => replace(file, content), { EEXIST: "not-a-directory", ENOTDIR: "not-a-directory" }),
};

function attempt<T>(
  file: string,
  action: () => T,
  kinds: Readonly<Record<string, FileFailure["kind"]>> = {},
): Result<T, FileFailure> {
  try {
    return ok(action());
  } catch (cause) {
    if (!(cause instanceof Error) || !("code" in cause)) throw cause;
    const code = String(cause.code);
    return err({ kind: kinds[code] ?? failureKind(code), path: file, message: cause.message });
  }
}

function failureKind(code: string): FileFailure["kind"] {
  switch (code) {
    case "ENOENT":
    // A file stands where the path has a folder, so there is nothing at the path.
    case "ENOTDIR":
      return "missing";
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return "denied";
    case "EISDIR":
      return "not-a-file";
    default:
      return "io";
  }
}

function kindOf(entry: { isFile(): boolean; isDirectory(): boolean; isSymbolicLink(): boolean }): EntryKind {
  if (entry.isFile()) return "file";
  if (entry.isDirectory()) return "directory";
  return entry.isSymbolicLink() ? "symlink" : "other";
}

/** The new content reaches the disk before the name does; the folder is synced last, so that the name is kept as well. */
function replace(file: string, content: string | Uint8Array): void {
  const directory = path.dirname(file);
  mkdirSync(directory, { recursive: true });
  const mode = lstatSync(file, { throwIfNoEntry: false })?.mode;
  const temporary = path.join(directory, `.${path.basename(file)}.${randomBytes(6).toString("hex")}.tmp`);
  const handle = openSync(temporary, "wx");
  try {
    try {
      writeFileSync(handle, content);
      if (mode !== undefined) fchmodSync(handle, mode & 0o777);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, file);
  } catch (cause) {
    unlinkSync(temporary);
    throw cause;
  }
  const folder = openSync(directory, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
