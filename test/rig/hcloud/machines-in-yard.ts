// Real hosts behind the test API: a server that is created is a host of a yard, smaller than it is sold, with the keys that
// its cloud-init gives it. As with the provider, it runs before anybody can log in.

import { makeKeyPair } from "../../../providers/transport/keys.ts";
import type { HostYard } from "../hosts/host-yard.ts";
import type { MachineMaker } from "./machine-maker.ts";
import { readUserData } from "./user-data.ts";

const mebibyte = 2 ** 20;

/** Of the real memory of each server type, the sixteenth or less: six fit into a machine for tests. */
const scaledMemoryMb: Readonly<Record<string, number>> = {
  cax11: 256,
  cax21: 1024,
  cax31: 2048,
  cax41: 4096,
  cx23: 256,
  cx33: 1024,
  cx43: 2048,
  cx53: 4096,
};

export interface YardSettings {
  /** Instead of the scaled sizes, by server type. */
  readonly memoryBytes?: Readonly<Record<string, number>>;
  /** How long hosts refuse connections after they run; 0 by default. */
  readonly bootDelayMs?: number;
}

/** Closing the yard is its owner's. */
export function machinesInYard(yard: HostYard, settings: YardSettings = {}): MachineMaker {
  return {
    make: async ({ name, serverType, memoryBytes, userData, otherHostKey }) => {
      const { authorizedKeys, hostKey } = readUserData(userData);
      const scaledMb = scaledMemoryMb[serverType];
      const host = await yard.createHost({
        name,
        memoryBytes:
          settings.memoryBytes?.[serverType] ?? (scaledMb === undefined ? memoryBytes : scaledMb * mebibyte),
        authorizedKeys,
        hostKey: hostKey === undefined || otherHostKey ? makeKeyPair() : hostKey,
        bootDelayMs: settings.bootDelayMs,
      });
      // Whether its daemons come up is not the provider's to know: whoever logs in learns it.
      host.booted.catch(() => undefined);
      return { ipv4: host.address, running: Promise.resolve(), destroy: () => host.destroy() };
    },
  };
}
