// What a pool may have at most, whoever asks: counted over its own leases, those in the making included.

import { ok, type Result } from "../../engine/core/result.ts";
import type { PoolLease } from "../../schemas/pool.ts";
import { fault, type PoolFault } from "./fault.ts";

export interface PoolCaps {
  readonly maxMachines: number;
  /** Net of VAT, of all machines together; undefined: whatever they cost. */
  readonly maxEurPerHour: number | undefined;
  readonly maxCreatesPerHour: number;
}

export interface Load {
  /** Leases that may cost money, without the one that is asked for. */
  readonly living: readonly PoolLease[];
  /** When machines were asked for within the last hour, the oldest first; milliseconds since the epoch. */
  readonly creates: readonly number[];
  readonly nowMs: number;
}

/** Whether one more machine at this price may be asked for. */
export function checkCaps(caps: PoolCaps, load: Load, eurPerHour: number): Result<void, PoolFault> {
  const { living, creates, nowMs } = load;
  if (living.length >= caps.maxMachines)
    return fault("cap_reached", `the pool may have ${machines(caps.maxMachines)} at a time`);
  const spent = living.reduce((sum, lease) => sum + lease.eur_per_hour, 0);
  if (caps.maxEurPerHour !== undefined && spent + eurPerHour > caps.maxEurPerHour)
    return fault(
      "cap_reached",
      `the pool may cost ${euros(caps.maxEurPerHour)} an hour: it costs ${euros(spent)}, and this machine ${euros(eurPerHour)}`,
    );
  const [oldest] = creates;
  if (oldest !== undefined && creates.length >= caps.maxCreatesPerHour)
    return fault("cap_reached", `the pool may ask for ${machines(caps.maxCreatesPerHour)} an hour`, {
      retryAfterSeconds: Math.ceil((oldest + 3_600_000 - nowMs) / 1000),
    });
  return ok(undefined);
}

function machines(count: number): string {
  return count === 1 ? "1 machine" : `${count} machines`;
}

/** Whole hundredths of a cent: sums of prices are not exact. */
function euros(amount: number): string {
  return `${Number(amount.toFixed(4))} EUR`;
}
