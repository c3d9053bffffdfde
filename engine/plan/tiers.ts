// The sizes that runners come in, smallest first, and what an hour of each costs.

import type { RunnerTier } from "../../schemas/sizing.ts";

export interface Tier {
  readonly name: RunnerTier;
  readonly cpu: number;
  readonly memoryGb: number;
  /** Net of VAT, with a public IPv4 address; every hour that is begun is paid. */
  readonly eurPerHour: number;
}

// Hetzner Cloud's price list for its locations in the EU, for orders after 2026-06-15: monthly cap / 624.
export const tiers: readonly Tier[] = [
  { name: "cax11", cpu: 2, memoryGb: 4, eurPerHour: 0.0104 },
  { name: "cax21", cpu: 4, memoryGb: 8, eurPerHour: 0.0176 },
  { name: "cax31", cpu: 8, memoryGb: 16, eurPerHour: 0.0344 },
  { name: "cax41", cpu: 16, memoryGb: 32, eurPerHour: 0.0665 },
];

/** "machine of 4 cpu and 8 GB": names of tiers are those of one provider's machines, of one architecture. */
export function describeTier(name: string): string {
  const tier = tiers.find((each) => each.name === name);
  return tier === undefined ? "machine" : `machine of ${tier.cpu} cpu and ${tier.memoryGb} GB`;
}

/** The smallest tier with at least that much of both; undefined where none is big enough. */
export function smallestTier(cpu: number, memoryGb: number): Tier | undefined {
  return tiers.find((tier) => tier.cpu >= cpu && tier.memoryGb >= memoryGb);
}

/** One tier up, for a build that ran out of memory; undefined above the biggest, and for a name that is no tier's. */
export function nextTier(name: string): Tier | undefined {
  const at = tiers.findIndex((tier) => tier.name === name);
  return at === -1 ? undefined : tiers[at + 1];
}
