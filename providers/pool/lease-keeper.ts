// The leases of a pool: made, renewed, given back, and left to nobody. Every step is in the store before the provider is asked
// for it, so whatever ends the server, the next one knows what may be out there.
//
//        POST                 machine has an address
//   ──────────────▶ creating ───────────────────────▶ active ──┬──▶ lost      gone at the provider
//                      │                                │       │
//                      │ failed, DELETE, expired        │ DELETE, expired
//                      ▼                                ▼
//                  releasing ◀──────────────────────────┘
//                      │ the provider has nothing of it any more
//                      ▼
//              released, or failed where it never became active
//
// A server that ends while a machine is in the making leaves the lease "creating": see reaper.ts.

import { ok, type Result } from "../../engine/core/result.ts";
import type { MachineKind, MachineOffer, MachineSize } from "../../engine/ports/compute.ts";
import type { LeaseId } from "../../schemas/lease-id.ts";
import type { Platform } from "../../schemas/platform.ts";
import type { LeaseRequest, PoolLease } from "../../schemas/pool.ts";
import { fault, faultOf, type PoolFault, surveyFaultOf } from "./fault.ts";
import { type Choice, LeaseMaker, offerFields, type PoolDeps, reportsOf } from "./lease-maker.ts";
import { isLiving } from "./lease-store.ts";
import { OfferBook } from "./offer-book.ts";
import type { Caller } from "./tokens.ts";

/** A machine in the making. */
interface Making {
  readonly canceller: AbortController;
  readonly done: Promise<Result<PoolLease, PoolFault>>;
}

export class LeaseKeeper {
  readonly #options: PoolDeps;
  readonly #offers: OfferBook;
  readonly #maker: LeaseMaker;
  readonly #making = new Map<LeaseId, Making>();
  readonly #releasing = new Map<LeaseId, Promise<Result<void, PoolFault>>>();
  readonly #impatient = new AbortController();
  readonly #stopping = new AbortController();

  constructor(options: PoolDeps) {
    this.#options = options;
    this.#offers = new OfferBook(options.compute, options.clock);
    this.#maker = new LeaseMaker(options, this.#stopping.signal);
  }

  /** All kinds of machine that there are. */
  async kinds(): Promise<Result<readonly MachineKind[], PoolFault>> {
    const surveyed = await this.#offers.survey(this.#stopping.signal);
    return surveyed.ok ? ok(surveyed.value.kinds) : { ok: false, error: surveyFaultOf(surveyed.error) };
  }

  /** What holds a size, in the order in which it is to be tried. */
  async offers(size: MachineSize, platform: Platform): Promise<Result<readonly MachineOffer[], PoolFault>> {
    const { signal } = this.#stopping;
    const found = await this.#offers.find(size, platform, signal);
    return found.ok ? found : { ok: false, error: faultOf(found.error) };
  }

  /**
   * Leases a machine, or gives the lease that there is under the client's id. Answers when the machine has an address or cannot
   * be had, and after `waitMs` with what there is by then: asked again, it goes on waiting.
   */
  async lease(request: LeaseRequest, caller: Caller, waitMs: number): Promise<Result<PoolLease, PoolFault>> {
    const expiry = this.#expiryOf(request);
    if (!expiry.ok) return expiry;
    const known = this.#known(request, caller);
    if (known !== undefined) return known.ok ? this.#goOn(known.value, request, waitMs) : known;
    const offered = await this.#choose(request);
    if (!offered.ok) return offered;
    // Nothing is awaited from here until the lease is in the store: two requests shall not both pass the caps.
    const meanwhile = this.#known(request, caller);
    if (meanwhile !== undefined)
      return meanwhile.ok ? this.#goOn(meanwhile.value, request, waitMs) : meanwhile;
    const [first] = offered.value;
    const allowed = this.#maker.mayCreate(request.lease_id, first);
    if (!allowed.ok) return allowed;
    const { store, clock } = this.#options;
    const lease: PoolLease = {
      lease_id: request.lease_id,
      pool: request.pool,
      owner: caller.name,
      state: "creating",
      platform: request.platform,
      ...offerFields(first),
      machine_id: null,
      created_at_ms: clock.nowMs(),
      expires_at_ms: expiry.value,
      endpoint: null,
    };
    store.put(lease);
    return this.#make(lease, request, offered.value, waitMs);
  }

