// Metrics of builds in the pool's database, and the percentiles of each layer over its last builds.

import type { DatabaseSync } from "node:sqlite";
import { type PoolMetrics, poolMetrics } from "../../schemas/pool.ts";
import { consideredBuilds } from "../metrics/percentiles.ts";

const keptPerLayer = 200;

export class MetricsTables {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Keeps the metrics of a build; told twice, as after a lost answer, they count once. */
  record(metrics: PoolMetrics): void {
    const { workspace, layer, platform, run_id: runId, at_ms: atMs, outcome } = metrics;
    this.#database
      .prepare(
        "INSERT OR IGNORE INTO metrics (workspace, layer, platform, run_id, at_ms, outcome, metrics) VALUES (?, ?, ?, ?, ?, ?, ?)",
      )
      .run(workspace, layer, platform, runId, atMs, outcome, JSON.stringify(metrics));
    this.#database
      .prepare(
        `DELETE FROM metrics WHERE workspace = ?1 AND layer = ?2 AND platform = ?3 AND id NOT IN (
           SELECT id FROM metrics WHERE workspace = ?1 AND layer = ?2 AND platform = ?3
           ORDER BY at_ms DESC, id DESC LIMIT ${keptPerLayer})`,
      )
      .run(workspace, layer, platform);
  }

  /** The last builds of a workspace, the last one first. */
  builds(workspace: string, limit: number): readonly PoolMetrics[] {
    return this.#database
      .prepare("SELECT metrics FROM metrics WHERE workspace = ? ORDER BY at_ms DESC, id DESC LIMIT ?")
      .all(workspace, limit)
      .map((row) => read(row["metrics"]));
  }

  /** Successful builds of a workspace that were measured: of each layer and platform the last ones. */
  lastBuilt(workspace: string): ReadonlyMap<string, readonly PoolMetrics[]> {
    const rows = this.#database
      .prepare(
        `SELECT layer, platform, metrics FROM (
           SELECT layer, platform, metrics,
             row_number() OVER (PARTITION BY layer, platform ORDER BY at_ms DESC, id DESC) AS place
           FROM metrics WHERE workspace = ? AND outcome = 'built'
             AND json_extract(metrics, '$.cpu_p95') IS NOT NULL
             AND coalesce(json_extract(metrics, '$.memory_peak_bytes'), json_extract(metrics, '$.memory_p95_bytes')) IS NOT NULL)
         WHERE place <= ${consideredBuilds} ORDER BY layer, platform`,
      )
      .all(workspace);
    return Map.groupBy(
      rows.map((row) => read(row["metrics"])),
      ({ layer, platform }) => `${layer} ${platform}`,
    );
  }
}

function read(text: unknown): PoolMetrics {
  return poolMetrics.parse(JSON.parse(String(text)));
}
