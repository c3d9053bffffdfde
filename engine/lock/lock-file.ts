// A lock where it lies on disk: read once, and written as a whole after every change, so that finished work is never
// lost. A missing file is an empty lock.

import type { Lock } from "../../schemas/lock.ts";
import { type Diagnostic, diagnose } from "../core/diagnostic.ts";
import type { FileFailure, Files } from "../core/host.ts";
import { err, ok, type Result } from "../core/result.ts";
import { SourceFile } from "../core/source.ts";
import { unreadable } from "./diagnostics.ts";
import { emptyLock } from "./lock.ts";
import { parseLock } from "./parse-lock.ts";
import { serializeLock } from "./serialize-lock.ts";

export interface LockFile {
  /** Absolute. */
  readonly path: string;
  /** As last read or written. */
  readonly current: Lock;
  /**
   * Applies a change to what the file holds now (another run may have written meanwhile) and writes it, old or new,
   * never a mix. Writes nothing when the text stays the same. Says whether it wrote.
   */
  update(change: (lock: Lock) => Lock): Result<{ readonly written: boolean }, LockWriteFailure>;
}

export type LockWriteFailure =
  | { readonly kind: "file"; readonly failure: FileFailure }
  /** Somebody left the file unreadable since it was opened. */
  | { readonly kind: "unreadable"; readonly diagnostics: readonly Diagnostic[] };

/** Opens the lock at an absolute path; diagnostics where its text is no lock or cannot be read. */
export function openLockFile(files: Files, path: string): Result<LockFile, readonly Diagnostic[]> {
  const opened = readLock(files, path);
  if (!opened.ok) return opened;
  let state = opened.value;
  return ok({
    path,
    get current() {
      return state.lock;
    },
    update(change) {
      const found = readLock(files, path);
      if (!found.ok) return err({ kind: "unreadable", diagnostics: found.error });
      const lock = change(found.value.lock);
      const text = serializeLock(lock);
      state = found.value;
      if (text === found.value.text) return ok({ written: false });
      const written = files.writeAtomically(path, text);
      if (!written.ok) return err({ kind: "file", failure: written.error });
      state = { lock, text };
      return ok({ written: true });
    },
  });
}

/** `text` is undefined where there is no file. */
interface LockState {
  readonly lock: Lock;
  readonly text: string | undefined;
}

function readLock(files: Files, path: string): Result<LockState, readonly Diagnostic[]> {
  const text = files.readText(path);
  if (!text.ok) {
    if (text.error.kind === "missing") return ok({ lock: emptyLock, text: undefined });
    const span = { file: new SourceFile(path, ""), start: 0, end: 0 };
    return err([diagnose(unreadable, { reason: text.error.message }, { span })]);
  }
  const parsed = parseLock(text.value, path);
  return parsed.ok ? ok({ lock: parsed.value, text: text.value }) : parsed;
}
