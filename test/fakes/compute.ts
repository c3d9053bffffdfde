// Machines that exist because a test says so: a provider in memory, with the capacity, failures and boots that the test
// scripts, and everything that lives or lived open to inspection. Keeps the laws of the port (test/ports/compute.ts).

import type { Clock } from "../../engine/core/host.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type {
  Compute,
  ComputeFailure,
  CreateRequest,
  LeasedMachine,
  Machine,
  MachineKind,
  MachineOffer,
  MachineSize,
  Survey,
  SurveyFailure,
} from "../../engine/ports/compute.ts";
import type { LeaseId } from "../../schemas/lease-id.ts";
import { type Platform, platform } from "../../schemas/platform.ts";
import { FakeClock } from "./clock.ts";

/** A machine as the provider has it. */
export interface FakeMachine extends Machine {
  readonly pool: string;
  /** What it was made by; undefined for one that a test planted. */
  readonly request: CreateRequest | undefined;
}

export interface GoneMachine extends FakeMachine {
  readonly destroyedAtMs: number;
}

export type ComputeCall = "survey" | "offers" | "create" | "destroy" | "list";

/** A failure to come. */
interface Scripted {
  readonly failure: ComputeFailure;
  /** What the failed call did all the same: a create left its machine, a destroy took it. */
  readonly tookEffect: boolean;
}

const smallAndLarge: readonly MachineOffer[] = [
  { type: "small", location: "here", cpu: 2, memoryGb: 4, eurPerHour: 0.01, billing: "started-hour" },
  { type: "medium", location: "here", cpu: 4, memoryGb: 8, eurPerHour: 0.02, billing: "started-hour" },
  { type: "large", location: "here", cpu: 8, memoryGb: 16, eurPerHour: 0.04, billing: "started-hour" },
];

