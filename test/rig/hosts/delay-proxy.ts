// A long wire: a TCP proxy on this machine through which every byte takes half of a round trip's time each way, in order.
// The bandwidth is not limited.

import { once } from "node:events";
import { createConnection, createServer, type Socket } from "node:net";

export interface DelayProxySettings {
  readonly to: { readonly host: string; readonly port: number };
  /** Of a round trip. */
  readonly delayMs: number;
  /** The address to listen at; 127.0.0.1 by default. */
  readonly listenAt?: string | undefined;
}

export interface DelayProxy {
  readonly host: string;
  readonly port: number;
  /** Ends all connections. Safe to call twice. */
  close(): Promise<void>;
}

/** More than what is under way in 100 ms on a wire of 1 Gbit/s: who sends more waits. */
const mostBytesUnderWay = 16 * 1024 * 1024;

/** Connections are made on the other side when they come; each begins with the round trip and a half of TCP's handshake. */
export async function openDelayProxy(settings: DelayProxySettings): Promise<DelayProxy> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("close", () => sockets.delete(socket));
  };
  const host = settings.listenAt ?? "127.0.0.1";
  let closed: Promise<unknown> | undefined;
  const server = createServer({ allowHalfOpen: true }, (near) => {
    if (closed !== undefined) {
      near.destroy();
      return;
    }
    const arrivesAtMs = performance.now() + settings.delayMs * 1.5;
    keep(near);
    // Paused until there is where to send to; then nothing arrives before the handshake has.
    near.pause();
    const handshake = setTimeout(() => {
      const far = createConnection({ ...settings.to, allowHalfOpen: true });
      keep(far);
      far.on("connect", () => {
        carry(near, far, settings.delayMs / 2, arrivesAtMs);
        carry(far, near, settings.delayMs / 2, arrivesAtMs);
      });
      far.on("error", () => near.resetAndDestroy());
    }, settings.delayMs * 1.5);
    near.on("error", () => undefined);
    near.on("close", () => clearTimeout(handshake));
  });
  server.listen(0, host);
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has no port");
  return {
    host,
    port: address.port,
    async close() {
      closed ??= once(server.close(), "close");
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** What comes out of `from`, its end too, goes into `to` later, and never before its time. */
function carry(from: Socket, to: Socket, delayMs: number, notBeforeMs: number): void {
  const queue: { readonly dueMs: number; readonly bytes: number; readonly deliver: () => void }[] = [];
  let bytesUnderWay = 0;
  let timer: NodeJS.Timeout | undefined;
  const deliverDue = (): void => {
    timer = undefined;
    for (let next = queue[0]; next !== undefined; next = queue[0]) {
      const waitMs = next.dueMs - performance.now();
      if (waitMs > 0) {
        timer = setTimeout(deliverDue, waitMs);
        return;
      }
      if (to.writableNeedDrain) {
        to.once("drain", deliverDue);
        return;
      }
      queue.shift();
      next.deliver();
      bytesUnderWay -= next.bytes;
      if (bytesUnderWay <= mostBytesUnderWay && from.isPaused()) from.resume();
    }
  };
  const send = (bytes: number, deliver: () => void): void => {
    queue.push({ dueMs: Math.max(performance.now() + delayMs, notBeforeMs), bytes, deliver });
    bytesUnderWay += bytes;
    if (bytesUnderWay > mostBytesUnderWay) from.pause();
    if (queue.length === 1) deliverDue();
  };
  from.on("data", (chunk: Buffer) => send(chunk.length, () => to.write(chunk)));
  from.on("end", () => send(0, () => to.end()));
  from.on("close", (hadError) => send(0, () => (hadError ? to.resetAndDestroy() : to.destroySoon())));
  to.on("close", () => {
    clearTimeout(timer);
    queue.length = 0;
  });
  from.resume();
}
