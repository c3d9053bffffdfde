// Layers placed on machines that are leased for them: shared within the run where one has room, leased where none has, kept while
// that costs nothing, given back at the latest when the run rests. Under caps for machines, euros and new machines an hour.

import PQueue from "p-queue";
import type { LeaseId } from "../../schemas/lease-id.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { EventOf } from "../events/event.ts";
import type { ComputeFailure, LeasedMachine, MachineOffer } from "../ports/compute.ts";
import { FleetRunner, type Tenant } from "./fleet-runner.ts";
import type { LayerFailure } from "./layer-failure.ts";
import { type LeaseDeps, type LeaseFailure, openLease, releaseLease } from "./lease.ts";
import { explainLeaseFailure } from "./lease-failure.ts";
import type { Placement, PlacementRequest, Placer } from "./placer.ts";
import { keptUntilMs } from "./price.ts";
import { untilAborted } from "./until-aborted.ts";

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
/** Making, booting and giving back take their time as well. */
const slackMs = 300_000;

export class Fleet implements Placer {
  readonly #deps: FleetDeps & LeaseDeps;
  /** Whoever wants a machine looks at the caps while nobody else does. */
  readonly #turns = new PQueue({ concurrency: 1 });
  /** Aborts what is being leased; another one after each rest. */
  #leasing = new AbortController();
  #isClosed = false;
  /** Goes up with whatever those who wait may wait for. */
  #changes = 0;
  /** Machines that were given back. */
  #returns = 0;
  readonly #runners = new Set<FleetRunner>();
  /** Leases under way, by id: what each will cost an hour at most. */
  readonly #pending = new Map<LeaseId, number>();
  readonly #releasing = new Set<Promise<void>>();
  /** Who wants a place, in the order in which they came: whoever came first gets what comes free. */
  readonly #seekers = new Set<Seeker>();
  readonly #waiting = new Set<() => void>();
  /** Kinds of machine at places by how often they came to nothing. */
  readonly #mishaps = new Map<string, number>();
  readonly #bugs: unknown[] = [];
  #costEur = 0;
  /** What makes every further lease useless, until the next rest. */
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
    const seeker: Seeker = { request, signal, placement: undefined, told: undefined };
    this.#seekers.add(seeker);
    let found: Result<Placement, LayerFailure | "canceled"> | undefined;
    try {
      this.#grant(seeker);
      found = await this.#seek(seeker);
      return found;
    } finally {
      this.#seekers.delete(seeker);
      if (found?.ok !== true) seeker.placement?.leave("unbuilt");
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
    this.#refusal = undefined;
    this.#tell();
    if (this.#bugs.length > 0) throw this.#bugs[0];
    return this.#costEur;
  }

  /** Ends everything: nothing is placed any more, and nothing leased is left when it resolves. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#tell();
    for (const runner of this.#runners) this.#release(runner);
    await this.rest();
  }

  async #seek(seeker: Seeker): Promise<Result<Placement, LayerFailure | "canceled">> {
    const { request, signal } = seeker;
    let attempt: LeaseAttempt | undefined;
    let bad = 0;
    let waits = 0;
    for (;;) {
      const seen = this.#changes;
      if (this.#bugs.length > 0) throw this.#bugs[0];
      if (signal.aborted || this.#isClosed) return err("canceled");
      if (seeker.placement !== undefined) return ok(seeker.placement);
      const failure = attempt?.failure ?? this.#refusal;
      if (failure === undefined) {
        if (seeker.told === undefined) this.#tellWait(seeker, { for: "provider" });
        if (attempt?.isOpen !== true)
          attempt = await untilAborted(
            this.#turns.add(() => this.#begin(seeker)),
            signal,
          );
        if (attempt?.failure === undefined) await this.#change(seen, signal);
        continue;
      }
      attempt = undefined;
      const isBad = failure.kind === "not-ready" || failure.kind === "broken";
      if (isBad) bad += 1;
      const isHopeless = isBad ? bad === maxBadMachines : waits === maxWaits && !this.#mayComeFree(request);
      if (isFinal(failure) || isHopeless)
        return err(explainLeaseFailure(this.#deps.compute.name, request.size, failure));
      if (isBad) continue;
      const delayMs = firstWaitMs * 2 ** Math.min(waits, maxWaits - 1);
      if (await this.#wait(seeker, failure, delayMs)) waits = Math.min(waits + 1, maxWaits);
    }
  }

  /** Gives a place to whoever seeks one, if there is one now. */
  #grant(seeker: Seeker): void {
    if (seeker.placement !== undefined || seeker.signal.aborted || this.#isClosed) return;
    const runner = this.#choose(seeker.request);
    if (runner !== undefined) seeker.placement = this.#occupy(runner, seeker.request);
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

  #hasRoom(runner: FleetRunner, request: PlacementRequest): boolean {
    const { size, platform, isAlone, timeBudgetMin } = request;
    if (runner.isLost || runner.isReleasing || runner.platform !== platform) return false;
    if (runner.isOneLayers || (this.#wantsOwn(request) && runner.total > 0)) return false;
    if (runner.isTaken || (isAlone && runner.tenants.size > 0)) return false;
    const isForIt = runner.total === 0 && timeBudgetMin <= runner.timeBudgetMin;
    // Others may take it away when it has expired.
    const leavesMs = this.#deps.clock.nowMs() + timeBudgetMin * 60_000;
    if (leavesMs > runner.lease.machine.expiresAtMs && !isForIt) return false;
    return runner.free.cpu >= size.cpu && runner.free.memoryGb >= size.memoryGb;
  }

  #wantsOwn({ ownMachine = false }: PlacementRequest): boolean {
    return ownMachine || this.#deps.policy.reuse === "never";
  }

  /** Whether a machine that is busy would hold it later. */
  #mayComeFree(request: PlacementRequest): boolean {
    if (this.#wantsOwn(request)) return false;
    const { size, platform } = request;
    return Array.from(this.#runners).some((runner) => {
      const { cpu, memoryGb } = runner.lease.offer;
      const stays = !runner.isLost && !runner.isOneLayers;
      const isBusy = runner.tenants.size > 0 && stays && runner.platform === platform;
      return isBusy && cpu >= size.cpu && memoryGb >= size.memoryGb;
    });
  }

  #occupy(runner: FleetRunner, request: PlacementRequest): Placement {
    const { layer, size, isAlone } = request;
    runner.cancelRelease();
    runner.isOneLayers = this.#wantsOwn(request);
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
        tier: size.tier,
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

  /** Begins a lease; undefined where none is wanted any more, or a cap is reached and something of ours will be given back. */
  async #begin(seeker: Seeker): Promise<LeaseAttempt | undefined> {
    const { compute, policy, makeLeaseId, journal, clock, pool } = this.#deps;
    const { signal } = this.#leasing;
    const isWanted = (): boolean =>
      seeker.placement === undefined && !seeker.signal.aborted && !signal.aborted && !this.#isClosed;
    if (!isWanted()) return undefined;
    const { size, platform } = seeker.request;
    const offers = await compute.offers(size, platform, signal);
    if (!offers.ok) return this.#fail(offers.error);
    if (offers.value.length === 0) {
      const message = `no machine for ${platform} has ${size.cpu} cpu and ${size.memoryGb} GB`;
      return failed({
        kind: "refused",
        message,
        help: "ask for less, or see that runners.candidates name one",
      });
    }
    const others = await this.#othersMachines(pool);
    if (!others.ok) return this.#fail(others.error);
    // Meanwhile one may have come free.
    if (!isWanted()) return undefined;
    const allowed = this.#underCaps(offers.value, others.value);
    if (!allowed.ok) {
      if (allowed.error.kind === "refused") return failed(allowed.error);
      // What is idle and does not fit makes room for what does.
      const idle = Array.from(this.#runners).find((each) => each.tenants.size === 0 && !each.isReleasing);
      if (idle !== undefined) this.#release(idle);
      if (this.#runners.size + this.#pending.size === 0) return failed(allowed.error);
      this.#tellWait(seeker, { for: "room", message: messageOf(allowed.error) });
      return undefined;
    }
    const isTaken = journal.takeCreate(clock.nowMs(), policy.maxCreatesPerHour);
    if (!isTaken.ok) return this.#fail({ kind: "no-journal", message: isTaken.error.message });
    if (!isTaken.value) {
      const message = `max_creates_per_hour is ${policy.maxCreatesPerHour}, and as many were made within the last hour`;
      return failed({ kind: "limit-reached", message });
    }
    const id = makeLeaseId();
    this.#tellWait(seeker, { for: "machine", lease: id });
    this.#pending.set(id, Math.max(...allowed.value.map(({ eurPerHour }) => eurPerHour)));
    const attempt: LeaseAttempt = { isOpen: true, failure: undefined };
    void this.#lease(id, seeker.request, allowed.value, attempt, signal);
    return attempt;
  }

  /** Those of the offers that the caps leave room for; `others` machines of the pool are not ours. */
  #underCaps(
    offers: readonly MachineOffer[],
    others: readonly LeasedMachine[],
  ): Result<readonly MachineOffer[], LeaseFailure> {
    const { maxMachines, maxEurPerHour = Number.POSITIVE_INFINITY } = this.#deps.policy;
    if (this.#runners.size + this.#pending.size + others.length >= maxMachines) {
      const elsewhere = others.length === 0 ? "" : `, and ${others.length} of other runs live`;
      const message = `max_machines is ${maxMachines}${elsewhere}`;
      return err({ kind: "limit-reached", message });
    }
    const cheapest = offers.reduce((least, offer) => (offer.eurPerHour < least.eurPerHour ? offer : least));
    const what = `a ${cheapest.type} is ${cheapest.eurPerHour} EUR an hour, and max_eur_per_hour is ${maxEurPerHour}`;
    if (cheapest.eurPerHour > maxEurPerHour)
      return err({ kind: "refused", message: what, help: "ask for less, or raise runners.max_eur_per_hour" });
    const othersEur = others.reduce((sum, { eurPerHour }) => sum + eurPerHour, 0);
    // Sums of prices come out a little above or below what they are.
    const left = maxEurPerHour - this.#eurPerHour() - othersEur + 1e-9;
    const affordable = offers.filter(({ eurPerHour }) => eurPerHour <= left);
    if (affordable.length > 0) return ok(affordable);
    const elsewhere = othersEur > 0 ? `, of which other runs cost ${Number(othersEur.toFixed(4))}` : "";
    return err({ kind: "limit-reached", message: `${what}${elsewhere}` });
  }

  async #lease(
    id: LeaseId,
    { size, platform, timeBudgetMin }: PlacementRequest,
    allowed: readonly MachineOffer[],
    attempt: LeaseAttempt,
    signal: AbortSignal,
  ): Promise<void> {
    const mishapsOf = (offer: MachineOffer) => this.#mishaps.get(placeOf(offer)) ?? 0;
    const offers = allowed.toSorted((a, b) => mishapsOf(a) - mishapsOf(b));
    const leastMs = this.#deps.readyTimeoutMs + timeBudgetMin * 60_000 + slackMs;
    try {
      const wish = { id, tier: size.tier, platform, offers, leastMs };
      const opened = await openLease(wish, this.#deps, signal);
      if (opened.ok) this.#welcome(new FleetRunner(opened.value, platform, timeBudgetMin), signal);
      else {
        const { error } = opened;
        if (error.kind === "broken" || error.kind === "not-ready")
          this.#mishaps.set(placeOf(error.offer), mishapsOf(error.offer) + 1);
        attempt.failure = this.#note(error);
      }
    } catch (bug) {
      this.#bugs.push(bug);
    }
    this.#pending.delete(id);
    attempt.isOpen = false;
    this.#tell();
  }

  #welcome(runner: FleetRunner, signal: AbortSignal): void {
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

  /** Nobody builds on it: keeps it as long as the policy says, and no longer than it may live. */
  #idle(runner: FleetRunner): void {
    const { policy, clock } = this.#deps;
    if (runner.isLost || this.#isClosed || runner.isOneLayers) return this.#release(runner);
    const { offer, machine } = runner.lease;
    const nowMs = clock.nowMs();
    const keptMs =
      policy.reuse === "paid_hour"
        ? keptUntilMs(offer, machine.createdAtMs, nowMs)
        : Number.POSITIVE_INFINITY;
    const untilMs = Math.max(nowMs, Math.min(keptMs, machine.expiresAtMs - slackMs));
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
    try {
      await releaseLease(runner.lease, runner.built.size, this.#deps);
    } catch (bug) {
      this.#bugs.push(bug);
    }
    this.#runners.delete(runner);
    this.#returns += 1;
    this.#tell();
  }

  /** Machines of the pool that are neither ours nor left over: those of other runs. */
  async #othersMachines(pool: string): Promise<Result<readonly LeasedMachine[], ComputeFailure>> {
    const { compute, clock } = this.#deps;
    const listed = await compute.list(pool, this.#leasing.signal);
    if (!listed.ok) return listed;
    const own = new Set([...this.#pending.keys(), ...Array.from(this.#runners, ({ lease }) => lease.id)]);
    return ok(
      listed.value.filter(({ leaseId, expiresAtMs }) => !own.has(leaseId) && expiresAtMs > clock.nowMs()),
    );
  }

  #eurPerHour(): number {
    const runners = Array.from(this.#runners, ({ lease }) => lease.offer.eurPerHour);
    return [...runners, ...this.#pending.values()].reduce((sum, each) => sum + each, 0);
  }

  #fail(failure: ComputeFailure | Extract<LeaseFailure, { kind: "no-journal" }>): LeaseAttempt {
    // Only what was made is broken: no question is answered so.
    if (failure.kind === "broken") return failed({ kind: "unavailable", message: failure.message });
    return failed(this.#note(failure));
  }

  /** Keeps in mind what would come of every further lease. */
  #note(failure: LeaseFailure): LeaseFailure {
    if (failure.kind !== "refused" && failure.kind !== "no-journal") return failure;
    this.#refusal = failure;
    this.#tell();
    return failure;
  }

  /** To be called whenever something comes free or ends, before anything else can happen. */
  #tell(): void {
    this.#changes += 1;
    for (const seeker of this.#seekers) this.#grant(seeker);
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

  /** Says what a layer waits for, where it is not what was said last. */
  #tellWait(seeker: Seeker, wait: Wait): void {
    const said = JSON.stringify(wait);
    if (seeker.told === said) return;
    seeker.told = said;
    const { layer, platform } = seeker.request;
    const { clock, sink } = this.#deps;
    sink.emit({ type: "layer.waiting", at: clock.nowMs(), layer, platform, ...wait });
  }

  /** Until the delay is over, which is true, or something has come up that may spare it. */
  async #wait(seeker: Seeker, failure: LeaseFailure, delayMs: number): Promise<boolean> {
    const { clock } = this.#deps;
    this.#tellWait(seeker, { for: "retry", message: messageOf(failure), seconds: delayMs / 1000 });
    const over = new AbortController();
    const cancel = clock.after(delayMs, () => over.abort());
    const either = AbortSignal.any([seeker.signal, over.signal]);
    const returns = this.#returns;
    const goesOn = (): boolean =>
      !this.#isClosed &&
      this.#refusal === undefined &&
      this.#bugs.length === 0 &&
      this.#returns === returns &&
      seeker.placement === undefined;
    while (!either.aborted && goesOn()) await this.#change(this.#changes, either);
    cancel();
    return over.signal.aborted;
  }
}

/** Who wants a place, until it is there and taken. */
interface Seeker {
  readonly request: PlacementRequest;
  readonly signal: AbortSignal;
  placement: Placement | undefined;
  /** What it was last said to wait for. */
  told: string | undefined;
}

type Wait = Pick<EventOf<"layer.waiting">, "for" | "lease" | "message" | "seconds">;

/** A lease under way for a layer that waits. */
interface LeaseAttempt {
  isOpen: boolean;
  failure: LeaseFailure | undefined;
}

function messageOf(failure: LeaseFailure): string {
  return failure.kind === "canceled" ? "canceled" : failure.message;
}

function failed(failure: LeaseFailure): LeaseAttempt {
  return { isOpen: false, failure };
}

function placeOf({ type, location }: MachineOffer): string {
  return `${type}:${location}`;
}

/** Whether to ask again is of no use, for this layer or any other. */
function isFinal({ kind }: LeaseFailure): boolean {
  return kind === "refused" || kind === "no-journal" || kind === "canceled";
}
