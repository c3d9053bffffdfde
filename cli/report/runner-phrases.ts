// Phrases about leased machines. A lease goes by its first six letters, as a commit does by its first digits.

import { unreachable } from "../../engine/core/unreachable.ts";
import type { EventOf } from "../../engine/events/event.ts";
import type { MachineSummary } from "../../engine/events/summary.ts";
import { describeTier } from "../../engine/plan/tiers.ts";
import type { LeaseId } from "../../schemas/lease-id.ts";
import { count, formatBytes, formatSeconds } from "./format.ts";
import { printable } from "./text-width.ts";

export type RunnerEvent = EventOf<
  | "runner.requested"
  | "runner.ordered"
  | "runner.declined"
  | "runner.leased"
  | "runner.connected"
  | "runner.ready"
  | "runner.lost"
  | "runner.released"
  | "runner.left-over"
>;

/** "runner 0a1b2c: leased cax21 in fsn1 for 0.0176 EUR an hour". */
export function describeRunner(event: RunnerEvent): string {
  return `runner ${shortLease(event.lease)}: ${describe(event)}`;
}

function describe(event: RunnerEvent): string {
  switch (event.type) {
    case "runner.requested":
      return `a ${describeTier(event.tier)} asked of ${event.provider}`;
    case "runner.ordered":
      return `tries ${placed(event)}`;
    case "runner.declined":
      return `no ${placed(event)}: ${printable(event.message)}`;
    case "runner.leased":
      return `leased ${placed(event)} for ${formatEur(event.eurPerHour)} an hour, which boots`;
    case "runner.connected":
      return `booted after ${formatSeconds(event.seconds)}, and its BuildKit is awaited`;
    case "runner.ready":
      return `ready after ${formatSeconds(event.seconds)}`;
    case "runner.lost":
      return `lost: ${printable(event.message)}`;
    case "runner.released":
      return `given back after ${formatSeconds(event.seconds)} and ${count(event.layers, "layer")}, ${formatEur(event.costEur)}`;
    case "runner.left-over":
      return `could not be given back: ${printable(event.message)}; \`lamina runners reap\` tries again`;
    default:
      return unreachable(event);
  }
}

/** "waits for runner 0a1b2c", "waits for a free machine: max_machines is 2". */
export function describeWaiting(wait: EventOf<"layer.waiting">): string {
  switch (wait.for) {
    case "provider":
      return "asks for a machine";
    case "machine":
      return wait.lease === undefined ? "waits for a machine" : `waits for runner ${shortLease(wait.lease)}`;
    case "room":
      return `waits for a free machine${because(wait)}`;
    case "retry":
      return `waits for a machine, and asks again in ${formatSeconds(wait.seconds ?? 0)}${because(wait)}`;
    default:
      return unreachable(wait.for);
  }
}

/** The same as it stands at a moment: "cax21 in fsn1 boots, 45.0 s". `machine` is that of its lease. */
export function describeWaitNow(
  wait: EventOf<"layer.waiting">,
  machine: MachineSummary | undefined,
  nowMs: number,
): string {
  if (wait.for === "retry") {
    const seconds = Math.max(0, (wait.seconds ?? 0) - (nowMs - wait.at) / 1000);
    return describeWaiting({ ...wait, seconds });
  }
  if (wait.for !== "machine" || machine === undefined) return describeWaiting({ ...wait, lease: undefined });
  const since = formatSeconds(Math.max(0, nowMs - machine.sinceMs) / 1000);
  switch (machine.state) {
    case "requested":
      return `a ${describeTier(machine.tier)} is asked of ${machine.provider}, ${since}`;
    case "ordered":
      return `${placed(machine)} is asked of ${machine.provider}, ${since}`;
    case "booting":
      return `${placed(machine)} boots, ${since}`;
    case "connected":
      return `${placed(machine)} starts its BuildKit, ${since}`;
    case "ready":
      return `${placed(machine)} is ready`;
    case "lost":
      return `${placed(machine)} was lost, and is given back, ${since}`;
    default:
      return unreachable(machine.state);
  }
}

/** "starting on cax21 in fsn1"; "starting" here, or where nothing is known of the machine. */
export function describeStart(machine: MachineSummary | undefined): string {
  return machine === undefined ? "starting" : `starting on ${placed(machine)}`;
}

function because({ message }: Pick<EventOf<"layer.waiting">, "message">): string {
  return message === undefined ? "" : `: ${printable(message)}`;
}

/** "on runner 0a1b2c, which is there: 4 cpu, 8 GB, by its language". */
export function describePlaced(event: EventOf<"layer.placed">): string {
  const sources = {
    explicit: "as declared",
    history: "by what it used before",
    language: "by its language",
    retry: "one tier up",
  } as const;
  const size = `${event.cpu} cpu, ${event.memoryGb} GB`;
  return `on runner ${shortLease(event.lease)}${event.shared ? ", which is there" : ""}: ${size}, ${sources[event.source]}`;
}

/** "used 1.8 cores and 3.10 GB of memory (at most 3.42 GB)". */
export function describeMeasured(event: EventOf<"layer.measured">): string {
  const cores = event.cpuP95 === undefined ? [] : [`${event.cpuP95.toFixed(1)} cores`];
  const memory = event.memoryP95Bytes === undefined ? [] : [`${formatBytes(event.memoryP95Bytes)} of memory`];
  const used = [...cores, ...memory].join(" and ") || "nothing that could be measured";
  const peak = event.memoryPeakBytes === undefined ? "" : ` (at most ${formatBytes(event.memoryPeakBytes)})`;
  return `used ${used}${peak}`;
}

/** "out of memory: once more, on a machine of 8 cpu and 16 GB". */
export function describeRetried({ reason, tier, message }: EventOf<"layer.retried">): string {
  const reasons = {
    oom: "out of memory",
    "daemon-lost": "its builder was lost",
    "machine-lost": "its machine was lost",
  } as const;
  return `${reasons[reason]} (${printable(message)}): once more, on a ${describeTier(tier)}`;
}

/** "0.0176 EUR". */
export function formatEur(eur: number): string {
  return `${eur.toFixed(4)} EUR`;
}

function placed({ machine, location }: { readonly machine: string; readonly location: string }): string {
  return location === "" ? machine : `${machine} in ${location}`;
}

function shortLease(lease: LeaseId): string {
  return lease.slice(0, 6);
}
