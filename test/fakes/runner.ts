// Machines that build because a test says so: each that is opened has a builder that the test drives, and can be lost. Keeps the
// laws of the port (test/ports/runner.ts). A solve on a machine that was closed is a mistake of whoever asked for it, and throws.

import { err, ok, type Result } from "../../engine/core/result.ts";
import type { Builder, SolveFailure, SolveResult } from "../../engine/ports/builder.ts";
import type { Machine } from "../../engine/ports/compute.ts";
import type {
  Measurement,
  Measuring,
  Runner,
  RunnerAccess,
  RunnerFailure,
  RunnerOpener,
} from "../../engine/ports/runner.ts";
import type { LeaseId } from "../../schemas/lease-id.ts";
import { FakeBuilder, type FakeSolve } from "./builder.ts";
import type { FakeImageStore } from "./images.ts";

/** A solve, and the machine that it runs on. */
export interface PlacedSolve {
  readonly solve: FakeSolve;
  readonly runner: FakeRunner;
}

export const nothingMeasured: Measurement = {
  cpuP95: undefined,
  memoryP95Bytes: undefined,
  memoryPeakBytes: undefined,
  oomKills: undefined,
  oomReports: [],
  source: "machine",
};

type SolveArguments = Parameters<Builder["solve"]>;

export class FakeRunner implements Runner {
  readonly machine: Machine;
  readonly access: RunnerAccess;
  /** What the test drives. */
  readonly solver: FakeBuilder;
  readonly builder: Builder;
  readonly lost: Promise<{ readonly message: string }>;
  /** What the measurings that end from now on tell. */
  measurement: Measurement | undefined;
  /** Measurings that have begun and not ended. */
  measuring = 0;
  closed = 0;
  /** What a call to `close` waits for. */
  closing: Promise<void> = Promise.resolve();
  #loss: string | undefined;
  #tellLost: (loss: { readonly message: string }) => void = () => {};
  /** Ends the solves and proofs of a machine that is lost. */
  readonly #gone: Promise<SolveFailure>;

  constructor(
    machine: Machine,
    access: RunnerAccess,
    store: FakeImageStore,
    onSolve: (name: string, runner: FakeRunner) => void,
  ) {
    this.machine = machine;
    this.access = access;
    this.solver = new FakeBuilder(store);
    const lost = Promise.withResolvers<{ readonly message: string }>();
    this.#tellLost = lost.resolve;
    this.lost = lost.promise;
    this.#gone = lost.promise.then(({ message }) => ({ kind: "daemon-lost", message }));
    const { solver } = this;
    this.builder = {
      description: `${solver.description} on ${machine.machineId}`,
      platforms: solver.platforms,
      solve: (...asked) => {
        const ended = this.#solve(asked);
        onSolve(nameOf(asked[0].imageName), this);
        return ended;
      },
      exportCache: (request, to, signal) => this.#orLost(() => solver.exportCache(request, to, signal)),
      prove: (request, signal) => this.#orLost(() => solver.prove(request, signal)),
      close: () => solver.close(),
    };
  }

  get lease(): LeaseId {
    return this.machine.leaseId;
  }

  /** Takes the machine away, with what runs on it. */
  lose(message = "the connection was closed"): void {
    this.#loss = message;
    this.#tellLost({ message });
    for (const name of this.solver.running)
      void this.solver.solving(name).then(({ fail }) => fail({ kind: "daemon-lost", message }));
  }

  measure(): Promise<Measuring> {
    this.measuring += 1;
    let isOver = false;
    return Promise.resolve({
      finish: () => {
        if (!isOver) this.measuring -= 1;
        isOver = true;
        return Promise.resolve(this.measurement);
      },
    });
  }

  async close(): Promise<void> {
    this.closed += 1;
    await this.closing;
  }

  #solve(asked: SolveArguments): Promise<Result<SolveResult, SolveFailure>> {
    return this.#orLost(() => this.solver.solve(...asked));
  }

  async #orLost<T>(work: () => Promise<Result<T, SolveFailure>>): Promise<Result<T, SolveFailure>> {
    if (this.closed > 0) throw new Error(`${this.lease} is used after it was closed`);
    if (this.#loss !== undefined) return err({ kind: "daemon-lost", message: this.#loss });
    return await Promise.race([work(), this.#gone.then((failure) => err(failure))]);
  }
}

export class FakeRunnerOpener implements RunnerOpener {
  /** All that were ever opened, in order. */
  readonly runners: FakeRunner[] = [];
  /** While true, machines stay closed until `ready`. */
  holds = false;
  /** What runners measure from their opening on. */
  measurement: Measurement | undefined = nothingMeasured;
  readonly #store: FakeImageStore;
  readonly #failures: RunnerFailure[] = [];
  readonly #held = new Map<LeaseId, () => void>();
  readonly #running = new Map<string, FakeRunner>();
  readonly #awaited = new Map<string, (runner: FakeRunner) => void>();
  readonly #onOpen = new Set<() => void>();

  constructor(store: FakeImageStore) {
    this.#store = store;
  }

  /** The next machine that has no failure scripted yet does not come to build; one for each time this is called. */
  failNext(failure: RunnerFailure): void {
    this.#failures.push(failure);
  }

  /** Lets a held machine come to build. */
  ready(lease: LeaseId): void {
    this.#held.get(lease)?.();
    this.#held.delete(lease);
  }

  /** Leases of machines that are held. */
  get waiting(): readonly LeaseId[] {
    return Array.from(this.#held.keys());
  }

  /** Resolves when the next machine is asked to open. */
  opening(): Promise<void> {
    return new Promise((resolve) => this.#onOpen.add(resolve));
  }

  /** The solve of a layer, wherever it runs, now or as soon as it starts. */
  async solving(name: string): Promise<PlacedSolve> {
    const running = this.#running.get(name);
    const isRunning = running?.solver.running.includes(name) === true;
    const runner = isRunning
      ? running
      : await new Promise<FakeRunner>((resolve) => this.#awaited.set(name, resolve));
    return { runner, solve: await runner.solver.solving(name) };
  }

  /** All solves that run, by machine. */
  get running(): readonly { readonly name: string; readonly runner: FakeRunner }[] {
    return this.runners.flatMap((runner) => runner.solver.running.map((name) => ({ name, runner })));
  }

  async open(
    machine: Machine,
    access: RunnerAccess,
    signal: AbortSignal,
  ): Promise<Result<Runner, RunnerFailure>> {
    await Promise.resolve();
    for (const tell of this.#onOpen) tell();
    this.#onOpen.clear();
    if (this.holds)
      await new Promise<void>((resolve) => {
        this.#held.set(machine.leaseId, resolve);
        signal.addEventListener("abort", () => resolve());
      });
    if (signal.aborted) return err({ kind: "canceled" });
    const failure = this.#failures.shift();
    if (failure !== undefined) return err(failure);
    access.onConnected?.();
    const runner = new FakeRunner(machine, access, this.#store, (name) => this.#note(name, runner));
    runner.measurement = this.measurement;
    this.runners.push(runner);
    return ok(runner);
  }

  #note(name: string, runner: FakeRunner): void {
    this.#running.set(name, runner);
    this.#awaited.get(name)?.(runner);
    this.#awaited.delete(name);
  }
}

/** The layer's, of an image's name. */
function nameOf(imageName: string): string {
  return imageName.replace(/^[^/]*\//, "");
}
