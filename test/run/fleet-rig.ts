// A run on leased machines with everything it works with, driven by the test: a provider, machines and a clock that do what the test
// says, and the real fleet and journal between them and the run.

import type { SolveFailure } from "../../engine/ports/builder.ts";
import { Fleet, type FleetPolicy } from "../../engine/run/fleet.ts";
import { LeaseJournal } from "../../engine/run/lease-journal.ts";
import type { Placer } from "../../engine/run/placer.ts";
import { isLeaseId, type LeaseId } from "../../schemas/lease-id.ts";
import { FakeCompute } from "../fakes/compute.ts";
import { FakeRunnerOpener, nothingMeasured, type PlacedSolve } from "../fakes/runner.ts";
import type { Project } from "../plan/project.ts";
import { RunRig, settle } from "./rig.ts";

export const pool = "lamina-test";
const leaseFolder = "/project/.lamina/leases";
export const secondMs = 1000;
export const minuteMs = 60_000;

/** The nth lease of a run, from 1. */
export function leaseId(n: number): LeaseId {
  const id = `lease${String(n).padStart(11, "0")}`;
  if (!isLeaseId(id)) throw new Error(`${id} is no lease id`);
  return id;
}

export class FleetRig extends RunRig {
  readonly compute = new FakeCompute(this.clock);
  readonly opener = new FakeRunnerOpener(this.images);
  readonly journal = new LeaseJournal(this.files, leaseFolder);
  readonly fleet: Fleet;
  /** What went to the journal and to the provider, in order: "write requested 1", "create 1", "destroy 1", "remove 1". */
  readonly order: string[];
  #leases = 0;

  constructor(project: Project, policy: Partial<FleetPolicy> = {}) {
    super(project);
    const { compute, opener, journal, log: sink, clock } = this;
    this.order = compute.calls;
    this.#watchFiles();
    this.fleet = new Fleet({
      compute,
      opener,
      journal,
      sink,
      clock,
      pool,
      runId: "run-1",
      owner: "self",
      loginKey: { privateKey: "the run's private key", publicKey: "ssh-ed25519 LOGIN" },
      makeKeyPair: () => ({ privateKey: "a host's private key", publicKey: "ssh-ed25519 HOST" }),
      makeLeaseId: () => leaseId((this.#leases += 1)),
      expiresMs: 120 * minuteMs,
      readyTimeoutMs: 5 * minuteMs,
      policy: {
        reuse: "run",
        maxMachines: 8,
        maxEurPerHour: undefined,
        maxCreatesPerHour: 60,
        ...policy,
      },
    });
  }

  protected override get placer(): Placer {
    return this.fleet;
  }

  /** Numbers of the leases that the journal holds. */
  get entries(): readonly number[] {
    return this.journal.list().map(({ lease }) => numberOf(lease));
  }

  /** Numbers of the leases whose machines live. */
  get living(): readonly number[] {
    return this.compute.living.map((machine) => numberOf(machine.leaseId));
  }

  /** What runs now: "rust on 1". */
  get running(): readonly string[] {
    return this.opener.running.map(({ name, runner }) => `${name} on ${numberOf(runner.lease)}`).sort();
  }

  /** Lets everything happen that is due, moves the clock, and lets everything happen that follows. */
  async elapse(byMs: number): Promise<void> {
    await settle();
    this.clock.advance(byMs);
    await settle();
  }

  /** Resolves when all of these are solved, and everything that follows has happened. */
  async begun(...names: readonly string[]): Promise<void> {
    for (const name of names) await this.solvingOf(name);
    await settle();
  }

  solvingOf(name: string): Promise<PlacedSolve> {
    return this.opener.solving(name);
  }

  /** Ends a layer's solve well, wherever it runs. */
  override async succeed(name: string): Promise<void> {
    (await this.solvingOf(name)).solve.succeed();
    await settle();
  }

  async failWith(name: string, failure: SolveFailure): Promise<void> {
    (await this.solvingOf(name)).solve.fail(failure);
    await settle();
  }

  /** The kernel kills in a layer's solve for want of memory: `certain` where BuildKit says so of the very step. */
  async runOutOfMemory(name: string, evidence: "builder" | "kernel" = "builder"): Promise<void> {
    const { runner, solve } = await this.solvingOf(name);
    runner.measurement = { ...nothingMeasured, oomKills: 1, oomReports: ["Killed process 7 (cc1)"] };
    solve.fail({
      kind: "step-failed",
      step: "RUN make",
      exitCode: 2,
      message: `process "make" did not complete successfully: ${evidence === "builder" ? "cannot allocate memory" : "exit code: 2"}`,
      logTail: ["make: *** [all] Error 2"],
    });
    await settle();
    runner.measurement = nothingMeasured;
  }

  /** What is left of machines anywhere; nothing, once a run has ended. */
  get left(): readonly string[] {
    const unfinished = this.opener.runners.filter(({ closed, measuring }) => closed !== 1 || measuring > 0);
    return [
      ...this.living.map((n) => `machine ${n}`),
      ...this.entries.map((n) => `entry ${n}`),
      ...unfinished.map((runner) => `runner ${numberOf(runner.lease)}`),
    ];
  }

  /** What was told of machines, without the times: "leased 1 small", "released 1 0.01". */
  get machineStory(): readonly string[] {
    return this.log.events.flatMap((event) => {
      switch (event.type) {
        case "runner.requested":
          return [`requested ${numberOf(event.lease)} ${event.tier}`];
        case "runner.declined":
          return [`declined ${numberOf(event.lease)} ${event.machine} ${event.kind}`];
        case "runner.leased":
          return [`leased ${numberOf(event.lease)} ${event.machine}`];
        case "runner.ready":
          return [`ready ${numberOf(event.lease)}`];
        case "runner.lost":
          return [`lost ${numberOf(event.lease)}`];
        case "runner.released":
          return [`released ${numberOf(event.lease)} ${event.costEur} ${event.layers}`];
        case "runner.left-over":
          return [`left over ${numberOf(event.lease)}`];
        default:
          return [];
      }
    });
  }

  /** What a layer was told to wait for, in order: "provider", "machine 1", "room: max_machines is 1", "retry in 15 s: no answer". */
  waits(name: string): readonly string[] {
    return this.log
      .of("layer.waiting")
      .filter(({ layer }) => layer === name)
      .map(({ for: kind, lease, message, seconds }) =>
        [
          kind,
          lease === undefined ? "" : ` ${numberOf(lease)}`,
          seconds === undefined ? "" : ` in ${seconds} s`,
          message === undefined ? "" : `: ${message}`,
        ].join(""),
      );
  }

  #watchFiles(): void {
    const { files, order } = this;
    const note = (file: string, text: string): void => {
      const name = /\/leases\/lease0*([1-9]\d*)\.json$/.exec(file)?.[1];
      if (name !== undefined) order.push(`${text} ${leaseId(Number(name))}`);
    };
    const write = files.writeAtomically.bind(files);
    files.writeAtomically = (file, content) => {
      note(file, `write ${/"state": "(\w+)"/.exec(String(content))?.[1]}`);
      return write(file, content);
    };
    const remove = files.remove.bind(files);
    files.remove = (file) => {
      note(file, "remove");
      return remove(file);
    };
  }
}

function numberOf(lease: LeaseId): number {
  return Number(lease.replace(/^lease0*/, ""));
}
