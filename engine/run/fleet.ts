// Layers placed on machines that are leased for them: shared within the run where one has room, leased where none has, kept while
// that costs nothing, given back at the latest when the run rests. Under caps for machines, euros and new machines an hour.

import PQueue from "p-queue";
import type { LayerName } from "../../schemas/layer-name.ts";
import type { LeaseId } from "../../schemas/lease-id.ts";
import type { Platform } from "../../schemas/platform.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { MachineOffer } from "../ports/compute.ts";
import type { LayerFailure } from "./layer-failure.ts";
import { type Lease, type LeaseDeps, type LeaseFailure, openLease, releaseLease } from "./lease.ts";
import { explainLeaseFailure } from "./lease-failure.ts";
import { pause } from "./pause.ts";
import type { Placement, PlacementRequest, Placer } from "./placer.ts";
import { keptUntilMs } from "./price.ts";

export interface FleetPolicy {
  /** "never": a machine for each layer. "paid_hour": an idle machine goes before another hour begins. "run": it stays. */
  readonly reuse: "never" | "paid_hour" | "run";
  readonly maxMachines: number;
  readonly maxEurPerHour: number | undefined;
  readonly maxCreatesPerHour: number;
}

export interface FleetDeps extends Omit<LeaseDeps, "onPaid"> {
  readonly policy: FleetPolicy;
  readonly makeLeaseId: () => LeaseId;
}

/** Layers fail for want of a machine after so many in a row that did not come to build. */
const maxBadMachines = 3;
/** Where none can be had now, it is asked for again: first after this, then after twice that, and so on, so many times. */
const firstWaitMs = 15_000;
const maxWaits = 6;

export class Fleet implements Placer {
  readonly #deps: FleetDeps & LeaseDeps;
  /** Whoever wants a machine looks at the caps while nobody else does. */
  readonly #turns = new PQueue({ concurrency: 1 });
  /** Aborts what is being leased; another one after each rest. */
  #leasing = new AbortController();
  #isClosed = false;
  /** Goes up with whatever those who wait may wait for. */
  #changes = 0;
  readonly #runners = new Set<FleetRunner>();
  /** Leases under way, by id: what each will cost an hour. */
  readonly #pending = new Map<LeaseId, number>();
  readonly #releasing = new Set<Promise<void>>();
  readonly #waiting = new Set<() => void>();
  #costEur = 0;
  /** What makes every further lease useless. */
  #refusal: LeaseFailure | undefined;

  constructor(deps: FleetDeps) {
    const onPaid = (costEur: number) => {
      this.#costEur += costEur;
    };
    this.#deps = { ...deps, onPaid };
  }

  get description(): string {
    return `machines of ${this.#deps.compute.name}`;
  }