  /** The leases of a caller that may cost money; of one pool, or of all. */
  list(caller: Caller, pool: string | undefined): readonly PoolLease[] {
    return this.#options.store
      .living()
      .filter((lease) => isOf(lease, caller) && (pool === undefined || lease.pool === pool));
  }

  /** One lease, also one that has ended lately. */
  find(leaseId: LeaseId, caller: Caller): Result<PoolLease, PoolFault> {
    const lease = this.#options.store.find(leaseId);
    if (lease === undefined) return fault("not_found", `there is no lease ${leaseId}`);
    return isOf(lease, caller) ? ok(lease) : fault("forbidden", `the lease ${leaseId} is another's`);
  }

  /** Puts the end of a lease off, as far as a machine may live at all. */
  renew(leaseId: LeaseId, caller: Caller, ttlMs: number): Result<PoolLease, PoolFault> {
    const found = this.find(leaseId, caller);
    if (!found.ok) return found;
    const lease = found.value;
    if (lease.state !== "active" && lease.state !== "creating")
      return fault("conflict", `the lease ${leaseId} is ${lease.state}`);
    const { clock, maxTtlMs } = this.#options;
    const wanted = Math.min(clock.nowMs() + ttlMs, lease.created_at_ms + maxTtlMs);
    return ok(
      this.#options.store.put({ ...lease, expires_at_ms: Math.max(lease.expires_at_ms, Math.round(wanted)) }),
    );
  }

  /** Destroys the machine of a lease. Succeeds where there is none; what fails is tried again by the reaper. */
  async release(
    leaseId: LeaseId,
    caller: Caller,
    pool: string | undefined,
  ): Promise<Result<void, PoolFault>> {
    const lease = this.#options.store.find(leaseId);
    if (lease === undefined || !isLiving(lease.state)) return this.#maker.destroy(leaseId);
    if (!isOf(lease, caller)) return fault("forbidden", `the lease ${leaseId} is another's`);
    if (pool !== undefined && pool !== lease.pool)
      return fault("conflict", `the lease ${leaseId} is of another pool`);
    return this.end(lease);
  }

  /** Leases that may cost money, whosever they are. */
  living(): readonly PoolLease[] {
    return this.#options.store.living();
  }

  isMaking(leaseId: LeaseId): boolean {
    return this.#making.has(leaseId);
  }

