// All machines that may cost money on this project's behalf: what the journal holds and what providers list, put together, with
// who has each, and whether it is left over. Changes nothing.
//
//   owner of the journal's entry    left over
//   dead                            yes
//   alive                           no; when it has expired, only if it was to be given back, and that failed
//   elsewhere, or no entry          when it has expired

import type { LeaseId } from "../../schemas/lease-id.ts";
import type { LeaseRecord } from "../../schemas/lease-record.ts";
import type { Clock } from "../core/host.ts";
import type { Compute, ComputeFailure, LeasedMachine } from "../ports/compute.ts";
import type { Processes } from "../ports/processes.ts";
import type { LeaseJournal } from "./lease-journal.ts";

export interface SurveyDeps {
  /** Those that could be opened. */
  readonly computes: readonly Compute[];
  readonly journal: LeaseJournal;
  readonly processes: Processes;
  readonly clock: Clock;
  readonly pool: string;
}

export interface SeenLease {
  readonly lease: LeaseId;
  readonly provider: string;
  readonly pool: string;
  /** As the journal has it. */
  readonly record: LeaseRecord | undefined;
  /** As its provider has it. */
  readonly machine: LeasedMachine | undefined;
  /** Milliseconds since the epoch, as `expiresAtMs`. */
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  /** The process that leased it; "unknown": the journal has nothing of it. */
  readonly owner: "alive" | "dead" | "elsewhere" | "unknown";
  readonly isLeftOver: boolean;
}

export interface Survey {
  /** The oldest first. */
  readonly leases: readonly SeenLease[];
  /** Providers that could not tell what they have. */
  readonly silent: readonly { readonly provider: string; readonly failure: ComputeFailure }[];
}

/** Clocks differ, and who gives a machine back at its very end is not to be overtaken. */
const graceMs = 60_000;

export async function surveyLeases(deps: SurveyDeps, signal: AbortSignal): Promise<Survey> {
  const records = deps.journal.list();
  const asked = await Promise.all(deps.computes.map((compute) => ask(compute, records, deps.pool, signal)));
  const listed = asked.flatMap(({ machines }) => machines);
  const known = new Set(records.map(({ lease }) => lease));
  const leases = [
    ...records.map((record) => {
      const { lease, provider, pool, requestedAtMs } = record;
      const machine = listed.find(
        (each) => each.machine.leaseId === lease && each.provider === provider,
      )?.machine;
      // A provider may have made the end sooner than it was asked for; the journal alone knows of none that was put off.
      const expiresAtMs = machine?.expiresAtMs ?? record.expiresAtMs;
      const createdAtMs = machine?.createdAtMs ?? requestedAtMs;
      return judge({ lease, provider, pool, record, machine, createdAtMs, expiresAtMs }, deps);
    }),
    ...listed
      .filter(({ machine, pool }) => pool === deps.pool && !known.has(machine.leaseId))
      .map(({ machine, provider, pool }) => {
        const { leaseId: lease, createdAtMs, expiresAtMs } = machine;
        return judge({ lease, provider, pool, record: undefined, machine, createdAtMs, expiresAtMs }, deps);
      }),
  ];
  return {
    leases: leases.toSorted((a, b) => a.createdAtMs - b.createdAtMs || (a.lease < b.lease ? -1 : 1)),
    silent: asked.flatMap(({ failures }) => failures),
  };
}

function judge(
  seen: Omit<SeenLease, "owner" | "isLeftOver">,
  { processes, clock }: Pick<SurveyDeps, "processes" | "clock">,
): SeenLease {
  const { record, expiresAtMs } = seen;
  const owner = record === undefined ? "unknown" : processes.look(record.owner);
  const hasExpired = expiresAtMs + graceMs < clock.nowMs();
  const isHeld = owner === "alive" && record?.state !== "releasing";
  return { ...seen, owner, isLeftOver: owner === "dead" || (hasExpired && !isHeld) };
}

interface Listed {
  readonly provider: string;
  readonly pool: string;
  readonly machine: LeasedMachine;
}

/** Of the pool, and of those that the journal's entries of this provider name. */
async function ask(
  compute: Compute,
  records: readonly LeaseRecord[],
  own: string,
  signal: AbortSignal,
): Promise<{ readonly machines: readonly Listed[]; readonly failures: Survey["silent"] }> {
  const { name: provider } = compute;
  const pools = new Set([own]);
  for (const record of records) if (record.provider === provider) pools.add(record.pool);
  const machines: Listed[] = [];
  for (const pool of pools) {
    const listed = await compute.list(pool, signal);
    if (!listed.ok) return { machines, failures: [{ provider, failure: listed.error }] };
    machines.push(...listed.value.map((machine) => ({ provider, pool, machine })));
  }
  return { machines, failures: [] };
}
