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
  type Stats,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path/posix";
import type { EntryKind, FileFailure, FileInfo, SharedFiles } from "../../engine/core/host.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";
import { takeTurn } from "./take-turn.ts";

export const systemFiles: SharedFiles = {
  read: (file) => attempt(file, () => readFileSync(file)),
  readText: (file) => attempt(file, () => new TextDecoder().decode(readFileSync(file))),
  info: (file) => {
    // Asked thousands of times in a command: spelt out, as a function in between is felt.
    try {
      const stats = lstatSync(file, unlessMissing);
      return stats === undefined ? missing(file) : ok(describe(stats));
    } catch (cause) {
      return explain(file, cause);
    }
  },
  targetInfo: (file) => {
    const stats = attempt(file, () => statSync(file, unlessMissing));
    if (!stats.ok) return stats;
    return stats.value === undefined ? missing(file) : ok(describe(stats.value));
  },
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
  writeAtomically: (file, content, { durable } = { durable: true }) =>
    attempt(file, () => replace(file, content, durable), {
      EEXIST: "not-a-directory",
      ENOTDIR: "not-a-directory",
    }),
  append: (file, text) =>
    attempt(file, () => addToEnd(file, text), { EEXIST: "not-a-directory", ENOTDIR: "not-a-directory" }),
  remove: (file) =>
    attempt(file, () => {
      if (lstatSync(file, unlessMissing) !== undefined) unlinkSync(file);
    }),
  exclusively: (file, work) => {
    const made = attempt(file, () => mkdirSync(path.dirname(file), { recursive: true }), {
      EEXIST: "not-a-directory",
      ENOTDIR: "not-a-directory",
    });
    return made.ok ? takeTurn(file, work) : made;
  },
};

/** Most paths that are asked for in vain are asked for in every command: an exception for each would be the dearest part. */
const unlessMissing = { throwIfNoEntry: false } as const;

function attempt<T>(
  file: string,
  action: () => T,
  kinds: Readonly<Record<string, FileFailure["kind"]>> = {},
): Result<T, FileFailure> {
  try {
    return ok(action());
  } catch (cause) {
    return explain(file, cause, kinds);
  }
}

function explain(
  file: string,
  cause: unknown,
  kinds: Readonly<Record<string, FileFailure["kind"]>> = {},
): Result<never, FileFailure> {
  if (!(cause instanceof Error) || !("code" in cause)) throw cause;
  const code = String(cause.code);
  return err({ kind: kinds[code] ?? failureKind(code), path: file, message: cause.message });
}

function missing(file: string): Result<never, FileFailure> {
  return err({ kind: "missing", path: file, message: `no such file: ${file}` });
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

function describe(stats: Stats): FileInfo {
  const { mode, size, mtimeMs, ctimeMs, ino: inode } = stats;
  return { kind: kindOf(stats), mode: mode & 0o7777, size, mtimeMs, ctimeMs, inode };
}

function kindOf(entry: { isFile(): boolean; isDirectory(): boolean; isSymbolicLink(): boolean }): EntryKind {
  if (entry.isFile()) return "file";
  if (entry.isDirectory()) return "directory";
  return entry.isSymbolicLink() ? "symlink" : "other";
}

/** The new content reaches the disk before the name does; the folder is synced last, so that the name is kept as well. */
function replace(file: string, content: string | Uint8Array, durable: boolean): void {
  const directory = path.dirname(file);
  mkdirSync(directory, { recursive: true });
  const old = lstatSync(file, { throwIfNoEntry: false });
  // In place of a device such as /dev/null there would be a file from then on, for all programs.
  if (old !== undefined && !old.isFile() && !old.isSymbolicLink())
    throw Object.assign(new Error(`not a file: ${file}`), { code: "EISDIR" });
  const mode = old?.isFile() === true ? old.mode : undefined;
  const temporary = path.join(directory, `.${path.basename(file)}.${randomBytes(6).toString("hex")}.tmp`);
  const handle = openSync(temporary, "wx");
  try {
    try {
      writeFileSync(handle, content);
      if (mode !== undefined) fchmodSync(handle, mode & 0o777);
      if (durable) fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, file);
  } catch (cause) {
    unlinkSync(temporary);
    throw cause;
  }
  if (durable) syncFolder(directory);
}

function addToEnd(file: string, text: string): void {
  const directory = path.dirname(file);
  mkdirSync(directory, { recursive: true });
  const isNew = lstatSync(file, unlessMissing) === undefined;
  const handle = openSync(file, "a");
  try {
    writeFileSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  if (isNew) syncFolder(directory);
}

/** So that a new name in it is kept. */
function syncFolder(directory: string): void {
  const folder = openSync(directory, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
