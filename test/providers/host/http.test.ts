// Requests over HTTP: what was answered, what was not, and the proxy that the environment names.

import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, expect, test } from "vitest";
import { httpSend } from "../../../providers/host/http.ts";

const run = promisify(execFile);
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const never = new AbortController().signal;

async function listen(
  server: Server | ReturnType<typeof createHttpsServer>,
  host = "127.0.0.1",
): Promise<number> {
  server.listen(0, host);
  await once(server, "listening");
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** What a process with that environment gets to hear: "200 text", or the failure's message. */
async function askInProcess(url: string, env: Readonly<Record<string, string>>): Promise<string> {
  const module = new URL("../../../providers/host/http.ts", import.meta.url).href;
  const script = `import { httpSend } from ${JSON.stringify(module)};
const sent = await httpSend({ method: "GET", url: ${JSON.stringify(url)} }, new AbortController().signal);
process.stdout.write(sent.ok ? sent.value.status + " " + new TextDecoder().decode(sent.value.body) : sent.error.message);`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], {
    env: { PATH: process.env["PATH"], ...env },
  });
  return stdout;
}

interface Proxy {
  readonly url: string;
  /** "CONNECT api.test:80" */
  readonly seen: string[];
}

/** A proxy that leads every tunnel to one port of this machine. */
async function openProxy(leadsTo: number): Promise<Proxy> {
  const seen: string[] = [];
  const proxy = createServer();
  proxy.on("connect", (request: IncomingMessage, socket: Socket) => {
    seen.push(`${request.method ?? ""} ${request.url ?? ""}`);
    const onward = connect(leadsTo, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      socket.pipe(onward).pipe(socket);
    });
    onward.on("error", () => socket.destroy());
    socket.on("error", () => onward.destroy());
  });
  return { url: `http://127.0.0.1:${String(await listen(proxy))}`, seen };
}

test("gives what was answered, whatever the status", async () => {
  const port = await listen(
    createServer((request, response) => {
      response.writeHead(404, { "x-asked": `${request.method ?? ""} ${request.url ?? ""}` });
      request.pipe(response);
    }),
  );
  const url = `http://127.0.0.1:${String(port)}/a?b=c`;
  const sent = await httpSend({ method: "PUT", url, body: "echo" }, never);
  expect(sent.ok && sent.value.status).toBe(404);
  expect(sent.ok && sent.value.headers.get("x-asked")).toBe("PUT /a?b=c");
  expect(sent.ok && new TextDecoder().decode(sent.value.body)).toBe("echo");
});

test("where nobody answers, or not in time, or not any more, it says which", async () => {
  const server = createServer(() => {});
  const port = await listen(server);
  const url = `http://127.0.0.1:${String(port)}/`;
  const closed = createServer();
  const closedPort = String(await listen(closed));
  await closing.pop()?.();
  expect(await httpSend({ method: "GET", url: `http://127.0.0.1:${closedPort}/` }, never)).toEqual({
    ok: false,
    error: { kind: "unreachable", message: `connect ECONNREFUSED 127.0.0.1:${closedPort}` },
  });
  expect(await httpSend({ method: "GET", url, timeoutMs: 20 }, never)).toEqual({
    ok: false,
    error: { kind: "timeout", message: "no answer within 0.02 s" },
  });
  const canceller = new AbortController();
  const sending = httpSend({ method: "GET", url }, canceller.signal);
  await once(server, "request");
  canceller.abort();
  expect(await sending).toEqual({ ok: false, error: { kind: "canceled", message: "canceled" } });
});

test.each(["HTTP_PROXY", "http_proxy"])("goes through the proxy that %s names", async (variable) => {
  const port = await listen(createServer((_, response) => response.end("behind the proxy")));
  const proxy = await openProxy(port);
  expect(await askInProcess("http://api.test/v1", { [variable]: proxy.url })).toBe("200 behind the proxy");
  expect(proxy.seen).toEqual(["CONNECT api.test:80"]);
});

test.each(["NO_PROXY", "no_proxy"])("does not where %s names the host", async (variable) => {
  const direct = createServer((_, response) => response.end("direct"));
  const url = `http://127.0.0.2:${String(await listen(direct, "127.0.0.2"))}/`;
  const proxy = await openProxy(await listen(createServer((_, response) => response.end("by the proxy"))));
  const env = { HTTP_PROXY: proxy.url };
  expect(await askInProcess(url, env)).toBe("200 by the proxy");
  expect(await askInProcess(url, { ...env, [variable]: "other.test,127.0.0.2" })).toBe("200 direct");
  expect(await askInProcess(url, { ...env, [variable]: "*" })).toBe("200 direct");
  expect(proxy.seen).toHaveLength(1);
});

test.each(["", "other.test"])(
  "does not for this machine itself, also where NO_PROXY is %j",
  async (named) => {
    const port = await listen(createServer((_, response) => response.end("direct")));
    const proxy = await openProxy(port);
    const env = { HTTP_PROXY: proxy.url, NO_PROXY: named };
    expect(await askInProcess(`http://127.0.0.1:${String(port)}/`, env)).toBe("200 direct");
    expect(await askInProcess(`http://localhost:${String(port)}/`, env)).toBe("200 direct");
    expect(proxy.seen).toEqual([]);
  },
);

test("trusts NODE_EXTRA_CA_CERTS, also through HTTPS_PROXY", async () => {
  const folder = await mkdtemp(join(tmpdir(), "lamina-http-"));
  closing.push(() => rm(folder, { recursive: true }));
  const key = join(folder, "key.pem");
  const cert = join(folder, "cert.pem");
  const subject = ["-subj", "/CN=api.test", "-addext", "subjectAltName=DNS:api.test"];
  const made = ["req", "-x509", "-newkey", "ed25519", "-nodes", "-days", "2", "-keyout", key, "-out", cert];
  await run("openssl", [...made, ...subject]);
  const options = { key: readFileSync(key), cert: readFileSync(cert) };
  const port = await listen(createHttpsServer(options, (_, response) => response.end("trusted")));
  const proxy = await openProxy(port);
  expect(await askInProcess("https://api.test/", { HTTPS_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: cert })).toBe(
    "200 trusted",
  );
  expect(await askInProcess("https://api.test/", { HTTPS_PROXY: proxy.url })).toContain(
    "self-signed certificate",
  );
  expect(proxy.seen).toEqual(["CONNECT api.test:443", "CONNECT api.test:443"]);
});

test("what is no proxy is refused, and not told: a password may stand in it", async () => {
  expect(await askInProcess("http://api.test/", { HTTPS_PROXY: "user:hunter2@proxy" })).toBe(
    "HTTPS_PROXY or HTTP_PROXY is not the URL of a proxy",
  );
});
