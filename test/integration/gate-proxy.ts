// A plain HTTP proxy in front of a registry that sees every request, and may do something before it goes on.

import { createServer, type IncomingMessage, type Server, request as sendRequest } from "node:http";
import type { AddressInfo } from "node:net";

export interface GateProxy {
  /** "127.0.0.1:40123". */
  readonly address: string;
  /** "PUT /v2/lamina/rust/manifests/latest" and the like, in order. */
  readonly seen: string[];
  /** Called before a request goes on; false: it never does, and nobody hears of it. */
  gate: (line: string) => boolean;
  close(): Promise<void>;
}

/** `target` is the registry's address. */
export async function openGateProxy(target: string): Promise<GateProxy> {
  const seen: string[] = [];
  const server: Server = createServer((incoming, outgoing) => {
    const line = `${incoming.method ?? ""} ${incoming.url ?? ""}`;
    seen.push(line);
    if (!proxy.gate(line)) {
      incoming.socket.destroy();
      return;
    }
    const [host, port] = target.split(":");
    const { method, url: path, headers } = incoming;
    const onward = sendRequest({ host, port, method, path, headers }, (answer: IncomingMessage) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on("error", () => outgoing.destroy());
    incoming.on("error", () => onward.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const proxy: GateProxy = {
    address: `127.0.0.1:${portOf(server)}`,
    seen,
    gate: () => true,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return proxy;
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  return address.port;
}
