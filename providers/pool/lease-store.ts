// Leases in the pool's database, as its API shows them: journalled before each call to the provider, and read again when
// the server starts. A lease that has ended is kept for a while, for those who ask what became of it.

import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../engine/core/host.ts";
import type { LeaseId } from "../../schemas/lease-id.ts";
import { type PoolLease, type PoolLeaseState, poolLease } from "../../schemas/pool.ts";

const keptEndedMs = 7 * 24 * 3_600_000;
const hourMs = 3_600_000;

export class LeaseStore {
  readonly #database: DatabaseSync;
  readonly #clock: Clock;

  constructor(database: DatabaseSync, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  find(leaseId: LeaseId): PoolLease | undefined {
    const row = this.#database.prepare("SELECT lease FROM leases WHERE lease_id = ?").get(leaseId);
    return row === undefined ? undefined : read(row["lease"]);
  }

  /** Those that may cost money, in order of creation. */
  living(): readonly PoolLease[] {
    const rows = this.#database.prepare("SELECT lease FROM leases WHERE ended_at_ms IS NULL").all();
    return rows.map((row) => read(row["lease"])).sort((a, b) => a.created_at_ms - b.created_at_ms);
  }

  /** Writes a lease as it is now, in place of what was known of it; it is on the disk when this returns. */
  put(lease: PoolLease): PoolLease {
    this.#database
      .prepare("INSERT OR REPLACE INTO leases (lease_id, state, ended_at_ms, lease) VALUES (?, ?, ?, ?)")
      .run(
        lease.lease_id,
        lease.state,
        isLiving(lease.state) ? null : this.#clock.nowMs(),
        JSON.stringify(lease),
      );
    return lease;
  }

  noteCreate(): void {
    this.#database.prepare("INSERT INTO creates (at_ms) VALUES (?)").run(this.#clock.nowMs());
  }

  /** When machines were asked for within the last hour, the oldest first. */
  createsOfLastHour(): readonly number[] {
    const rows = this.#database
      .prepare("SELECT at_ms FROM creates WHERE at_ms > ? ORDER BY at_ms")
      .all(this.#clock.nowMs() - hourMs);
    return rows.map((row) => Number(row["at_ms"]));
  }

  /** Drops what nobody asks for any more. */
  prune(): void {
    const nowMs = this.#clock.nowMs();
    this.#database.prepare("DELETE FROM leases WHERE ended_at_ms < ?").run(nowMs - keptEndedMs);
    this.#database.prepare("DELETE FROM creates WHERE at_ms <= ?").run(nowMs - hourMs);
  }
}

export function isLiving(state: PoolLeaseState): boolean {
  return state === "creating" || state === "active" || state === "releasing";
}

function read(text: unknown): PoolLease {
  return poolLease.parse(JSON.parse(String(text)));
}
