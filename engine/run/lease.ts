// One machine from the wish for it to its end.
//
//   requested ──created──▶ leased ──builds──▶ ready ──▶ releasing ──▶ released
//       │                    │                  │            └──────▶ left-over (the journal keeps it)
//       └─── any failure ────┴── lost, failed ──┴──▶ releasing
//
// The journal is written before each call to the provider, so that a crash at any moment leaves a trace of what may exist.
// Giving back hears no signal: whatever ends the run must not end this.

import type { LeaseId } from "../../schemas/lease-id.ts";
import type { LeaseRecord } from "../../schemas/lease-record.ts";
import type { Platform } from "../../schemas/platform.ts";
import type { Clock } from "../core/host.ts";
import { err, ok, type Result } from "../core/result.ts";
import { sleep } from "../core/sleep.ts";
import type { Compute, ComputeFailure, KeyPair, Machine, MachineOffer } from "../ports/compute.ts";
import type { EventSink } from "../ports/event-sink.ts";
import type { Runner, RunnerOpener } from "../ports/runner.ts";
import type { LeaseJournal } from "./lease-journal.ts";
import { costOf } from "./price.ts";

export interface LeaseDeps {
  readonly compute: Compute;
  readonly opener: RunnerOpener;
  readonly journal: LeaseJournal;
  readonly sink: EventSink;
  readonly clock: Clock;
  readonly pool: string;
  readonly runId: string;
  /** As `Processes` names this one. */
  readonly owner: string;
  /** Log in with it; made for this run. */
  readonly loginKey: KeyPair;
  readonly makeKeyPair: () => KeyPair;
  readonly expiresMs: number;
  readonly readyTimeoutMs: number;
  /** Told what each machine cost, in euros, when it is given back. */
  readonly onPaid: (costEur: number) => void;
}

export interface LeaseWish {
  readonly id: LeaseId;
  readonly tier: string;
  readonly platform: Platform;
  /** In the order in which they are tried; at least one. */
  readonly offers: readonly MachineOffer[];
  /** How long it must live at least, booted or not; else as long as all do. */
  readonly leastMs: number;
}

/** A machine that builds. */
export interface Lease {
  readonly id: LeaseId;
  readonly offer: MachineOffer;
  readonly machine: Machine;
  readonly runner: Runner;
}

export type LeaseFailure =
  | Exclude<ComputeFailure, { readonly kind: "broken" }>
  /** It was made, and came up broken, or never came to build. */
  | { readonly kind: "broken" | "not-ready"; readonly message: string; readonly offer: MachineOffer }
  /** Nothing may be leased that a crash would leave behind unknown. */
  | { readonly kind: "no-journal"; readonly message: string };

/** Leases a machine and waits until it builds. After a failure nothing is left, or it is told as left over. */
export async function openLease(
  wish: LeaseWish,
  deps: LeaseDeps,
  signal: AbortSignal,
): Promise<Result<Lease, LeaseFailure>> {
  try {
    return await lease(wish, deps, signal);
  } catch (bug) {
    await clearAway(wish.id, deps);
    throw bug;
  }
}

/** Closes the runner and gives its machine back. `layers` were built on it. */
export async function releaseLease(lease: Lease, layers: number, deps: LeaseDeps): Promise<void> {
  const closed = new AbortController();
  try {
    // A wire to what is gone may take its time to notice, and the machine costs meanwhile.
    await Promise.race([lease.runner.close(), sleep(deps.clock, closePatienceMs, closed.signal)]);
  } finally {
    closed.abort();
    await giveBack(lease, layers, deps);
  }
}

async function lease(
  wish: LeaseWish,
  deps: LeaseDeps,
  signal: AbortSignal,
): Promise<Result<Lease, LeaseFailure>> {
  const { compute, sink, clock } = deps;
  const { id, tier } = wish;
  const requestedAtMs = clock.nowMs();
  sink.emit({ type: "runner.requested", at: requestedAtMs, lease: id, provider: compute.name, tier });
  const created = await createMachine(wish, deps, requestedAtMs, signal);
  if (!created.ok) return created;
  const { machine, offer } = created.value;
  sink.emit({
    type: "runner.leased",
    at: clock.nowMs(),
    lease: id,
    machineId: machine.machineId,
    machine: machine.type,
    location: machine.location,
    eurPerHour: offer.eurPerHour,
  });
  const tell = (type: "runner.connected" | "runner.ready"): void => {
    const at = clock.nowMs();
    sink.emit({ type, at, lease: id, seconds: (at - requestedAtMs) / 1000 });
  };
  const access = {
    privateKey: deps.loginKey.privateKey,
    deadlineMs: deps.readyTimeoutMs,
    onConnected: () => tell("runner.connected"),
  };
  const opened = await deps.opener.open(machine, access, signal);
  if (opened.ok) {
    tell("runner.ready");
    return ok({ id, offer, machine, runner: opened.value });
  }
  const failure = opened.error;
  if (failure.kind !== "canceled")
    sink.emit({ type: "runner.lost", at: clock.nowMs(), lease: id, message: failure.message });
  await giveBack({ id, offer, machine }, 0, deps);
  return err(failure.kind === "canceled" ? failure : { kind: "not-ready", message: failure.message, offer });
}

