// From a lease that is in the store to its machine: asked of the provider, offer by offer; and what may be left of it, destroyed.

import type { Clock } from "../../engine/core/host.ts";
import { ok, type Result } from "../../engine/core/result.ts";
import type { Compute, ComputeFailure, Machine, MachineOffer } from "../../engine/ports/compute.ts";
import type { LeaseId } from "../../schemas/lease-id.ts";
import type { LeaseRequest, PoolLease } from "../../schemas/pool.ts";
import { checkCaps, type PoolCaps } from "./caps.ts";
import { fault, faultOf, type PoolFault } from "./fault.ts";
import type { LeaseStore } from "./lease-store.ts";

export interface PoolDeps {
  readonly compute: Compute;
  readonly store: LeaseStore;
  readonly clock: Clock;
  /** What all machines of this server bear at the provider; no other server's. */
  readonly pool: string;
  readonly caps: PoolCaps;
  /** Longest life of a machine, renewed or not. */
  readonly maxTtlMs: number;
  /** Told what becomes of leases, a line for each. */
  readonly report: (line: string) => void;
}

/** At least one. */
export type Choice = readonly [MachineOffer, ...MachineOffer[]];

export class LeaseMaker {
  readonly #deps: PoolDeps;
  readonly #stopping: AbortSignal;
  readonly #tell: (lease: PoolLease, what: string) => void;

  /** `stopping` cancels everything. */
  constructor(deps: PoolDeps, stopping: AbortSignal) {
    this.#deps = deps;
    this.#stopping = stopping;
    this.#tell = reportsOf(deps.report);
  }

  /** One offer after the other, until a machine is there. */
  async make(
    lease: PoolLease,
    request: LeaseRequest,
    offers: Choice,
    canceled: AbortSignal,
  ): Promise<Result<PoolLease, PoolFault>> {
    const { compute, store, pool, maxTtlMs } = this.#deps;
    const signal = AbortSignal.any([canceled, this.#stopping]);
    let failure: ComputeFailure = { kind: "canceled" };
    for (const [index, offer] of offers.entries()) {
      if (index > 0) {
        const allowed = this.mayCreate(lease.lease_id, offer);
        if (!allowed.ok) {
          store.put({ ...lease, state: "failed" });
          return allowed;
        }
      }
      // Read anew each time: it may have been renewed.
      const current = store.put({ ...(store.find(lease.lease_id) ?? lease), ...offerFields(offer) });
      store.noteCreate();
      const made = await compute.create(
        {
          leaseId: lease.lease_id,
          pool,
          offer,
          platform: lease.platform,
          // Of what the provider shows to others' reapers: a renewal is known here only.
          expiresAtMs: current.created_at_ms + maxTtlMs,
          authorizedKey: request.authorized_key,
          hostKey: { privateKey: request.host_key.private_key, publicKey: request.host_key.public_key },
        },
        signal,
      );
      if (made.ok) return this.#activate(lease, made.value);
      failure = made.error;
      if (failure.kind !== "no-capacity" || signal.aborted) break;
    }
    return this.#giveUp(lease, failure);
  }

  /** The machine is there: its lease is active, unless it was given back meanwhile. */
  async #activate(
    lease: PoolLease,
    { machineId, endpoint, type, location }: Machine,
  ): Promise<Result<PoolLease, PoolFault>> {
    const { store } = this.#deps;
    const current = store.find(lease.lease_id) ?? lease;
    if (endpoint.kind === "local") {
      await this.#giveUp(lease, { kind: "broken", message: "the machine has no address" });
      return fault("broken", "the provider leases no machines that have an address of their own");
    }
    const reached: PoolLease = {
      ...current,
      machine_id: machineId,
      type,
      location,
      endpoint: {
        kind: "ssh",
        host: endpoint.host,
        port: endpoint.port,
        user: endpoint.user,
        host_key: endpoint.hostKey,
        buildkit_socket: endpoint.buildkitSocket,
      },
    };
    if (current.state !== "creating") {
      store.put({ ...reached, endpoint: null });
      return fault("conflict", `the lease ${lease.lease_id} was released meanwhile`);
    }
    const active = store.put({ ...reached, state: "active" });
    this.#tell(active, `is active: ${active.type} ${active.location}, ${active.eur_per_hour} EUR/h`);
    return ok(active);
  }

  /** No machine came of it: what may be left of the attempt is destroyed. */
  async #giveUp(lease: PoolLease, failure: ComputeFailure): Promise<Result<PoolLease, PoolFault>> {
    const { store } = this.#deps;
    const current = store.find(lease.lease_id) ?? lease;
    if (failure.kind === "canceled") {
      if (current.state === "creating") return { ok: false, error: faultOf(failure) };
      return fault("conflict", `the lease ${lease.lease_id} was released meanwhile`);
    }
    this.#tell(current, `failed: ${failure.message}`);
    if (current.state === "creating") {
      store.put({ ...current, state: "releasing" });
      const destroyed = await this.destroy(lease.lease_id);
      // Where neither making nor destroying is allowed, nothing was made.
      if (destroyed.ok || (failure.kind === "refused" && destroyed.error.code === "refused"))
        store.put({ ...current, state: "failed" });
    }
    return { ok: false, error: faultOf(failure) };
  }

  /** Destroys what the provider may have of a lease, and leaves what is known of it as it is. */
  async destroy(leaseId: LeaseId): Promise<Result<void, PoolFault>> {
    const { compute, pool } = this.#deps;
    const destroyed = await compute.destroy({ leaseId, pool }, this.#stopping);
    return destroyed.ok ? destroyed : { ok: false, error: faultOf(destroyed.error) };
  }

  /** Whether the caps leave room for the machine of a lease. */
  mayCreate(leaseId: LeaseId, offer: MachineOffer): Result<void, PoolFault> {
    const { store, clock, caps } = this.#deps;
    const nowMs = clock.nowMs();
    const living = store.living().filter((lease) => lease.lease_id !== leaseId);
    return checkCaps(caps, { living, creates: store.createsOfLastHour(), nowMs }, offer.eurPerHour);
  }
}

/** What tells of a lease. */
export function reportsOf(report: (line: string) => void): (lease: PoolLease, what: string) => void {
  return (lease, what) => report(`lease ${lease.lease_id} (${lease.owner}) ${what}`);
}

export function offerFields(offer: MachineOffer) {
  return {
    type: offer.type,
    location: offer.location,
    cpu: offer.cpu,
    memory_gb: offer.memoryGb,
    eur_per_hour: offer.eurPerHour,
    billing: offer.billing,
  };
}
