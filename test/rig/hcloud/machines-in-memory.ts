// Machines that are not there: a server of the test API has an address of this machine, and nothing behind it.

import type { MachineMaker, MachineOrder } from "./machine-maker.ts";

export interface MachinesInMemory extends MachineMaker {
  /** All ever ordered. */
  readonly orders: readonly MachineOrder[];
  /** Names of those that are not destroyed. */
  readonly running: ReadonlySet<string>;
}

export function machinesInMemory(): MachinesInMemory {
  const orders: MachineOrder[] = [];
  const running = new Set<string>();
  return {
    orders,
    running,
    make: async (order) => {
      orders.push(order);
      running.add(order.name);
      return {
        ipv4: "127.0.0.1",
        running: Promise.resolve(),
        destroy: async () => {
          running.delete(order.name);
        },
      };
    },
  };
}
