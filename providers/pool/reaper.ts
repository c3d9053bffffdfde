// What ends leases when nobody asks for it: those that expired, those that a server left behind, and machines that belong to
// no lease that lives. Machines that do not bear the pool's marks are not looked at.

import type { Clock } from "../../engine/core/host.ts";
import { ok, type Result } from "../../engine/core/result.ts";
import type { Compute, ComputeFailure } from "../../engine/ports/compute.ts";
import type { LeaseId } from "../../schemas/lease-id.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";
import { isLiving, type LeaseStore } from "./lease-store.ts";

export interface ReaperOptions {
  readonly keeper: LeaseKeeper;
  readonly store: LeaseStore;
  readonly compute: Compute;
  readonly clock: Clock;
  /** As the keeper's. */
  readonly pool: string;
  readonly report: (line: string) => void;
}

/** How long the client of a machine that was in the making when a server ended may take to ask again. */
const adoptionMs = 120_000;
const roundMs = 15_000;
/** The provider is asked for all its machines in one round of so many. */
const roundsPerList = 4;
/** What is missing from one list of the provider's may be about to come. */
const listsUntilLost = 2;

export class Reaper {
  readonly #options: ReaperOptions;
  readonly #canceller = new AbortController();
  readonly #missed = new Map<LeaseId, number>();
  #round: Promise<void> = Promise.resolve();
  #rounds = 0;
  #forget: () => void = () => {};

  constructor(options: ReaperOptions) {
    this.#options = options;
  }

  /**
   * Begins, once, with what the server before this one left: a client that asks again has a machine in the making adopted; where
   * none does in time, it is destroyed.
   */
  start(): void {
    const { keeper, store, clock, report } = this.#options;
    for (const lease of store.living()) {
      if (lease.state !== "creating" || keeper.isMaking(lease.lease_id)) continue;
      report(`lease ${lease.lease_id} (${lease.owner}) was in the making when the server ended`);
      const expiresAtMs = Math.min(lease.expires_at_ms, clock.nowMs() + adoptionMs);
      store.put({ ...lease, expires_at_ms: expiresAtMs });
    }
    this.#goRound();
  }

  /** Ends what has expired, and tries again what could not be ended before. */
  async reap(): Promise<void> {
    const { keeper, store, clock, report } = this.#options;
    const due = keeper.living().filter((lease) => {
      if (lease.state === "releasing") return !keeper.isMaking(lease.lease_id);
      return lease.expires_at_ms <= clock.nowMs();
    });
    await Promise.all(
      due.map((lease) => {
        if (lease.state !== "releasing") report(`lease ${lease.lease_id} (${lease.owner}) has expired`);
        return keeper.end(lease);
      }),
    );
    store.prune();
  }

  /**
   * Holds the leases against what the provider has: a machine whose lease has ended is destroyed, one without a lease when it has
   * expired; a lease whose machine is not there any more is lost. Fails where the provider cannot tell.
   */
  async reconcile(): Promise<Result<void, ComputeFailure>> {
    const { keeper, store, compute, clock, pool, report } = this.#options;
    const before = keeper.living();
    const listed = await compute.list(pool, this.#canceller.signal);
    if (!listed.ok) return listed;
    for (const { leaseId, expiresAtMs } of listed.value) {
      const lease = store.find(leaseId);
      const isLeftOver = lease === undefined ? expiresAtMs <= clock.nowMs() : !isLiving(lease.state);
      if (!isLeftOver) continue;
      report(`lamina-${leaseId} is left over`);
      await keeper.destroy(leaseId);
    }
    const there = new Set(listed.value.map(({ leaseId }) => leaseId));
    for (const lease of before) {
      const missed = there.has(lease.lease_id) ? 0 : (this.#missed.get(lease.lease_id) ?? 0) + 1;
      this.#missed.delete(lease.lease_id);
      const now = store.find(lease.lease_id);
      if (missed === 0 || lease.state !== "active" || now?.state !== "active") continue;
      if (missed < listsUntilLost) this.#missed.set(lease.lease_id, missed);
      else {
        report(`lease ${lease.lease_id} (${lease.owner}) is lost: the provider has its machine no more`);
        store.put({ ...now, state: "lost", endpoint: null });
      }
    }
    return ok(undefined);
  }

  /** Settles when nothing is under way any more. */
  async close(): Promise<void> {
    this.#forget();
    this.#canceller.abort();
    await this.#round;
  }

  #goRound(): void {
    this.#round = this.#look();
  }

  async #look(): Promise<void> {
    try {
      await this.#lookOnce();
    } catch (error) {
      // Such as a full disk: the next round may fare better.
      this.#options.report(`the reaper failed: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (this.#canceller.signal.aborted) return;
    this.#forget = this.#options.clock.after(roundMs, () => this.#goRound());
  }

  async #lookOnce(): Promise<void> {
    await this.reap();
    this.#rounds += 1;
    if (this.#rounds % roundsPerList !== 1) return;
    const reconciled = await this.reconcile();
    if (!reconciled.ok && reconciled.error.kind !== "canceled")
      this.#options.report(`the provider's machines could not be listed: ${reconciled.error.message}`);
  }
}
