// What builds used of their machines, in a file of the project: .lamina/metrics.db. Whoever only looks makes no file.

import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { BuildMetrics, MetricsFailure, MetricsStore } from "../../engine/ports/metrics.ts";
import { poolMetrics } from "../../schemas/pool.ts";
import { explainFault, openMetricsFile } from "./metrics-file.ts";
import { consideredBuilds, percentilesOf } from "./percentiles.ts";
import { fromWire, toWire } from "./wire.ts";

/** Of each layer and platform; older ones are forgotten. */
const keptBuilds = 200;

const columns =
  "workspace, layer, platform, run_id, at_ms, seconds, outcome, place, tier, cpu, memory_gb, cpu_p95, memory_p95_bytes, memory_peak_bytes";

const storedMetrics = poolMetrics.extend({ place: z.enum(["leased", "here"]) });

/** The store in a file at an absolute path, which is opened when it is first needed. */
export function openSqliteMetrics(path: string): MetricsStore {
  let database: DatabaseSync | undefined;
  let isClosed = false;

  function use<T>(make: boolean, otherwise: T, work: (open: DatabaseSync) => T): Result<T, MetricsFailure> {
    if (isClosed) return err({ kind: "unreachable", message: `${path} was closed` });
    if (database === undefined) {
      const opened = openMetricsFile(path, make);
      if (!opened.ok) return opened;
      if (opened.value === undefined) return ok(otherwise);
      database = opened.value;
    }
    try {
      return ok(work(database));
    } catch (fault) {
      return err(explainFault(path, fault));
    }
  }

  return {
    record: (metrics) =>
      Promise.resolve(
        use(true, undefined, (open) => {
          const row = { ...toWire(metrics), place: metrics.place };
          open
            .prepare(`INSERT OR IGNORE INTO builds (${columns}) VALUES (${columns.replaceAll(/\w+/g, "?")})`)
            .run(...columns.split(", ").map((column) => valueAt(row, column)));
          open
            .prepare(
              `DELETE FROM builds WHERE workspace = ?1 AND layer = ?2 AND platform = ?3 AND id NOT IN (
                 SELECT id FROM builds WHERE workspace = ?1 AND layer = ?2 AND platform = ?3
                 ORDER BY at_ms DESC, id DESC LIMIT ${keptBuilds})`,
            )
            .run(row.workspace, metrics.layer, metrics.platform);
        }),
      ),
    p95: (workspace) =>
      Promise.resolve(
        use(false, [], (open) => {
          const rows = open
            .prepare(
              `SELECT ${columns} FROM (
                 SELECT *, row_number() OVER (PARTITION BY layer, platform, place ORDER BY at_ms DESC, id DESC) AS nth
                 FROM builds WHERE workspace = ? AND outcome = 'built' AND cpu_p95 IS NOT NULL
                   AND coalesce(memory_peak_bytes, memory_p95_bytes) IS NOT NULL)
               WHERE nth <= ${consideredBuilds} ORDER BY at_ms DESC, id DESC`,
            )
            .all(workspace);
          return percentilesOf(rows.map((row) => readRow(row)));
        }),
      ),
    builds: (workspace, limit) =>
      Promise.resolve(
        use(false, [], (open) =>
          open
            .prepare(`SELECT ${columns} FROM builds WHERE workspace = ? ORDER BY at_ms DESC, id DESC LIMIT ?`)
            .all(workspace, limit)
            .map((row) => readRow(row)),
        ),
      ),
    close: () => {
      isClosed = true;
      database?.close();
      database = undefined;
      return Promise.resolve();
    },
  };
}

/** @throws Error that explainFault understands. */
function readRow(row: unknown): BuildMetrics {
  const read = storedMetrics.safeParse(row);
  if (read.success) {
    const { place, ...metrics } = read.data;
    return { ...fromWire(metrics), place };
  }
  throw new Error(`malformed: a build's ${read.error.issues[0]?.path.join(".") ?? "row"} is none`);
}

function valueAt(row: Readonly<Record<string, unknown>>, column: string): string | number | null {
  const value = row[column];
  return typeof value === "string" || typeof value === "number" ? value : null;
}
