// What the client does beyond the laws of the port: tokens, logins, waits, broken transfers, and what it says of all that.

import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { sha256 } from "../../../engine/core/digest.ts";
import type { LoggedRequest, RegistryWays } from "../../fakes/registry-server.ts";
import { tagNamed } from "../../ports/registry.ts";
import { ClientRig, pieceBytes } from "./rig.ts";

const never = new AbortController().signal;
const login = { username: "me", password: "the password" };
const bearer = { login: { kind: "bearer", ...login } } as const;
const one = tagNamed("1");
const ignore = (): void => {};

let rig: ClientRig;
afterEach(async () => {
  vi.unstubAllEnvs();
  await rig.stop();
});

async function start(ways: RegistryWays = {}): Promise<ClientRig> {
  rig = await ClientRig.start(ways);
  return rig;
}

/** Answers that way, so many times, to requests that fit; each is a status with headers. */
function answerWith(
  times: number,
  fits: (request: LoggedRequest) => boolean,
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body = "",
): void {
  let left = times;
  rig.server.interrupt = (request, response) => {
    if (left === 0 || !fits(request)) return false;
    left -= 1;
    response.writeHead(status, headers).end(body);
    return true;
  };
}

const tokens = (): readonly string[] => rig.server.lines.filter((line) => line.startsWith("GET /token"));

test("one token for all questions of one repository, asked for once though they come together", async () => {
  const { server } = await start({ login: { ...bearer.login, anonymousPull: true } });
  const client = rig.client();
  const place = rig.place("owner/rust");
  await Promise.all(Array.from({ length: 20 }, () => client.resolve(place, one, never)));
  const scope = "scope=repository%3Aowner%2Frust%3Apull";
  expect(tokens()).toEqual([`GET /token?service=registry.test&${scope}`]);
  await client.resolve(place, one, never);
  expect(tokens()).toHaveLength(1);
  await client.resolve(rig.place("owner/nushell"), one, never);
  expect(tokens()).toHaveLength(2);
  expect(server.requests.at(-1)?.authorization).toMatch(/^Bearer token-2/);
});

test("a token is asked for anew before it expires, and when the registry takes it no more", async () => {
  const { server, clock } = await start({ login: { ...bearer.login, anonymousPull: true, expiresInS: 300 } });
  const client = rig.client();
  const place = rig.place("owner/rust");
  const ask = async (): Promise<number> => {
    expect(await client.resolve(place, one, never)).toEqual({ ok: true, value: undefined });
    return tokens().length;
  };
  expect(await ask()).toBe(1);
  await pass(clock, 200_000);
  expect(await ask()).toBe(1);
  await pass(clock, 60_000);
  expect(await ask()).toBe(2);
  server.revoke();
  expect(await ask()).toBe(3);
});

test("a mount asks for a token of both repositories", async () => {
  await start(bearer);
  const client = rig.client(rig.login(login.username, login.password));
  const from = rig.place("owner/from");
  await client.mountBlob(rig.place("owner/to"), sha256("x"), from.name, never);
  const scopes = "scope=repository%3Aowner%2Ffrom%3Apull&scope=repository%3Aowner%2Fto%3Apull%2Cpush";
  expect(tokens()[0]).toBe(`GET /token?service=registry.test&${scopes}`);
});

test("without a login, or with a wrong one, it is said who gave no token, and no password with it", async () => {
  const { address } = await start(bearer);
  const place = rig.place("owner/rust");
  for (const config of [undefined, rig.login(login.username, "a wrong password")])
    expect(await rig.client(config).resolve(place, one, never)).toEqual({
      ok: false,
      error: {
        kind: "unauthorized",
        message: `${address} answered with HTTP 401; ${address} gave no token: HTTP 401`,
      },
    });
});

test("credentials are asked of the program that Docker's configuration names, by the registry's address", async () => {
  const { address, directory } = await start(bearer);
  const answer = JSON.stringify({ ServerURL: address, Username: login.username, Secret: login.password });
  const script = `cat > ${join(directory, "asked")}; echo "$1" >> ${join(directory, "asked")}; echo '${answer}'`;
  const client = helperClient({ credHelpers: { [address]: "lamina-test" } }, script);
  expect(await client.resolve(rig.place("owner/rust"), one, never)).toEqual({ ok: true, value: undefined });
  expect(readFileSync(join(directory, "asked"), "utf8")).toBe(`${address}get\n`);
});