export class FakeCompute implements Compute {
  readonly name = "fake";
  /** In the order in which they are offered. */
  sale: readonly MachineOffer[] = smallAndLarge;
  /** How many of a type may live at once; without an entry any number. */
  readonly capacity = new Map<string, number>();
  /** How many machines the account may have; more are "limit-reached". */
  limit = Number.POSITIVE_INFINITY;
  /** While true, machines that are created stay in state "initializing" until `boot`. */
  holdsBoots = false;
  /** While true, no call is answered. */
  stalls = false;
  /** What every call of a kind fails with until the test takes it out, once what `failNext` scripted is used up. */
  readonly failsAlways = new Map<ComputeCall, ComputeFailure>();
  /** Whether a machine's endpoint is this one's own builder instead of an address. */
  endsLocally = false;
  /** Everything that was asked for, in order: "create <lease id>", "destroy <lease id>", "list <pool>", "offers <cpu>/<memory>", "survey". */
  readonly calls: string[] = [];
  /** All machines that are no more, in the order in which they went. */
  readonly gone: GoneMachine[] = [];
  /** What a survey fails with until the test takes it out. */
  surveyFailure: SurveyFailure | undefined;
  /** What the machines build. */
  platforms: readonly Platform[] = [platform.parse("linux/amd64"), platform.parse("linux/arm64")];
  closed = 0;
  readonly #clock: Clock;
  readonly #living = new Map<LeaseId, FakeMachine>();
  readonly #scripts: Record<ComputeCall, Scripted[]> = {
    survey: [],
    offers: [],
    create: [],
    destroy: [],
    list: [],
  };
  readonly #boots = new Map<LeaseId, Set<() => void>>();
  readonly #awaited = new Map<LeaseId | "any", Set<(machine: FakeMachine) => void>>();
  readonly #awaitedCalls = new Map<ComputeCall, Set<() => void>>();
  #made = 0;

  constructor(clock: Clock = new FakeClock()) {
    this.#clock = clock;
  }

  /** What lives and costs money, in order of creation. */
  get living(): readonly FakeMachine[] {
    return Array.from(this.#living.values());
  }

  /** The next call of that kind that has no failure scripted yet fails; one for each time this is called. */
  failNext(call: ComputeCall, failure: ComputeFailure, options?: { readonly tookEffect: boolean }): void {
    this.#scripts[call].push({ failure, tookEffect: options?.tookEffect ?? false });
  }

  /** Puts a machine there that nobody asked this for: one of another pool, or of somebody who crashed. */
  plant(pool: string, machine: Partial<LeasedMachine> & Pick<LeasedMachine, "leaseId">): FakeMachine {
    this.#made += 1;
    const planted: FakeMachine = {
      machineId: `m-${this.#made}`,
      createdAtMs: this.#clock.nowMs(),
      expiresAtMs: this.#clock.nowMs() + 3_600_000,
      type: "small",
      location: "here",
      state: "running",
      eurPerHour: 0.01,
      endpoint: { kind: "local" },
      pool,
      request: undefined,
      ...machine,
    };
    this.#living.set(planted.leaseId, planted);
    return planted;
  }

  /** Takes a machine away behind everybody's back, as when a host dies. */
  lose(leaseId: LeaseId): void {
    this.#remove(leaseId);
  }

  /** Sets what the provider says of a machine: "off", for one that powered itself down. */
  setState(leaseId: LeaseId, state: string): void {
    const machine = this.#living.get(leaseId);
    if (machine === undefined) throw new Error(`there is no machine of lease ${leaseId}`);
    this.#living.set(leaseId, { ...machine, state });
  }

  /** Lets a held machine come up. */
  boot(leaseId: LeaseId): void {
    this.setState(leaseId, "running");
    for (const wake of this.#boots.get(leaseId) ?? []) wake();
    this.#boots.delete(leaseId);
  }

  /** The machine of a lease, or of any, now or as soon as it is made. */
  making(leaseId?: LeaseId): Promise<FakeMachine> {
    const there = leaseId === undefined ? this.living[0] : this.#living.get(leaseId);
    if (there !== undefined) return Promise.resolve(there);
    const key = leaseId ?? "any";
    return new Promise((resolve) => {
      this.#awaited.set(key, (this.#awaited.get(key) ?? new Set()).add(resolve));
    });
  }

  /** Resolves at the next call of a kind. */
  called(call: ComputeCall): Promise<void> {
    return new Promise((resolve) => {
      this.#awaitedCalls.set(call, (this.#awaitedCalls.get(call) ?? new Set()).add(resolve));
    });
  }

  async survey(signal: AbortSignal): Promise<Result<Survey, SurveyFailure>> {
    this.calls.push("survey");
    const failed = await this.#fail("survey", signal);
    if (failed?.failure.kind === "canceled") return err(failed.failure);
    if (this.surveyFailure !== undefined) return err(this.surveyFailure);
    const { platforms, sale } = this;
    const kindOf = (offer: MachineOffer): MachineKind => {
      return { ...offer, platforms, sizing: "fixed", isAvailable: true };
    };
    return ok({ kinds: sale.map(kindOf), excluded: [] });
  }

  async offers(
    size: MachineSize,
    _platform: Platform,
    signal: AbortSignal,
  ): Promise<Result<readonly MachineOffer[], ComputeFailure>> {
    this.calls.push(`offers ${size.cpu}/${size.memoryGb}`);
    const failed = await this.#fail("offers", signal);
    if (failed !== undefined) return err(failed.failure);
    return ok(this.sale.filter(({ cpu, memoryGb }) => cpu >= size.cpu && memoryGb >= size.memoryGb));
  }

  async create(request: CreateRequest, signal: AbortSignal): Promise<Result<Machine, ComputeFailure>> {
    const { leaseId, pool, offer } = request;
    this.calls.push(`create ${leaseId}`);
    const failed = await this.#fail("create", signal);
    if (failed !== undefined && !failed.tookEffect) return err(failed.failure);
    const there = this.#living.get(leaseId);
    if (there !== undefined && there.pool !== pool)
      return err({ kind: "refused", message: `the machine lamina-${leaseId} is of another pool` });
    if (there === undefined) {
      if (this.#living.size >= this.limit)
        return err({ kind: "limit-reached", message: `the account may have ${this.limit} machines` });
      const ofType = this.living.filter(({ type }) => type === offer.type).length;
      if (ofType >= (this.capacity.get(offer.type) ?? Number.POSITIVE_INFINITY))
        return err({ kind: "no-capacity", message: `there is no ${offer.type} in ${offer.location}` });
      this.#make(request);
    }
    if (failed !== undefined) return err(failed.failure);
    if ((await this.#booted(leaseId, signal)) === "canceled") return err({ kind: "canceled" });
    const machine = this.#living.get(leaseId);
    if (machine === undefined) return err({ kind: "broken", message: "the machine went away as it booted" });
    return ok(machine);
  }

  async destroy(
    { leaseId, pool }: { readonly leaseId: LeaseId; readonly pool: string },
    signal: AbortSignal,
  ): Promise<Result<void, ComputeFailure>> {
    this.calls.push(`destroy ${leaseId}`);
    const failed = await this.#fail("destroy", signal);
    if (failed !== undefined && !failed.tookEffect) return err(failed.failure);
    const machine = this.#living.get(leaseId);
    if (machine !== undefined && machine.pool !== pool)
      return err({ kind: "refused", message: `the machine lamina-${leaseId} is of another pool` });
    this.#remove(leaseId);
    return failed === undefined ? ok(undefined) : err(failed.failure);
  }

  async list(pool: string, signal: AbortSignal): Promise<Result<readonly LeasedMachine[], ComputeFailure>> {
    this.calls.push(`list ${pool}`);
    const failed = await this.#fail("list", signal);
    if (failed !== undefined) return err(failed.failure);
    const own = this.living.filter((machine) => machine.pool === pool);
    return ok(
      own.map(({ machineId, leaseId, createdAtMs, expiresAtMs, type, location, eurPerHour, state }) => ({
        machineId,
        leaseId,
        createdAtMs,
        expiresAtMs,
        type,
        location,
        eurPerHour,
        state,
      })),
    );
  }

  close(): Promise<void> {
    this.closed += 1;
    return Promise.resolve();
  }

  /** A turn later, as of a call that goes over a wire. */
  async #fail(call: ComputeCall, signal: AbortSignal): Promise<Scripted | undefined> {
    await Promise.resolve();
    const canceled: Scripted = { failure: { kind: "canceled" }, tookEffect: false };
    if (signal.aborted) return canceled;
    for (const tell of this.#awaitedCalls.get(call) ?? []) tell();
    this.#awaitedCalls.delete(call);
    if (this.stalls) {
      await aborted(signal);
      return canceled;
    }
    const scripted = this.#scripts[call].shift();
    if (scripted !== undefined) return scripted;
    const failure = this.failsAlways.get(call);
    return failure === undefined ? undefined : { failure, tookEffect: false };
  }

  #make(request: CreateRequest): void {
    const { leaseId, pool, offer, expiresAtMs, hostKey } = request;
    this.#made += 1;
    const machine: FakeMachine = {
      machineId: `m-${this.#made}`,
      leaseId,
      pool,
      createdAtMs: this.#clock.nowMs(),
      expiresAtMs,
      type: offer.type,
      location: offer.location,
      eurPerHour: offer.eurPerHour,
      state: this.holdsBoots ? "initializing" : "running",
      endpoint: this.endsLocally
        ? { kind: "local" }
        : {
            kind: "ssh",
            host: `10.77.0.${this.#made}`,
            port: 22,
            user: "root",
            hostKey: hostKey.publicKey,
            buildkitSocket: "/run/buildkit/buildkitd.sock",
          },
      request,
    };
    this.#living.set(leaseId, machine);
    for (const key of [leaseId, "any"] as const) {
      for (const tell of this.#awaited.get(key) ?? []) tell(machine);
      this.#awaited.delete(key);
    }
  }

  #booted(leaseId: LeaseId, signal: AbortSignal): Promise<"booted" | "canceled"> {
    if (this.#living.get(leaseId)?.state !== "initializing") return Promise.resolve("booted");
    return new Promise((resolve) => {
      const wake = (): void => resolve("booted");
      this.#boots.set(leaseId, (this.#boots.get(leaseId) ?? new Set()).add(wake));
      void aborted(signal).then(() => resolve("canceled"));
    });
  }

  #remove(leaseId: LeaseId): void {
    const machine = this.#living.get(leaseId);
    if (machine === undefined) return;
    this.#living.delete(leaseId);
    this.gone.push({ ...machine, state: "gone", destroyedAtMs: this.#clock.nowMs() });
    for (const wake of this.#boots.get(leaseId) ?? []) wake();
    this.#boots.delete(leaseId);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
