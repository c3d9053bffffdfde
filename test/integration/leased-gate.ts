// Steps of a build that wait for the test: each asks for a name over HTTP, and is let through when the test says so. That is how
// a test knows that a step runs right now, without a look at any clock.

import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";

export interface Gate {
  /** A command of a step: waits at the gate, under this name. */
  wait(name: string): string;
  /** Resolves when a step waits under that name, now or from now on; `count` of them, with those that waited before. */
  reached(name: string, count?: number): Promise<void>;
  /** Lets through all that wait under that name and all that come. */
  open(name: string): void;
  /** Cuts off whoever waits. */
  close(): Promise<void>;
}

/** `address` is this machine's, as the hosts reach it. */
export async function openGate(address: string): Promise<Gate> {
  const arrivals = new Map<string, number>();
  const waiting = new Map<string, ServerResponse[]>();
  const opened = new Set<string>();
  const watchers = new Set<() => void>();
  const server = createServer((request, response) => {
    const name = (request.url ?? "").slice(1);
    arrivals.set(name, (arrivals.get(name) ?? 0) + 1);
    if (opened.has(name)) response.end();
    else waiting.set(name, [...(waiting.get(name) ?? []), response]);
    for (const look of watchers) look();
  });
  server.listen(0, address);
  await once(server, "listening");
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("no port");
  return {
    wait: (name) => `wget -q -O /dev/null http://${address}:${String(bound.port)}/${name}`,
    reached: (name, count = 1) =>
      new Promise((resolve) => {
        const look = (): void => {
          if ((arrivals.get(name) ?? 0) < count) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      }),
    open(name) {
      opened.add(name);
      for (const response of waiting.get(name) ?? []) response.end();
      waiting.delete(name);
    },
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