test.each([
  ["echo 'credentials not found in native keychain'; exit 1", ""],
  ["echo the password >&2; exit 1", "; docker-credential-lamina-test failed"],
  ["echo the password", "; docker-credential-lamina-test gave no credentials"],
])("a program that has none (%s) is told of, and what it printed is not", async (script, told) => {
  const { address } = await start({ login: { ...bearer.login, kind: "basic" } });
  const client = helperClient({ credsStore: "lamina-test" }, script);
  expect(await client.resolve(rig.place("owner/rust"), one, never)).toEqual({
    ok: false,
    error: { kind: "unauthorized", message: `${address} answered with HTTP 401${told}` },
  });
});

test("a program that is not there is told of", async () => {
  const { address } = await start({ login: { ...bearer.login, kind: "basic" } });
  const client = rig.client({ credsStore: "of-nobody" });
  expect(await client.resolve(rig.place("owner/rust"), one, never)).toEqual({
    ok: false,
    error: {
      kind: "unauthorized",
      message: `${address} answered with HTTP 401; docker-credential-of-nobody could not be started`,
    },
  });
});

test("an identity token is exchanged for tokens", async () => {
  const { server, address } = await start(bearer);
  const client = rig.client({ auths: { [address]: { identitytoken: login.password } } });
  expect(await client.resolve(rig.place("owner/rust"), one, never)).toEqual({ ok: true, value: undefined });
  expect(server.lines).toContain("POST /token");
});

test("what a registry repeats of a password or token is blanked", async () => {
  const { address } = await start(bearer);
  const basic = Buffer.from(`${login.username}:${login.password}`).toString("base64");
  const message = `no ${login.password} nor ${basic} nor token-1-of-the-registry`;
  const body = JSON.stringify({ errors: [{ code: "DENIED", message }] });
  answerWith(1, ({ authorization }) => authorization?.startsWith("Bearer") === true, 403, {}, body);
  const client = rig.client(rig.login(login.username, login.password));
  expect(await client.listTags(rig.place("owner/rust"), never)).toEqual({
    ok: false,
    error: { kind: "denied", message: `${address} answered with HTTP 403: DENIED: no *** nor *** nor ***` },
  });
});

test("no password goes to where a registry redirects to", async () => {
  const { server } = await start({ login: { ...bearer.login, kind: "basic" }, redirectsBlobs: true });
  const client = rig.client(rig.login(login.username, login.password));
  const place = rig.place("owner/rust");
  const blob = rig.blob(Buffer.from("content"));
  await client.pushBlob(place, blob, ignore, never);
  expect(await client.pullBlob(place, blob, () => Promise.resolve(), never)).toEqual({ ok: true });
  expect(server.requests.at(-1)).toMatchObject({ method: "GET", authorization: undefined });
});

test("a limit is waited for as long as the registry asks, in seconds or until a date", async () => {
  const { clock } = await start();
  answerWith(2, () => true, 429, { "retry-after": "7" });
  expect(await rig.client().resolve(rig.place("owner/rust"), one, never)).toEqual({
    ok: true,
    value: undefined,
  });
  expect(Math.max(...clock.delays)).toBe(7000);
  const date = new Date(clock.nowMs() + 9000).toUTCString();
  answerWith(1, () => true, 503, { "retry-after": date });
  expect(await rig.client().resolve(rig.place("owner/rust"), one, never)).toEqual({
    ok: true,
    value: undefined,
  });
  expect(Math.max(...clock.delays)).toBe(9000);
});

// dependabot/cli#380
test("ghcr.io's limit has a wait of microseconds in its words, which is no more than: soon", async () => {
  const { clock } = await start();
  const body = JSON.stringify({
    errors: [{ code: "TOOMANYREQUESTS", message: "retry-after: 880.092µs, allowed: 44000/minute" }],
  });
  answerWith(3, () => true, 429, { "retry-after": "880.092µs" }, body);
  expect(await rig.client().resolve(rig.place("owner/rust"), one, never)).toEqual({
    ok: true,
    value: undefined,
  });
  expect(clock.delays).toEqual([200, 400, 800]);
});

test("a limit that lasts longer than anybody waits is told with its time", async () => {
  const { address } = await start();
  answerWith(9, () => true, 429, { "retry-after": "3600" });
  expect(await rig.client().resolve(rig.place("owner/rust"), one, never)).toEqual({
    ok: false,
    error: { kind: "rate-limited", message: `${address} answered with HTTP 429`, retryAfterMs: 3_600_000 },
  });
  expect(rig.server.requests).toHaveLength(1);
});

