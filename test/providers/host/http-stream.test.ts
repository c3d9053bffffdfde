// Bodies that go and come piece by piece, and servers that stop in the middle.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { afterEach, expect, test } from "vitest";
import { httpStream } from "../../../providers/host/http-stream.ts";

const never = new AbortController().signal;
const ignore = (): Promise<void> => Promise.resolve();
let server: Server;
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => void server.close(resolve));
});

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  server = createServer(answer);
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return typeof address === "object" && address !== null ? `http://127.0.0.1:${address.port}` : "";
}

async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

test("a body goes with its length, and what comes is asked for as it is", async () => {
  let got = "";
  const url = await serve((request, response) => {
    const { "content-length": length, "accept-encoding": encoding } = request.headers;
    got = `${request.method} ${length} ${encoding} `;
    request.on("data", (data: Buffer) => (got += data.toString()));
    request.on("end", () => response.writeHead(201).end());
  });
  const body = { pieces: pieces("one", "two"), sizeBytes: 6 };
  expect(await httpStream({ method: "PUT", url, body, idleMs: 5000 }, never)).toMatchObject({
    value: { status: 201 },
  });
  expect(got).toBe("PUT 6 identity onetwo");
});

test("pieces of an answer are handed over one after the other; a refusal comes whole", async () => {
  const url = await serve((request, response) => {
    response.writeHead(request.url === "/good" ? 200 : 404).end("content");
  });
  let received = "";
  const onPiece = async (piece: Uint8Array): Promise<void> => {
    received += Buffer.from(piece).toString();
  };
  const good = await httpStream({ method: "GET", url: `${url}/good`, onPiece, idleMs: 5000 }, never);
  expect(good).toMatchObject({ value: { status: 200, body: new Uint8Array() } });
  expect(received).toBe("content");
  const bad = await httpStream({ method: "GET", url: `${url}/bad`, onPiece, idleMs: 5000 }, never);
  expect(bad.ok && Buffer.from(bad.value.body).toString()).toBe("content");
  expect(received).toBe("content");
});

test("a server that says nothing more is given up", async () => {
  const url = await serve((_request, response) => {
    response.writeHead(200, { "content-length": "10" }).write("part");
  });
  expect(await httpStream({ method: "GET", url, onPiece: ignore, idleMs: 50 }, never)).toEqual({
    ok: false,
    error: { kind: "timeout", message: "nothing was heard for 0.05 s" },
  });
});

test("what a body throws fails the request, and a connection that breaks is told of", async () => {
  const url = await serve((request, response) => {
    request.on("data", () => {});
    if (request.method === "GET") response.socket?.destroy();
  });
  const broken = (async function* (): AsyncGenerator<Uint8Array> {
    yield* pieces("one");
    throw new Error("the disk is gone");
  })();
  const body = { pieces: broken, sizeBytes: 6 };
  expect(await httpStream({ method: "PUT", url, body, idleMs: 5000 }, never)).toEqual({
    ok: false,
    error: { kind: "unreachable", message: "the disk is gone" },
  });
  expect(await httpStream({ method: "GET", url, idleMs: 5000 }, never)).toEqual({
    ok: false,
    error: { kind: "unreachable", message: "other side closed" },
  });
});

test("a request that is canceled ends", async () => {
  const canceller = new AbortController();
  const url = await serve(() => canceller.abort());
  expect(await httpStream({ method: "GET", url, idleMs: 5000 }, canceller.signal)).toEqual({
    ok: false,
    error: { kind: "canceled", message: "canceled" },
  });
});
