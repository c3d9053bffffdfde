// Phrases about leased machines. A lease goes by its first six letters, as a commit does by its first digits.

import { unreachable } from "../../engine/core/unreachable.ts";
import type { EventOf } from "../../engine/events/event.ts";
import type { LeaseId } from "../../schemas/lease-id.ts";
import { count, formatBytes, formatSeconds } from "./format.ts";
import { printable } from "./text-width.ts";

export type RunnerEvent = EventOf<
  | "runner.requested"
  | "runner.declined"
  | "runner.leased"
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
      return `a ${event.tier} asked of ${event.provider}`;
    case "runner.declined":
      return `no ${placed(event)}: ${printable(event.message)}`;
    case "runner.leased":
      return `leased ${placed(event)} for ${formatEur(event.eurPerHour)} an hour`;
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

/** "on runner 0a1b2c, which is there: cax21 (4 cpu, 8 GB), by its language". */
export function describePlaced(event: EventOf<"layer.placed">): string {
  const sources = {
    explicit: "as declared",
    history: "by what it used before",
    language: "by its language",
    retry: "one tier up",
  } as const;
  const size = `${event.tier} (${event.cpu} cpu, ${event.memoryGb} GB)`;
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

/** "out of memory: once more, on a cax31". */
export function describeRetried({ reason, tier, message }: EventOf<"layer.retried">): string {
  const reasons = {
    oom: "out of memory",
    "daemon-lost": "its builder was lost",
    "machine-lost": "its machine was lost",
  } as const;
  return `${reasons[reason]} (${printable(message)}): once more, on a ${tier}`;
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