// docs.docker.com, "Docker Hub pull usage and limits"
test("Docker Hub's pulls that are used up are not waited for", async () => {
  const { address } = await start();
  const message = "You have reached your pull rate limit.";
  const body = JSON.stringify({ errors: [{ code: "TOOMANYREQUESTS", message }] });
  answerWith(9, () => true, 429, { "ratelimit-remaining": "0;w=21600" }, body);
  expect(await rig.client().readManifest(rig.place("owner/rust"), one, never)).toEqual({
    ok: false,
    error: {
      kind: "rate-limited",
      message: `${address} answered with HTTP 429: TOOMANYREQUESTS: ${message}`,
      retryAfterMs: 21_600_000,
    },
  });
  expect(rig.server.requests).toHaveLength(1);
});

// markrussinovich/refchecker#67
test("a limit may come as a 403", async () => {
  await start();
  const message = "You have exceeded a secondary rate limit";
  answerWith(1, () => true, 403, {}, JSON.stringify({ errors: [{ code: "DENIED", message }] }));
  expect(await rig.client().listTags(rig.place("owner/rust"), never)).toEqual({ ok: true, value: [] });
});

test("whoever asks during a pause waits for its end", async () => {
  const { server, clock } = await start();
  const client = rig.client();
  const at: number[] = [];
  let isFirst = true;
  server.interrupt = (_request, response) => {
    at.push(clock.nowMs());
    if (!isFirst) return false;
    isFirst = false;
    response.writeHead(429, { "retry-after": "5" }).end();
    return true;
  };
  const startMs = clock.nowMs();
  await client.resolve(rig.place("owner/rust"), one, never);
  await Promise.all(["a", "b"].map((name) => client.resolve(rig.place(`owner/${name}`), one, never)));
  expect(at.slice(1).every((timeMs) => timeMs >= startMs + 5000)).toBe(true);
});

test("a fault of the registry's is tried again where that does no harm, and told of when it stays", async () => {
  const { address, clock } = await start();
  answerWith(99, () => true, 502, {}, "<html>");
  expect(await rig.client().resolve(rig.place("owner/rust"), one, never)).toEqual({
    ok: false,
    error: { kind: "unreachable", message: `${address} answered with HTTP 502` },
  });
  expect(rig.server.requests).toHaveLength(4);
  expect(clock.delays).toEqual([200, 400, 800]);
});

test("a server of tokens that is busy is asked again", async () => {
  await start({ login: { ...bearer.login, anonymousPull: true } });
  answerWith(2, ({ url }) => url.startsWith("/token"), 503);
  expect(await rig.client().resolve(rig.place("owner/rust"), one, never)).toEqual({
    ok: true,
    value: undefined,
  });
});

test("nobody there is told of as it is", async () => {
  const { server, address } = await start();
  await server.stop();
  expect(await rig.client().resolve(rig.place("owner/rust"), one, never)).toEqual({
    ok: false,
    error: { kind: "unreachable", message: `connect ECONNREFUSED ${address}` },
  });
  await server.start();
});

test("a large blob whose connection breaks goes on where it was, and sends no piece twice that arrived", async () => {
  const { server } = await start();
  const client = rig.client();
  const place = rig.place("owner/rust");
  const bytes = randomBytes(5 * pieceBytes + 10);
  const blob = rig.blob(bytes);
  let pieces = 0;
  server.interrupt = (request, response) => {
    if (request.method !== "PATCH") return false;
    pieces += 1;
    if (pieces !== 3) return false;
    response.socket?.destroy();
    return true;
  };
  expect(await client.pushBlob(place, blob, ignore, never)).toEqual({ ok: true });
  expect(server.requests.filter(({ method }) => method === "PATCH")).toHaveLength(7);
  expect(server.requests.filter(({ method }) => method === "POST")).toHaveLength(1);
  expect(await client.hasBlob(place, blob.digest, never)).toEqual({ ok: true, value: true });
});

test("an upload that the registry forgot begins anew", async () => {
  const { server } = await start();
  const client = rig.client();
  const place = rig.place("owner/rust");
  const blob = rig.blob(randomBytes(3 * pieceBytes));
  let breaks = 0;
  server.interrupt = (request, response) => {
    if (
      breaks === 0 &&
      request.method === "PATCH" &&
      server.lines.filter((line) => line.startsWith("PATCH")).length === 2
    ) {
      breaks += 1;
      response.socket?.destroy();
      return true;
    }
    if (request.method !== "GET") return false;
    response.writeHead(404).end();
    return true;
  };
  expect(await client.pushBlob(place, blob, ignore, never)).toEqual({ ok: true });
  expect(server.lines.filter((line) => line.startsWith("POST"))).toHaveLength(2);
  server.interrupt = () => false;
  expect(await client.hasBlob(place, blob.digest, never)).toEqual({ ok: true, value: true });
});