  async place(
    request: PlacementRequest,
    signal: AbortSignal,
  ): Promise<Result<Placement, LayerFailure | "canceled">> {
    let attempt: LeaseAttempt | undefined;
    let bad = 0;
    let waits = 0;
    for (;;) {
      const seen = this.#changes;
      if (signal.aborted || this.#isClosed) return err("canceled");
      const fitting = this.#choose(request);
      if (fitting !== undefined) return ok(this.#occupy(fitting, request));
      const failure = attempt?.failure ?? this.#refusal;
      if (failure !== undefined) {
        attempt = undefined;
        const isBad = failure.kind === "not-ready" || failure.kind === "broken";
        if (isBad) bad += 1;
        else waits += 1;
        if (isFinal(failure) || bad === maxBadMachines || waits > maxWaits)
          return err(explainLeaseFailure(this.#deps.compute.name, request.size, failure));
        if (!isBad) await this.#changeOrPause(seen, firstWaitMs * 2 ** (waits - 1), signal);
        continue;
      }
      if (attempt?.isOpen !== true) {
        attempt = await this.#turns.add(() => this.#begin(request));
        if (attempt?.failure !== undefined) continue;
      }
      await this.#change(seen, signal);
    }
  }

  async rest(): Promise<number> {
    this.#leasing.abort(new Error("nobody builds any more"));
    for (const runner of this.#runners) if (runner.tenants.size === 0) this.#release(runner);
    while (this.#releasing.size + this.#pending.size + this.#turns.size + this.#turns.pending > 0)
      await Promise.all([
        this.#turns.onIdle(),
        ...this.#releasing,
        this.#pending.size > 0 ? this.#change(this.#changes) : undefined,
      ]);
    this.#leasing = new AbortController();
    return this.#costEur;
  }

  /** Ends everything: nothing is placed any more, and nothing leased is left when it resolves. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#tell();
    for (const runner of this.#runners) this.#release(runner);
    await this.rest();
  }

  /** Of the machines with room the one that has most of what the layer stands on; of equals the one that is filled best. */
  #choose(request: PlacementRequest): FleetRunner | undefined {
    const { parents, size } = request;
    const known = (runner: FleetRunner) => parents.filter((parent) => runner.built.has(parent)).length;
    const spare = (runner: FleetRunner) => runner.free.memoryGb - size.memoryGb;
    return Array.from(this.#runners)
      .filter((runner) => this.#hasRoom(runner, request))
      .sort((a, b) => known(b) - known(a) || spare(a) - spare(b))[0];
  }

  #hasRoom(runner: FleetRunner, { size, platform, isAlone }: PlacementRequest): boolean {
    if (runner.isLost || runner.isReleasing || runner.platform !== platform) return false;
    if (this.#deps.policy.reuse === "never" && runner.total > 0) return false;
    if (runner.isTaken || (isAlone && runner.tenants.size > 0)) return false;
    return runner.free.cpu >= size.cpu && runner.free.memoryGb >= size.memoryGb;
  }

  #occupy(runner: FleetRunner, { layer, size, isAlone }: PlacementRequest): Placement {
    runner.cancelRelease();
    const tenant: Tenant = { size, isAlone, neighbours: runner.tenants.size };
    for (const other of runner.tenants) other.neighbours += 1;
    const isShared = runner.total > 0;
    runner.tenants.add(tenant);
    runner.total += 1;
    const { lease } = runner;
    return {
      builder: lease.runner.builder,
      leased: {
        lease: lease.id,
        isShared,
        cpu: lease.offer.cpu,
        memoryGb: lease.offer.memoryGb,
        hadNeighbours: () => tenant.neighbours > 0,
        isLost: () => runner.isLost,
        measure: () => lease.runner.measure(),
      },
      leave: (state) => {
        if (!runner.tenants.delete(tenant)) return;
        if (state === "built") runner.built.add(layer);
        if (state === "condemned") runner.isLost = true;
        if (runner.tenants.size === 0) this.#idle(runner);
        this.#tell();
      },
    };
  }

  /** Begins a lease; undefined where a cap is reached and something of ours will be given back. */
  async #begin(request: PlacementRequest): Promise<LeaseAttempt | undefined> {
    const { compute, policy, makeLeaseId, journal, clock, pool } = this.#deps;
    const { signal } = this.#leasing;
    // Meanwhile one may have come free.
    if (this.#choose(request) !== undefined) return undefined;
    const { size, platform } = request;
    const offers = await compute.offers(size, platform, signal);
    if (!offers.ok) return failed(this.#note(offers.error));
    const [first] = offers.value;
    if (first === undefined)
      return failed({
        kind: "refused",
        message: `no machine for ${platform} has ${size.cpu} cpu and ${size.memoryGb} GB`,
      });
    const others = await this.#othersMachines(pool);
    if (!others.ok) return failed(this.#note(others.error));
    const capped = this.#findCap(first, others.value);
    if (capped !== undefined) {
      // What is idle and does not fit makes room for what does.
      const idle = Array.from(this.#runners).find((each) => each.tenants.size === 0 && !each.isReleasing);
      if (idle !== undefined) this.#release(idle);
      return this.#runners.size + this.#pending.size > 0 ? undefined : failed(capped);
    }
    const creates = journal.countCreate(clock.nowMs());
    if (!creates.ok) return failed(this.#note({ kind: "no-journal", message: creates.error.message }));
    if (creates.value > policy.maxCreatesPerHour)
      return failed({
        kind: "limit-reached",
        message: `max_creates_per_hour is ${policy.maxCreatesPerHour}, and as many were made within the last hour`,
      });
    const id = makeLeaseId();
    this.#pending.set(id, first.eurPerHour);
    const attempt: LeaseAttempt = { isOpen: true, failure: undefined };
    void this.#lease(id, size.tier, platform, offers.value, attempt);
    return attempt;
  }

  /** What keeps another machine from being leased; `others` machines of the pool are not ours. */
  #findCap(offer: MachineOffer, others: number): LeaseFailure | undefined {
    const { maxMachines, maxEurPerHour } = this.#deps.policy;
    if (this.#runners.size + this.#pending.size + others >= maxMachines)
      return {
        kind: "limit-reached",
        message: `max_machines is ${maxMachines}, and ${others} of other runs live`,
      };
    if (maxEurPerHour !== undefined && this.#eurPerHour() + offer.eurPerHour > maxEurPerHour)
      return {
        kind: "refused",
        message: `a ${offer.type} is ${offer.eurPerHour} EUR an hour, and max_eur_per_hour is ${maxEurPerHour}`,
      };
    return undefined;
  }

  async #lease(
    id: LeaseId,
    tier: string,
    platform: Platform,
    offers: readonly MachineOffer[],
    attempt: LeaseAttempt,
  ): Promise<void> {
    const { signal } = this.#leasing;
    const opened = await openLease({ id, tier, platform, offers }, this.#deps, signal);
    this.#pending.delete(id);
    attempt.isOpen = false;
    if (opened.ok) this.#welcome(opened.value, platform, signal);
    else attempt.failure = this.#note(opened.error);
    this.#tell();
  }

  #welcome(lease: Lease, platform: Platform, signal: AbortSignal): void {
    const runner = new FleetRunner(lease, platform);
    this.#runners.add(runner);
    void this.#watch(runner);
    if (signal.aborted) this.#release(runner);
    else this.#idle(runner);
  }

  async #watch(runner: FleetRunner): Promise<void> {
    const { message } = await runner.lease.runner.lost;
    if (runner.isReleasing) return;
    runner.isLost = true;
    const { sink, clock } = this.#deps;
    sink.emit({ type: "runner.lost", at: clock.nowMs(), lease: runner.lease.id, message });
    if (runner.tenants.size === 0) this.#release(runner);
    this.#tell();
  }

  /** Nobody builds on it: keeps it as long as the policy says. */
  #idle(runner: FleetRunner): void {
    const { policy, clock } = this.#deps;
    const isUsed = runner.total > 0;
    if (runner.isLost || this.#isClosed || (isUsed && policy.reuse === "never")) return this.#release(runner);
    if (policy.reuse !== "paid_hour") return;
    const nowMs = clock.nowMs();
    const untilMs = keptUntilMs(runner.lease.offer, runner.lease.machine.createdAtMs, nowMs);
    if (untilMs === Number.POSITIVE_INFINITY) return;
    const cancel = clock.after(untilMs - nowMs, () => this.#release(runner));
    runner.cancelRelease = () => {
      cancel();
      runner.cancelRelease = () => {};
    };
  }

  #release(runner: FleetRunner): void {
    if (runner.isReleasing) return;
    runner.cancelRelease();
    runner.isReleasing = true;
    const released = this.#giveBack(runner).finally(() => this.#releasing.delete(released));
    this.#releasing.add(released);
  }

  async #giveBack(runner: FleetRunner): Promise<void> {
    await releaseLease(runner.lease, runner.built.size, this.#deps);
    this.#runners.delete(runner);
    this.#tell();
  }

  /** Machines of the pool that are neither ours nor left over: those of other runs. */
  async #othersMachines(pool: string): Promise<Result<number, LeaseFailure>> {
    const { compute, clock } = this.#deps;
    const listed = await compute.list(pool, this.#leasing.signal);
    if (!listed.ok) return listed;
    const own = new Set([...this.#pending.keys(), ...Array.from(this.#runners, ({ lease }) => lease.id)]);
    return ok(
      listed.value.filter(({ leaseId, expiresAtMs }) => !own.has(leaseId) && expiresAtMs > clock.nowMs())
        .length,
    );
  }

  #eurPerHour(): number {
    const runners = Array.from(this.#runners, ({ lease }) => lease.offer.eurPerHour);
    return [...runners, ...this.#pending.values()].reduce((sum, each) => sum + each, 0);
  }

  /** Keeps in mind what would come of every further lease. */
  #note(failure: LeaseFailure): LeaseFailure {
    if (failure.kind === "refused" || failure.kind === "no-journal") this.#refusal = failure;
    return failure;
  }

  #tell(): void {
    this.#changes += 1;
    const waiting = Array.from(this.#waiting);
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  /** Resolves when something has changed after `seen`, or `signal` aborts. */
  #change(seen: number, signal?: AbortSignal): Promise<void> {
    if (this.#changes !== seen || signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal?.addEventListener("abort", wake);
    });
  }

  async #changeOrPause(seen: number, delayMs: number, signal: AbortSignal): Promise<void> {
    const changed = new AbortController();
    const either = AbortSignal.any([signal, changed.signal]);
    void this.#change(seen, signal).then(() => changed.abort());
    await pause(this.#deps.clock, delayMs, either);
  }
}

/** A lease under way for a layer that waits. */
interface LeaseAttempt {
  isOpen: boolean;
  failure: LeaseFailure | undefined;
}

function failed(failure: LeaseFailure): LeaseAttempt {
  return { isOpen: false, failure };
}

interface Tenant {
  readonly size: PlacementRequest["size"];
  readonly isAlone: boolean;
  neighbours: number;
}

/** A machine that builds, with who is on it. */
class FleetRunner {
  readonly lease: Lease;
  readonly platform: Platform;
  readonly tenants = new Set<Tenant>();
  /** Layers whose images came to be on it. */
  readonly built = new Set<LayerName>();
  /** Places that were ever given on it. */
  total = 0;
  isLost = false;
  isReleasing = false;
  cancelRelease: () => void = () => {};

  constructor(lease: Lease, platform: Platform) {
    this.lease = lease;
    this.platform = platform;
  }

  get free(): { readonly cpu: number; readonly memoryGb: number } {
    const { cpu, memoryGb } = this.lease.offer;
    const taken = Array.from(this.tenants, ({ size }) => size);
    return {
      cpu: taken.reduce((left, size) => left - size.cpu, cpu),
      memoryGb: taken.reduce((left, size) => left - size.memoryGb, memoryGb),
    };
  }

  /** By one that is to have no neighbour. */
  get isTaken(): boolean {
    return Array.from(this.tenants).some(({ isAlone }) => isAlone);
  }
}

/** Whether to ask again is of no use, for this layer or any other. */
function isFinal({ kind }: LeaseFailure): boolean {
  return kind === "refused" || kind === "no-journal" || kind === "canceled";
}
