// A lock with git's conflict markers made a lock again, as far as both sides say the same or only one says something.

import { posix } from "node:path";
import { type Diagnostic, diagnose } from "../core/diagnostic.ts";
import type { FileFailure, SharedFiles } from "../core/host.ts";
import { err, ok, type Result } from "../core/result.ts";
import { SourceFile } from "../core/source.ts";
import { splitConflict } from "./conflict-sides.ts";
import { unmendableConflict } from "./diagnostics.ts";
import { findConflict } from "./find-conflict.ts";
import { emptyLock } from "./lock.ts";
import type { LockPlace } from "./lock-file.ts";
import { type MergedLock, mergeLocks } from "./merge-locks.ts";
import { parseLock } from "./parse-lock.ts";
import { serializeLock } from "./serialize-lock.ts";

export type MendFailure =
  | { readonly kind: "unmendable"; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: "file"; readonly failure: FileFailure };

/** Writes the lock as mended; undefined where there is no conflict, or no lock that can be read. */
export function mendConflict(
  files: SharedFiles,
  { path, folder }: LockPlace,
): Result<MergedLock | undefined, MendFailure> {
  const turn = posix.join(folder, `${posix.basename(path)}.turn`);
  const done = files.exclusively(turn, (): Result<MergedLock | undefined, MendFailure> => {
    const text = files.readText(path);
    if (!text.ok) return ok(undefined);
    const merged = mergeSides(new SourceFile(path, text.value));
    if (!merged.ok) return err({ kind: "unmendable", diagnostics: merged.error });
    if (merged.value === undefined) return ok(undefined);
    const written = files.writeAtomically(path, serializeLock(merged.value.lock));
    return written.ok ? merged : err({ kind: "file", failure: written.error });
  });
  return done.ok ? done.value : err({ kind: "file", failure: done.error });
}

function mergeSides(file: SourceFile): Result<MergedLock | undefined, readonly Diagnostic[]> {
  const span = findConflict(file);
  if (span === undefined) return ok(undefined);
  const refuse = (side: "ours" | "theirs" | undefined) =>
    err([diagnose(unmendableConflict, { side }, { span })]);
  const sides = splitConflict(file.text);
  if (sides === undefined) return refuse(undefined);
  const ours = parseLock(sides.ours, file.path);
  if (!ours.ok) return refuse("ours");
  const theirs = parseLock(sides.theirs, file.path);
  if (!theirs.ok) return refuse("theirs");
  const base = sides.base === undefined ? undefined : parseLock(sides.base, file.path);
  const from = base?.ok === true ? base.value : emptyLock;
  // Git may have put lines of theirs into an entry of ours.
  return ok(mergeLocks(from, ours.value, theirs.value, { contestedEntries: "none" }));
}