async function createMachine(
  { id: leaseId, platform, offers, leastMs }: LeaseWish,
  deps: LeaseDeps,
  requestedAtMs: number,
  signal: AbortSignal,
): Promise<Result<{ readonly machine: Machine; readonly offer: MachineOffer }, LeaseFailure>> {
  const { compute, clock, sink, pool, journal } = deps;
  const expiresAtMs = requestedAtMs + Math.max(deps.expiresMs, leastMs);
  const hostKey = deps.makeKeyPair();
  let last: LeaseFailure = { kind: "no-capacity", message: "nothing was offered" };
  for (const offer of offers) {
    const record = recordOf(leaseId, offer, "requested", { requestedAtMs, expiresAtMs }, deps);
    const written = journal.write(record);
    if (!written.ok) {
      last = { kind: "no-journal", message: written.error.message };
      break;
    }
    const askedAtMs = clock.nowMs();
    const { type: kind, location } = offer;
    sink.emit({ type: "runner.ordered", at: askedAtMs, lease: leaseId, machine: kind, location });
    const request = {
      leaseId,
      pool,
      offer,
      platform,
      expiresAtMs,
      authorizedKey: deps.loginKey.publicKey,
      hostKey,
    };
    const created = await compute.create(request, signal);
    if (created.ok) {
      // Where that cannot be written, the record from before says enough.
      journal.write({ ...record, state: "leased" });
      return ok({ machine: created.value, offer });
    }
    const failure = created.error;
    last = failure.kind === "broken" ? { ...failure, offer } : failure;
    if (failure.kind !== "canceled")
      sink.emit({
        type: "runner.declined",
        at: clock.nowMs(),
        lease: leaseId,
        machine: offer.type,
        location: offer.location,
        kind: failure.kind,
        message: failure.message,
      });
    // It was made, and is paid for.
    if (failure.kind === "broken") deps.onPaid(costOf(offer, askedAtMs, clock.nowMs()));
    // Whatever came of it is gone before anything else is tried.
    if (failure.kind !== "no-capacity" || signal.aborted) {
      await clearAway(leaseId, deps, failure);
      return err(signal.aborted ? { kind: "canceled" } : last);
    }
  }
  journal.remove(leaseId);
  return err(last);
}

async function giveBack(
  { id: lease, offer, machine }: Omit<Lease, "runner">,
  layers: number,
  deps: LeaseDeps,
): Promise<void> {
  const { clock, sink, journal } = deps;
  const { createdAtMs, expiresAtMs } = machine;
  const times = { requestedAtMs: createdAtMs, expiresAtMs };
  journal.write(recordOf(lease, offer, "releasing", times, deps));
  const failure = await destroy(lease, deps);
  const nowMs = clock.nowMs();
  const costEur = costOf(offer, createdAtMs, nowMs);
  deps.onPaid(costEur);
  if (failure !== undefined) return tellLeftOver(lease, failure, deps);
  const seconds = (nowMs - createdAtMs) / 1000;
  sink.emit({ type: "runner.released", at: nowMs, lease, seconds, costEur, layers });
  journal.remove(lease);
}

/** Of a lease that came to nothing, for `cause`: nothing is left of it, or it is told as left over. */
async function clearAway(lease: LeaseId, deps: LeaseDeps, cause?: ComputeFailure): Promise<void> {
  const failure = await destroy(lease, deps);
  // Who may neither make nor destroy has made nothing.
  const wasNeverMade = cause?.kind === "refused" && failure?.kind === "refused";
  if (failure === undefined || wasNeverMade) deps.journal.remove(lease);
  else tellLeftOver(lease, failure, deps);
}

function tellLeftOver(lease: LeaseId, failure: ComputeFailure, { sink, clock }: LeaseDeps): void {
  const message = failure.kind === "canceled" ? "canceled" : failure.message;
  sink.emit({ type: "runner.left-over", at: clock.nowMs(), lease, message });
}

const destroyAttempts = 5;
const closePatienceMs = 10_000;

/** What is in the way, after some attempts; undefined when the machine is gone. */
async function destroy(
  leaseId: LeaseId,
  { compute, pool, clock }: LeaseDeps,
): Promise<ComputeFailure | undefined> {
  const never = new AbortController().signal;
  for (let attempt = 1; ; attempt++) {
    const gone = await compute.destroy({ leaseId, pool }, never);
    if (gone.ok) return undefined;
    if (gone.error.kind === "refused" || attempt === destroyAttempts) return gone.error;
    await sleep(clock, 1000 * 2 ** attempt, never);
  }
}

function recordOf(
  lease: LeaseId,
  offer: MachineOffer,
  state: LeaseRecord["state"],
  times: Pick<LeaseRecord, "requestedAtMs" | "expiresAtMs">,
  { compute, pool, runId, owner }: LeaseDeps,
): LeaseRecord {
  const { type: machine, location, eurPerHour, billing } = offer;
  return {
    version: 1,
    lease,
    provider: compute.name,
    pool,
    runId,
    owner,
    state,
    ...times,
    machine,
    location,
    eurPerHour,
    billing,
  };
}
