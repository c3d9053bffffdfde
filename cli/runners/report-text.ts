// The machines that may cost money: as a table, and as JSON.

import pc from "picocolors";
import { unreachable } from "../../engine/core/unreachable.ts";
import { costOf } from "../../engine/run/price.ts";
import type { SeenLease } from "../../engine/run/survey-leases.ts";
import type { RunnerJson } from "../../schemas/runners.ts";
import { formatSeconds } from "../report/format.ts";
import { renderTable } from "../report/table.ts";

/** schemas/runners.ts, which a test holds it to. */
export function runnerToJson(seen: SeenLease, nowMs: number): RunnerJson {
  const { lease, provider, pool, record, machine, createdAtMs, expiresAtMs, owner, isLeftOver } = seen;
  return {
    lease,
    provider,
    pool,
    machineId: machine?.machineId ?? null,
    state: machine?.state ?? null,
    machine: machine?.type ?? record?.machine ?? "",
    location: machine?.location ?? record?.location ?? "",
    createdAtMs,
    expiresAtMs,
    costEur: costEur(seen, nowMs) ?? null,
    journal: record === undefined ? null : { state: record.state, runId: record.runId },
    owner,
    leftOver: isLeftOver,
  };
}

/** With line ends; nothing where there are none. */
export function renderRunners(leases: readonly SeenLease[], nowMs: number, color: boolean): string {
  if (leases.length === 0) return "";
  const paint = pc.createColors(color);
  return renderTable(
    [
      { title: "lease" },
      { title: "provider" },
      { title: "machine" },
      { title: "state" },
      { title: "age", align: "right" },
      { title: "EUR", align: "right" },
      { title: "expires", align: "right" },
      { title: "use", paint: (cell, row) => (leases[row]?.isLeftOver === true ? paint.yellow(cell) : cell) },
    ],
    leases.map((seen) => [
      seen.lease,
      seen.provider,
      machineOf(seen),
      seen.machine?.state ?? "not listed",
      formatSeconds((nowMs - seen.createdAtMs) / 1000),
      costEur(seen, nowMs)?.toFixed(4) ?? "",
      describeExpiry(seen.expiresAtMs, nowMs),
      describeUse(seen),
    ]),
    paint.bold,
  );
}

/** "0a1b… (cax21 in fsn1)", for messages. */
export function nameRunner(seen: SeenLease): string {
  const [machine, location] = machineOf(seen).split(" ");
  return `${seen.lease} (${machine}${location === undefined ? "" : ` in ${location}`})`;
}

function machineOf({ machine, record }: SeenLease): string {
  const { type, location } = machine ?? { type: record?.machine ?? "", location: record?.location ?? "" };
  return location === "" ? type : `${type} ${location}`;
}

/** Of one that the provider lists; another costs nothing, or nobody knows. */
function costEur({ record, machine, createdAtMs }: SeenLease, nowMs: number): number | undefined {
  return record === undefined || machine === undefined ? undefined : costOf(record, createdAtMs, nowMs);
}

function describeExpiry(expiresAtMs: number, nowMs: number): string {
  const seconds = (expiresAtMs - nowMs) / 1000;
  return seconds >= 0 ? `in ${formatSeconds(seconds)}` : `${formatSeconds(-seconds)} ago`;
}

function describeUse({ owner, isLeftOver }: SeenLease): string {
  switch (owner) {
    case "alive":
      return isLeftOver ? "left over: could not be given back" : "by a run on this machine";
    case "dead":
      return "left over by a run that ended";
    case "elsewhere":
    case "unknown":
      return isLeftOver ? "left over: expired" : "by a run elsewhere, until it expires";
    default:
      return unreachable(owner);
  }
}