test("where pieces are refused blobs go whole, and the second one at once", async () => {
  const { server } = await start({ maxPieceBytes: 100 });
  const client = rig.client();
  const place = rig.place("owner/rust");
  for (let number = 0; number < 2; number += 1) {
    const blob = rig.blob(randomBytes(2 * pieceBytes));
    expect(await client.pushBlob(place, blob, ignore, never)).toEqual({ ok: true });
  }
  expect(server.requests.filter(({ method }) => method === "PATCH")).toHaveLength(1);
  expect(server.openUploads).toBe(0);
});

test("the answer to a sent blob may be lost", async () => {
  const { server } = await start();
  const client = rig.client();
  const place = rig.place("owner/rust");
  const blob = rig.blob(Buffer.from("content"));
  await client.pushBlob(place, blob, ignore, never);
  server.interrupt = ({ method }, response) => {
    if (method === "PUT") response.socket?.destroy();
    return method === "PUT";
  };
  // As if it had been this one: it is there.
  expect(await client.pushBlob(place, blob, ignore, never)).toEqual({ ok: true });
});

test.each([
  ["goes on where it broke off", true],
  ["begins at the beginning where the registry gives no parts, and hands over no byte twice", false],
])("a blob that is fetched %s", async (_what, givesParts) => {
  const { server } = await start();
  const client = rig.client();
  const place = rig.place("owner/rust");
  const bytes = randomBytes(300_000);
  const blob = rig.blob(bytes);
  await client.pushBlob(place, blob, ignore, never);
  let gets = 0;
  server.interrupt = ({ method }, response) => {
    if (method !== "GET") return false;
    gets += 1;
    if (gets === 1) {
      response.writeHead(200, { "content-length": String(bytes.byteLength) });
      response.write(bytes.subarray(0, 200_000), () => response.socket?.destroy());
      return true;
    }
    if (givesParts) return false;
    response.writeHead(200, { "content-length": String(bytes.byteLength) }).end(bytes);
    return true;
  };
  const pieces: Uint8Array[] = [];
  const write = (piece: Uint8Array): Promise<void> => {
    pieces.push(piece);
    return Promise.resolve();
  };
  expect(await client.pullBlob(place, blob, write, never)).toEqual({ ok: true });
  expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
});

test("bytes of another digest are damaged, whoever sends them", async () => {
  const { server, address } = await start();
  const client = rig.client();
  const place = rig.place("owner/rust");
  const blob = rig.blob(Buffer.from("content"));
  await client.pushBlob(place, blob, ignore, never);
  server.spoil(place.name, blob.digest, Buffer.from("CONTENT"));
  expect(await client.pullBlob(place, blob, () => Promise.resolve(), never)).toEqual({
    ok: false,
    error: { kind: "damaged", message: `${address} sent ${sha256("CONTENT")} in place of ${blob.digest}` },
  });
  answerWith(1, () => true, 200, { "content-type": "application/json" }, "{}");
  expect(await client.readManifest(place, blob.digest, never)).toEqual({
    ok: false,
    error: { kind: "damaged", message: `${address} sent ${sha256("{}")} in place of ${blob.digest}` },
  });
});

test("no more than sixteen questions are on their way at once, whoever asks", async () => {
  const { server } = await start();
  const client = rig.client();
  const held: ServerResponse[] = [];
  let most = 0;
  server.interrupt = (_request, response) => {
    held.push(response);
    most = Math.max(most, held.length);
    // All that will come have come when the event loop has nothing else to do.
    if (held.length === 16) setImmediate(() => held.splice(0).forEach((one) => one.writeHead(404).end()));
    return true;
  };
  const place = rig.place("owner/rust");
  await Promise.all(Array.from({ length: 160 }, () => client.resolve(place, one, never)));
  expect(most).toBe(16);
});

/** A client whose PATH has docker-credential-lamina-test, a shell script. */
function helperClient(config: object, script: string) {
  const bin = join(rig.directory, "bin");
  mkdirSync(bin);
  const program = join(bin, "docker-credential-lamina-test");
  writeFileSync(program, `#!/bin/sh\n${script}\n`);
  chmodSync(program, 0o755);
  vi.stubEnv("PATH", `${bin}:${process.env["PATH"] ?? ""}`);
  return rig.client(config);
}

/** Time that passes without anybody waiting for it. */
function pass(clock: ClientRig["clock"], ms: number): Promise<void> {
  return new Promise((resolve) => void clock.after(ms, resolve));
}
