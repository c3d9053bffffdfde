// What leased machines cost, and how long it pays to keep one that has nothing to do.

import { costOfHours, type Priced } from "../plan/billing.ts";

const hourMs = 3_600_000;
/** Giving back takes its time, and the provider's clock need not be ours. */
const marginMs = 150_000;
/** By the second, a machine that waits costs what it costs, and another one takes about this long to boot. */
const patienceMs = 60_000;

/** Euros for a machine from its creation to its end, net of VAT. */
export function costOf(priced: Priced, createdAtMs: number, endedAtMs: number): number {
  return costOfHours(priced, Math.max(0, endedAtMs - createdAtMs) / hourMs);
}

/**
 * Until when an idle machine is kept: what is paid already costs nothing more, so by the started hour it is kept until shortly
 * before the next one begins; at least until `nowMs`.
 */
export function keptUntilMs({ billing }: Priced, createdAtMs: number, nowMs: number): number {
  switch (billing) {
    case "free":
      return Number.POSITIVE_INFINITY;
    case "second":
      return nowMs + patienceMs;
    case "started-hour": {
      const hours = Math.floor((nowMs - createdAtMs) / hourMs) + 1;
      return Math.max(nowMs, createdAtMs + hours * hourMs - marginMs);
    }
  }
}
