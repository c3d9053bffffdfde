// A lock where it lies on disk: read once, and written as a whole after every change, so that finished work is never
// lost. A missing file is an empty lock.

import type { Lock } from "../../schemas/lock.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { FileFailure, Files } from "../core/host.ts";
import type { Result } from "../core/result.ts";

export interface LockFile {
  /** Absolute. */
  readonly path: string;
  /** As last read or written. */
  readonly current: Lock;
  /**
   * Applies a change to what the file holds now (another run may have written meanwhile) and writes it, old or new,
   * never a mix. Writes nothing when the text stays the same.
   */
  update(change: (lock: Lock) => Lock): Result<void, LockWriteFailure>;
}

export type LockWriteFailure =
  | { readonly kind: "file"; readonly failure: FileFailure }
  /** Somebody left the file unreadable since it was opened. */
  | { readonly kind: "unreadable"; readonly diagnostics: readonly Diagnostic[] };

/** Opens the lock at an absolute path; diagnostics where its text is no lock or cannot be read. */
export function openLockFile(_files: Files, _path: string): Result<LockFile, readonly Diagnostic[]> {
  throw new Error("not written yet");
}
