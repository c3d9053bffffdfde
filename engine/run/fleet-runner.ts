// A machine of a fleet: who is on it, what it has built, and what room it has left.

import type { LayerName } from "../../schemas/layer-name.ts";
import type { Platform } from "../../schemas/platform.ts";
import type { Lease } from "./lease.ts";
import type { PlacementRequest } from "./placer.ts";

/** A layer that is built on it. */
export interface Tenant {
  readonly size: PlacementRequest["size"];
  readonly isAlone: boolean;
  neighbours: number;
}

export class FleetRunner {
  readonly lease: Lease;
  readonly platform: Platform;
  readonly tenants = new Set<Tenant>();
  /** Layers whose images came to be on it. */
  readonly built = new Set<LayerName>();
  /** Places that were ever given on it. */
  total = 0;
  /** Whoever it was leased for may stay so long. */
  readonly timeBudgetMin: number;
  isLost = false;
  /** It was given to one that wants a machine of its own: nobody else comes. */
  isOneLayers = false;
  isReleasing = false;
  cancelRelease: () => void = () => {};

  constructor(lease: Lease, platform: Platform, timeBudgetMin: number) {
    this.lease = lease;
    this.platform = platform;
    this.timeBudgetMin = timeBudgetMin;
  }

  get free(): { readonly cpu: number; readonly memoryGb: number } {
    const { cpu, memoryGb } = this.lease.offer;
    const taken = Array.from(this.tenants, ({ size }) => size);
    return {
      cpu: taken.reduce((left, size) => left - size.cpu, cpu),
      memoryGb: taken.reduce((left, size) => left - size.memoryGb, memoryGb),
    };
  }

  /** By one that is to have no neighbour. */
  get isTaken(): boolean {
    return Array.from(this.tenants).some(({ isAlone }) => isAlone);
  }
}
