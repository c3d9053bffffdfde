// The pool's one file: a SQLite database that a single server holds for as long as it runs, whatever happens to it.

import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { err, ok, type Result } from "../../engine/core/result.ts";

/** Raised with every change of the tables. */
const version = 1;

const tables = `
  CREATE TABLE leases (
    lease_id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    ended_at_ms INTEGER,
    lease TEXT NOT NULL
  ) STRICT;
  CREATE INDEX living ON leases (state) WHERE ended_at_ms IS NULL;
  CREATE TABLE creates (at_ms INTEGER NOT NULL) STRICT;
  CREATE TABLE metrics (
    id INTEGER PRIMARY KEY,
    workspace TEXT NOT NULL,
    layer TEXT NOT NULL,
    platform TEXT NOT NULL,
    run_id TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    metrics TEXT NOT NULL,
    UNIQUE (workspace, layer, platform, run_id, at_ms)
  ) STRICT;
  CREATE INDEX builds ON metrics (workspace, at_ms);
`;

/**
 * Opens the database at an absolute path, making it and the folders above it where there are none. What is written is on the
 * disk when the write returns. Fails where another server holds it, and where it is none of this version.
 */
export function openDatabase(path: string): Result<DatabaseSync, string> {
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true });
    database = new DatabaseSync(path);
    // The lock is taken by the first write and kept: two servers would reap each other's leases.
    database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    database.exec("BEGIN IMMEDIATE");
    const found = database.prepare("PRAGMA user_version").get()?.["user_version"];
    if (found === 0) database.exec(`${tables}; PRAGMA user_version = ${version}`);
    database.exec("COMMIT");
    if (found === 0 || found === version) return ok(database);
    database.close();
    return err(`${path} is of version ${String(found)}; this program knows ${version}`);
  } catch (error) {
    if (database?.isOpen === true) database.close();
    const message = error instanceof Error ? error.message : String(error);
    return err(
      message === "database is locked" ? `${path} is held by another server` : `${path}: ${message}`,
    );
  }
}
