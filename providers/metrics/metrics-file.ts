// The file of metrics of a project, .lamina/metrics.db: its one table, and how it is opened. Several processes may have it open.

import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { MetricsFailure } from "../../engine/ports/metrics.ts";

/** Raised with every change of the table. */
const version = 2;
/** "lamn": so that a database of something else is not taken for ours. */
const applicationId = 0x6c616d6e;
/** Another process writes for milliseconds only. */
const busyMs = 10_000;

const table = `
  CREATE TABLE builds (
    id INTEGER PRIMARY KEY,
    workspace TEXT NOT NULL,
    layer TEXT NOT NULL,
    platform TEXT NOT NULL,
    run_id TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    seconds REAL NOT NULL,
    outcome TEXT NOT NULL,
    place TEXT NOT NULL,
    tier TEXT NOT NULL,
    cpu REAL NOT NULL,
    memory_gb REAL NOT NULL,
    cpu_p95 REAL,
    memory_p95_bytes INTEGER,
    memory_peak_bytes INTEGER,
    UNIQUE (workspace, layer, platform, run_id, at_ms)
  ) STRICT;
  CREATE INDEX last_builds ON builds (workspace, at_ms);
`;

/** What makes a file of a version one of the next. In the first there were none but leased machines. */
const changes = new Map([[1, "ALTER TABLE builds ADD COLUMN place TEXT NOT NULL DEFAULT 'leased'"]]);

/**
 * Opens the file at an absolute path; with `make` it is made where there is none, else nothing is opened then. A file that is
 * broken, another program's, or a newer lamina's is refused and left as it is.
 */
export function openMetricsFile(
  path: string,
  make: boolean,
): Result<DatabaseSync | undefined, MetricsFailure> {
  let database: DatabaseSync | undefined;
  try {
    if (!make && !existsSync(path)) return ok(undefined);
    if (make) mkdirSync(dirname(path), { recursive: true });
    database = new DatabaseSync(path, { timeout: busyMs });
    const refusal = takeUp(database);
    if (refusal === undefined) return ok(database);
    database.close();
    return err({ kind: "refused", message: `${path} ${refusal}` });
  } catch (fault) {
    if (database?.isOpen === true) database.close();
    return err(explainFault(path, fault));
  }
}

/** Makes the table in an empty file, under a lock that only one process can have; what speaks against the file, or nothing. */
function takeUp(database: DatabaseSync): string | undefined {
  const found = numbersOf(database);
  if (found.version === 0 && found.application === 0) {
    database.exec("BEGIN IMMEDIATE");
    const { version: now, application, tables } = numbersOf(database);
    if (now === 0 && application === 0 && tables === 0)
      database.exec(
        `${table}; PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${version}; COMMIT`,
      );
    else database.exec("ROLLBACK");
  }
  if (found.application === applicationId) bringUpToDate(database);
  const { version: now, application } = numbersOf(database);
  if (application !== applicationId)
    return "is a database of something else: move it away, and metrics begin anew";
  if (now > version)
    return `was written by a newer lamina (version ${now}, this one knows ${version}): use that one, or move the file away`;
  keepLog(database);
  return undefined;
}

/** Under the same lock: of several processes one does it. A newer file is left as it is. */
function bringUpToDate(database: DatabaseSync): void {
  for (;;) {
    const change = changes.get(numbersOf(database).version);
    if (change === undefined) return;
    database.exec("BEGIN IMMEDIATE");
    const { version: now } = numbersOf(database);
    const due = changes.get(now);
    database.exec(due === undefined ? "ROLLBACK" : `${due}; PRAGMA user_version = ${now + 1}; COMMIT`);
  }
}

/** Readers do not wait for a writer then. Who asks while others use the file may be told to wait, and they have asked already. */
function keepLog(database: DatabaseSync): void {
  try {
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  } catch (fault) {
    if (!isBusy(fault)) throw fault;
  }
}

function numbersOf(database: DatabaseSync): {
  readonly version: number;
  readonly application: number;
  readonly tables: number;
} {
  const number = (sql: string): number => Number(Object.values(database.prepare(sql).get() ?? {})[0]);
  return {
    version: number("PRAGMA user_version"),
    application: number("PRAGMA application_id"),
    tables: number("SELECT count(*) FROM sqlite_schema"),
  };
}

/** For people. What a file holds is refused; what stands in the way of reading it may pass. */
export function explainFault(path: string, fault: unknown): MetricsFailure {
  const message = fault instanceof Error ? fault.message : String(fault);
  if (isBusy(fault))
    return { kind: "unreachable", message: `${path} was in use for more than ${busyMs / 1000} s` };
  if (/not a database|malformed|no such (?:table|column)/.test(message))
    return {
      kind: "refused",
      message: `${path} is broken (${message}): move it away, and metrics begin anew`,
    };
  return { kind: "unreachable", message: `${path}: ${message}` };
}

function isBusy(fault: unknown): boolean {
  return fault instanceof Error && /database (?:table )?is locked|database is busy/.test(fault.message);
}
