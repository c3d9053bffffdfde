// Which kind of machine a size is leased as: the rule of every provider, for whoever knows what it has before it is asked.

import type { Platform } from "../../schemas/platform.ts";

/** What of a kind of machine matters here; see MachineKind in ports/compute.ts. */
export interface KnownMachine {
  readonly platforms: readonly Platform[];
  readonly cpu: number;
  readonly memoryGb: number;
  readonly sizing: "fixed" | "up-to";
  readonly isAvailable: boolean;
}

/** The first kind that holds the size and can be had now, else the first that holds it; undefined: none ever does. */
export function findMachine<K extends KnownMachine>(
  kinds: readonly K[],
  { cpu, memoryGb }: { readonly cpu: number; readonly memoryGb: number },
  platform: Platform,
): K | undefined {
  const fit = kinds.filter(
    (kind) => kind.platforms.includes(platform) && kind.cpu >= cpu && kind.memoryGb >= memoryGb,
  );
  return fit.find(({ isAvailable }) => isAvailable) ?? fit[0];
}
