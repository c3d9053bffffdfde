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
import type { Compute, ComputeFailure, KeyPair, Machine, MachineOffer } from "../ports/compute.ts";
import type { EventSink } from "../ports/event-sink.ts";
import type { Runner, RunnerOpener } from "../ports/runner.ts";
import type { LeaseJournal } from "./lease-journal.ts";
import { pause } from "./pause.ts";
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
}

/** A machine that builds. */
export interface Lease {
  readonly id: LeaseId;
  readonly offer: MachineOffer;
  readonly machine: Machine;
  readonly runner: Runner;
}

export type LeaseFailure =
  | ComputeFailure
  /** It was made, and never came to build. */
  | { readonly kind: "not-ready"; readonly message: string }
  /** Nothing may be leased that a crash would leave behind unknown. */
  | { readonly kind: "no-journal"; readonly message: string };

/** Leases a machine and waits until it builds. After a failure nothing is left, or it is told as left over. */
export async function openLease(
  wish: LeaseWish,
  deps: LeaseDeps,
  signal: AbortSignal,
): Promise<Result<Lease, LeaseFailure>> {
  const { compute, sink, clock } = deps;
  const { id: lease, tier } = wish;
  const requestedAtMs = clock.nowMs();
  sink.emit({ type: "runner.requested", at: requestedAtMs, lease, provider: compute.name, tier });
  const created = await createMachine(wish, deps, requestedAtMs, signal);
  if (!created.ok) return created;
  const { machine, offer } = created.value;
  sink.emit({
    type: "runner.leased",
    at: clock.nowMs(),
    lease,
    machineId: machine.machineId,
    machine: machine.type,
    location: machine.location,
    eurPerHour: offer.eurPerHour,
  });
  const access = { privateKey: deps.loginKey.privateKey, deadlineMs: deps.readyTimeoutMs };
  const opened = await deps.opener.open(machine, access, signal);
  if (opened.ok) {
    const seconds = (clock.nowMs() - requestedAtMs) / 1000;
    sink.emit({ type: "runner.ready", at: clock.nowMs(), lease, seconds });
    return ok({ id: lease, offer, machine, runner: opened.value });
  }
  const failure = opened.error;
  if (failure.kind !== "canceled")
    sink.emit({ type: "runner.lost", at: clock.nowMs(), lease, message: failure.message });
  await giveBack({ id: lease, offer, machine }, 0, deps);
  return err(failure.kind === "canceled" ? failure : { kind: "not-ready", message: failure.message });
}

/** Closes the runner and gives its machine back. `layers` were built on it. */
export async function releaseLease(lease: Lease, layers: number, deps: LeaseDeps): Promise<void> {
  await lease.runner.close();
  await giveBack(lease, layers, deps);
}

async function createMachine(
  { id: leaseId, platform, offers }: LeaseWish,
  deps: LeaseDeps,
  requestedAtMs: number,
  signal: AbortSignal,
): Promise<Result<{ readonly machine: Machine; readonly offer: MachineOffer }, LeaseFailure>> {
  const { compute, clock, sink, pool } = deps;
  const expiresAtMs = requestedAtMs + deps.expiresMs;
  const hostKey = deps.makeKeyPair();
  let last: LeaseFailure = { kind: "no-capacity", message: "nothing was offered" };
  for (const offer of offers) {
    const record = recordOf(leaseId, offer, "requested", { requestedAtMs, expiresAtMs }, deps);
    const written = deps.journal.write(record);
    if (!written.ok) return err({ kind: "no-journal", message: written.error.message });
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
      deps.journal.write({ ...record, state: "leased" });
      return ok({ machine: created.value, offer });
    }
    last = created.error;
    // Whatever came of it is gone before anything else is tried.
    if (last.kind !== "no-capacity" || signal.aborted) {
      const gone = await destroy(leaseId, deps);
      if (gone !== undefined) {
        sink.emit({ type: "runner.left-over", at: clock.nowMs(), lease: leaseId, message: gone });
        return err(last);
      }
    }
    if (last.kind === "canceled") break;
    const { type: machine, location } = offer;
    const { kind, message } = last;
    sink.emit({
      type: "runner.declined",
      at: clock.nowMs(),
      lease: leaseId,
      machine,
      location,
      kind,
      message,
    });
    if (last.kind !== "no-capacity" && last.kind !== "broken") break;
  }
  deps.journal.remove(leaseId);
  return err(last);
}

async function giveBack(
  { id: lease, offer, machine }: Omit<Lease, "runner">,
  layers: number,
  deps: LeaseDeps,
): Promise<void> {
  const { clock, sink } = deps;
  const { createdAtMs, expiresAtMs } = machine;
  const times = { requestedAtMs: createdAtMs, expiresAtMs };
  // Where that cannot be written, the record from before says enough.
  deps.journal.write(recordOf(lease, offer, "releasing", times, deps));
  const failed = await destroy(lease, deps);
  const nowMs = clock.nowMs();
  const costEur = costOf(offer, createdAtMs, nowMs);
  deps.onPaid(costEur);
  if (failed === undefined) {
    const seconds = (nowMs - createdAtMs) / 1000;
    sink.emit({ type: "runner.released", at: nowMs, lease, seconds, costEur, layers });
    deps.journal.remove(lease);
  } else sink.emit({ type: "runner.left-over", at: nowMs, lease, message: failed });
}

const destroyAttempts = 5;

/** What is in the way, after some attempts; undefined when the machine is gone. */
async function destroy(leaseId: LeaseId, { compute, pool, clock }: LeaseDeps): Promise<string | undefined> {
  const never = new AbortController().signal;
  for (let attempt = 1; ; attempt++) {
    const gone = await compute.destroy({ leaseId, pool }, never);
    if (gone.ok) return undefined;
    const message = gone.error.kind === "canceled" ? "canceled" : gone.error.message;
    if (gone.error.kind === "refused" || attempt === destroyAttempts) return message;
    await pause(clock, 1000 * 2 ** attempt, never);
  }
}

function recordOf(
  lease: LeaseId,
  offer: MachineOffer,
  state: LeaseRecord["state"],
  times: Pick<LeaseRecord, "requestedAtMs" | "expiresAtMs">,
  { compute, pool, runId, owner }: LeaseDeps,
): LeaseRecord {
  const { type: machine, location, eurPerHour } = offer;
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
  };
}
