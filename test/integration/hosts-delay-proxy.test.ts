// The long wire between tests and hosts: nothing comes early, nothing is lost or changes places, and ends arrive too.

import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { afterEach, expect, test } from "vitest";
import { type DelayProxy, openDelayProxy } from "../rig/hosts/delay-proxy.ts";

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

async function serve(onConnection: (socket: Socket) => void): Promise<Server & { readonly port: number }> {
  const server = createServer({ allowHalfOpen: true }, onConnection);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  opened.push(server);
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return Object.assign(server, { port: address.port });
}

async function openProxy(port: number, delayMs: number): Promise<DelayProxy> {
  const proxy = await openDelayProxy({ to: { host: "127.0.0.1", port }, delayMs });
  opened.push(proxy);
  return proxy;
}

async function connect({ host, port }: DelayProxy): Promise<Socket> {
  const socket = createConnection({ host, port, allowHalfOpen: true });
  await once(socket, "connect");
  return socket;
}

test("megabytes come back as they were sent, and after them the end", async () => {
  const echo = await serve((socket) => socket.pipe(socket));
  const socket = await connect(await openProxy(echo.port, 10));
  // More than may be under way at once.
  const sent = randomBytes(40 * 1024 * 1024);
  const received = buffer(socket);
  socket.end(sent);
  expect((await received).equals(sent)).toBe(true);
});

test("a question and its answer take the round trip at least, the first also the handshake", async () => {
  const echo = await serve((socket) => socket.pipe(socket));
  const startedMs = performance.now();
  const socket = await connect(await openProxy(echo.port, 40));
  const timesMs: number[] = [startedMs];
  for (const question of ["one", "two", "three"]) {
    socket.write(question);
    const [answer]: unknown[] = await once(socket, "data");
    expect(String(answer)).toBe(question);
    timesMs.push(performance.now());
  }
  const tookMs = timesMs.slice(1).map((timeMs, index) => timeMs - (timesMs[index] ?? 0));
  // In full it is begun, asked, answered: the question leaves when the handshake is done.
  expect(tookMs[0]).toBeGreaterThanOrEqual(80);
  expect(tookMs[1]).toBeGreaterThanOrEqual(40);
  expect(tookMs[2]).toBeGreaterThanOrEqual(40);
  socket.destroy();
});

test("one side may end and still listen", async () => {
  const late = await serve((socket) => {
    socket.resume().on("end", () => socket.end("after the end"));
  });
  const socket = await connect(await openProxy(late.port, 4));
  const received = buffer(socket);
  socket.end("all");
  expect((await received).toString()).toBe("after the end");
});

test("a connection that breaks on one side breaks on the other", async () => {
  const breaking = await serve((socket) => {
    socket.once("data", () => socket.resetAndDestroy());
  });
  const socket = await connect(await openProxy(breaking.port, 4));
  socket.write("?");
  const [fault]: unknown[] = await once(socket, "error");
  expect(fault).toMatchObject({ code: "ECONNRESET" });
});

test("where nobody listens, the connection breaks", async () => {
  const server = await serve(() => undefined);
  const { port } = server;
  await new Promise((resolve) => server.close(resolve));
  const socket = createConnection(await openProxy(port, 4));
  const [fault]: unknown[] = await once(socket, "error");
  expect(fault).toMatchObject({ code: "ECONNRESET" });
});

test("closing ends the connections that are there, and there come no others", async () => {
  const mute = await serve((socket) => socket.resume());
  const proxy = await openProxy(mute.port, 4);
  const ended = once((await connect(proxy)).resume(), "end");
  await Promise.all([ended, proxy.close(), proxy.close()]);
  const [fault]: unknown[] = await once(createConnection(proxy), "error");
  expect(fault).toMatchObject({ code: "ECONNREFUSED" });
});
