// One at a time across processes: work is done while this process alone has a file locked. The lock is SQLite's on an empty
// database, because the system itself takes it back from a process that is killed, which no file made to stand for a lock
// can promise: nobody has to guess whether its maker still lives.

import { closeSync, openSync, statSync, unlinkSync } from "node:fs";
import type { FileFailure } from "../../engine/core/host.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";

const defaultPatienceMs = 30_000;
/** SQLITE_BUSY (sqlite.org/rescode.html). */
const busyCode = 5;

/** `file` is absolute, in a folder that exists. Waits without giving way to anything else in this process. */
export function takeTurn<T>(
  file: string,
  work: () => T,
  patienceMs = defaultPatienceMs,
): Result<T, FileFailure> {
  const lock = lockFile(file, patienceMs);
  if (!lock.ok) return lock;
  try {
    return ok(work());
  } finally {
    lock.value();
  }
}

/** What this process holds: to open and close such a file once more would give its lock back (fcntl(2), POSIX locks). */
const held = new Set<string>();

/**
 * Takes a turn that lasts until the returned function is called, which takes the file away, or this process ends, however it
 * ends; undefined where somebody has it, in this process or another, or it cannot be had at all. `file` is absolute, in a
 * folder that exists.
 */
export function holdTurn(file: string): (() => void) | undefined {
  if (held.has(file)) return undefined;
  const before = makeFile(file);
  const lock = before === undefined ? undefined : lockFile(file, 0);
  if (lock === undefined || !lock.ok) return undefined;
  // Where it was taken away meanwhile, what is locked is no longer what others find.
  if (statSync(file, { throwIfNoEntry: false })?.ino !== before) {
    lock.value();
    return undefined;
  }
  held.add(file);
  return () => {
    if (!held.delete(file)) return;
    try {
      unlinkSync(file);
    } catch {
      // It stays, and holds nothing.
    }
    lock.value();
  };
}

/** The inode of the file, made where there is none; undefined where that cannot be. */
function makeFile(file: string): number | undefined {
  try {
    closeSync(openSync(file, "a"));
    return statSync(file).ino;
  } catch {
    return undefined;
  }
}

/** The function that gives the lock back. */
function lockFile(file: string, patienceMs: number): Result<() => void, FileFailure> {
  try {
    // SQLite has one word for every file that it cannot open; the system is more exact.
    closeSync(openSync(file, "a"));
    // Loaded here, as most commands write nothing.
    const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
    const database = new DatabaseSync(file, { timeout: patienceMs });
    try {
      database.exec("BEGIN EXCLUSIVE");
    } catch (cause) {
      database.close();
      throw cause;
    }
    return ok(() => {
      database.exec("ROLLBACK");
      database.close();
    });
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    if ("errcode" in cause && cause.errcode === busyCode) {
      const message = `another process has held ${file} for ${patienceMs / 1000} s`;
      return err({ kind: "busy", path: file, message });
    }
    const isDenied = "code" in cause && ["EACCES", "EPERM", "EROFS"].includes(String(cause.code));
    return err({ kind: isDenied ? "denied" : "io", path: file, message: cause.message });
  }
}
