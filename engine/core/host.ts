// What the engine asks of the world: files, the time, the environment. The bodies live in providers/host; tests
// hand in their own. Files are read synchronously: a plan reads thousands of small ones with nothing else to do.

import type { Result } from "./result.ts";

export interface FileFailure {
  readonly kind: "missing" | "denied" | "not-a-file" | "not-a-directory" | "busy" | "io";
  readonly path: string;
  /** The system's own words. */
  readonly message: string;
}

export type EntryKind = "file" | "directory" | "symlink" | "other";

export interface DirEntry {
  readonly name: string;
  readonly kind: EntryKind;
}

export interface FileInfo {
  readonly kind: EntryKind;
  /** Permission bits with setuid, setgid and sticky (0o7777). */
  readonly mode: number;
  readonly size: number;
  /** Milliseconds since the epoch, with fractions: of the last change of content. */
  readonly mtimeMs: number;
  /** The same of the last change of content, mode, links or name, which no program can set back. */
  readonly ctimeMs: number;
  readonly inode: number;
}

/** Paths are absolute. Nothing follows a final symlink but `read`, `readText`, `targetInfo`, `list` and `realPath`. */
export interface Files {
  read(path: string): Result<Uint8Array, FileFailure>;
  /** Decodes UTF-8 and drops a byte-order mark. */
  readText(path: string): Result<string, FileFailure>;
  info(path: string): Result<FileInfo, FileFailure>;
  /** Of what the path leads to in the end. */
  targetInfo(path: string): Result<FileInfo, FileFailure>;
  /** Entries in order of their names' code units. */
  list(directory: string): Result<readonly DirEntry[], FileFailure>;
  readLink(path: string): Result<string, FileFailure>;
  realPath(path: string): Result<string, FileFailure>;
  /**
   * Makes missing folders, writes beside the target, syncs, renames: the old or the new content, never a mix. What may be lost
   * when the machine stops, such as a cache, is spared the wait for the disk (`durable: false`).
   */
  writeAtomically(
    path: string,
    content: string | Uint8Array,
    options?: { readonly durable: boolean },
  ): Result<void, FileFailure>;
}

/** Files that several processes change at the same time. */
export interface SharedFiles extends Files {
  /** Adds to the end of a file, made with its folders where there is none; on the disk when it returns. */
  append(path: string, text: string): Result<void, FileFailure>;
  /** Takes a file away; that there is none is no failure. */
  remove(path: string): Result<void, FileFailure>;
  /**
   * Does `work` while nobody else does any under the same path, in this process or another; a process that ends, however it ends,
   * leaves its turn to the next. `path` names a file that is made for this and holds nothing. "busy" where the turn did not
   * come within half a minute. What `work` throws is thrown.
   */
  exclusively<T>(path: string, work: () => T): Result<T, FileFailure>;
}

export interface Clock {
  /** Wall time, milliseconds since the epoch. */
  nowMs(): number;
  /** Calls back once, unless the returned function is called first. */
  after(delayMs: number, callback: () => void): () => void;
}

export interface Host {
  readonly files: SharedFiles;
  readonly clock: Clock;
  env(name: string): string | undefined;
}