  /** Destroys the machine of a lease that lives, whosever it is. */
  end(lease: PoolLease): Promise<Result<void, PoolFault>> {
    const running = this.#releasing.get(lease.lease_id);
    if (running !== undefined) return running;
    const ended = this.#end(lease).finally(() => {
      this.#releasing.delete(lease.lease_id);
    });
    this.#releasing.set(lease.lease_id, ended);
    return ended;
  }

  /** Destroys what the provider may have of a lease, and leaves what is known of it as it is. */
  destroy(leaseId: LeaseId): Promise<Result<void, PoolFault>> {
    return this.#maker.destroy(leaseId);
  }

  /** Nobody waits for a machine in the making any longer: those who do are answered with what there is. */
  stopWaiting(): void {
    this.#impatient.abort();
  }

  /** What is under way is given `graceMs` to become what it will, and is canceled then. Leases stay as they are. */
  async close(graceMs: number): Promise<void> {
    this.stopWaiting();
    const settled = Promise.all([
      ...Array.from(this.#making.values(), ({ done }) => done),
      ...this.#releasing.values(),
    ]);
    const { clock } = this.#options;
    const forget = clock.after(graceMs, () => this.#stopping.abort());
    await settled;
    forget();
    this.#stopping.abort();
  }

  /** The lease that there is already, or why it is not this caller's to have; undefined where there is none that lives. */
  #known(request: LeaseRequest, caller: Caller): Result<PoolLease, PoolFault> | undefined {
    const lease = this.#options.store.find(request.lease_id);
    if (lease === undefined || !isLiving(lease.state)) return undefined;
    if (!isOf(lease, caller)) return fault("forbidden", `the lease ${lease.lease_id} is another's`);
    if (lease.pool !== request.pool)
      return fault("conflict", `the lease ${lease.lease_id} is of another pool`);
    if (lease.state === "releasing")
      return fault("conflict", `the lease ${lease.lease_id} is being released`);
    return ok(lease);
  }

  /** Waits for a machine that is in the making, or takes up one that a server before this one left so. */
  async #goOn(
    lease: PoolLease,
    request: LeaseRequest,
    waitMs: number,
  ): Promise<Result<PoolLease, PoolFault>> {
    if (lease.state === "active") return ok(lease);
    const making = this.#making.get(lease.lease_id);
    if (making !== undefined) return this.#wait(lease, making, waitMs);
    const expiry = this.#expiryOf(request);
    if (!expiry.ok) return expiry;
    const offer: MachineOffer = {
      type: lease.type,
      location: lease.location,
      cpu: lease.cpu,
      memoryGb: lease.memory_gb,
      eurPerHour: lease.eur_per_hour,
      billing: lease.billing,
    };
    return this.#make(
      this.#options.store.put({ ...lease, expires_at_ms: expiry.value }),
      request,
      [offer],
      waitMs,
    );
  }

  /** Starts what makes the machine of a lease that is in the store. */
  #make(
    lease: PoolLease,
    request: LeaseRequest,
    offers: Choice,
    waitMs: number,
  ): Promise<Result<PoolLease, PoolFault>> {
    const canceller = new AbortController();
    const done = this.#maker.make(lease, request, offers, canceller.signal).finally(() => {
      this.#making.delete(lease.lease_id);
    });
    const making = { canceller, done };
    this.#making.set(lease.lease_id, making);
    return this.#wait(lease, making, waitMs);
  }

  #wait(lease: PoolLease, making: Making, waitMs: number): Promise<Result<PoolLease, PoolFault>> {
    const { store, clock } = this.#options;
    return new Promise((resolve, reject) => {
      const { signal } = this.#impatient;
      const giveIn = (): void => resolve(ok(store.find(lease.lease_id) ?? lease));
      const forget = clock.after(waitMs, giveIn);
      if (signal.aborted) giveIn();
      signal.addEventListener("abort", giveIn, { once: true });
      making.done.then(resolve, reject).finally(() => {
        forget();
        signal.removeEventListener("abort", giveIn);
      });
    });
  }

  async #end(lease: PoolLease): Promise<Result<void, PoolFault>> {
    const { store, report } = this.#options;
    const tell = reportsOf(report);
    store.put({ ...lease, state: "releasing", endpoint: null });
    const making = this.#making.get(lease.lease_id);
    making?.canceller.abort();
    await making?.done;
    const destroyed = await this.#maker.destroy(lease.lease_id);
    const current = store.find(lease.lease_id) ?? lease;
    if (destroyed.ok) tell(store.put({ ...current, state: "released", endpoint: null }), "is released");
    else tell(current, `could not be released: ${destroyed.error.message}`);
    return destroyed;
  }

  /** The offers that a request may be served with: at least one. */
  async #choose({ size, platform, offer }: LeaseRequest): Promise<Result<Choice, PoolFault>> {
    const found = await this.offers({ cpu: size.cpu, memoryGb: size.memory_gb }, platform);
    if (!found.ok) return found;
    const [first, ...rest] = found.value.filter(
      (one) => offer === undefined || (one.type === offer.type && one.location === offer.location),
    );
    if (first !== undefined) return ok([first, ...rest]);
    const what =
      offer === undefined ? "nothing" : `no ${offer.type}${offer.location && ` in ${offer.location}`}`;
    return fault(
      "no_capacity",
      `${what} is offered for ${platform} with ${size.cpu} cores and ${size.memory_gb} GB`,
    );
  }

  #expiryOf(request: LeaseRequest): Result<number, PoolFault> {
    const { clock, maxTtlMs } = this.#options;
    const nowMs = clock.nowMs();
    const expiresAtMs = request.expires_at_ms ?? Math.round(nowMs + (request.ttl_seconds ?? 0) * 1000);
    if (expiresAtMs <= nowMs) return fault("invalid_request", "the lease would have expired already");
    if (expiresAtMs > nowMs + maxTtlMs)
      return fault("invalid_request", `a machine may live ${maxTtlMs / 1000} seconds at most`);
    return ok(expiresAtMs);
  }
}

function isOf(lease: PoolLease, caller: Caller): boolean {
  return caller.isAdmin || lease.owner === caller.name;
}
