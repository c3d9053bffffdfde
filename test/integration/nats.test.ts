// Events at a real nats-server: in order, once where a stream keeps them, through a server's death and a process's, with
// credentials of each kind; and nothing of that is felt by whoever emits.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createConnection, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect, nkeys } from "@nats-io/transport-node";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openEventSinks } from "../../cli/event-sinks.ts";
import type { SecretSource } from "../../engine/core/secret-source.ts";
import { systemClock } from "../../providers/host/clock.ts";
import { SecretVault } from "../../providers/secrets/vault.ts";
import { buildEvent } from "../../schemas/build-event.ts";
import { note, story } from "../providers/sink/some-events.ts";
import { type Heard, listen, type NatsRig, type NatsRigSettings, startNats } from "../rig/nats.ts";

const repository = join(import.meta.dirname, "../..");

let root: string;
const ends: (() => Promise<void>)[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "lamina-nats-project-"));
});
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
  rmSync(root, { recursive: true });
});

async function start(settings: NatsRigSettings = {}): Promise<NatsRig> {
  const server = await startNats(settings);
  ends.push(() => server.stop());
  return server;
}

interface Opening {
  readonly runId?: string;
  readonly logs?: boolean;
  /** What the environment variable of the credentials holds; absent: there are none. */
  readonly secret?: string;
}

/** What a command opens for a project whose directives name this server. */
async function open(server: string, { runId = "run", logs = false, secret }: Opening = {}) {
  const told: string[] = [];
  const secrets = new Map<string, SecretSource>([["nats", { id: "nats", from: "env", variable: "NATS" }]]);
  const sink = await openEventSinks(
    { root, workspace: "shop", secrets },
    {
      nats_events: {
        servers: [server],
        prefix: "test",
        logs,
        ...(secret === undefined ? {} : { credentials: "nats" }),
      },
    },
    { runId, clock: systemClock, vault: new SecretVault(() => secret), tell: (text) => told.push(text) },
  );
  return { sink, told };
}

function spooled(): readonly string[] {
  return readdirSync(join(root, ".lamina/events/spool"));
}

function numbers(from: number, to: number): readonly string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => String(from + index));
}

function textsOf(messages: readonly Heard[]): readonly string[] {
  return messages.map(({ body }) => {
    const event: unknown = JSON.parse(body);
    return typeof event === "object" && event !== null && "text" in event ? String(event.text) : body;
  });
}

async function makeStream(server: NatsRig): Promise<void> {
  const connection = await connect({ servers: server.url });
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: "events", subjects: ["test.>"] });
  await connection.close();
}

/** All that the stream keeps, in its order. */
async function readStream(server: NatsRig): Promise<readonly Heard[]> {
  const connection = await connect({ servers: server.url });
  const manager = await jetstreamManager(connection);
  const { state } = await manager.streams.info("events");
  const messages: Heard[] = [];
  for (let sequence = state.first_seq; sequence <= state.last_seq; sequence++) {
    const message = await manager.streams.getMessage("events", { seq: sequence });
    if (message === null) throw new Error(`message ${sequence} is not there`);
    const { subject, header, data } = message;
    messages.push({ subject, id: header.get("Nats-Msg-Id"), body: new TextDecoder().decode(data) });
  }
  await connection.close();
  return messages;
}

const unsent = (reason: string) =>
  `events cannot be sent to NATS now: ${reason}; they wait in ${join(root, ".lamina/events/spool")}, and this or a later run sends them`;

test("a run's story: its events, and what becomes of each build, in order; and the same in a file", async () => {
  const server = await start();
  const listener = await listen(server.url, "test.shop.>");
  ends.push(() => listener.close());
  const { sink, told } = await open(server.url, { logs: true });
  for (const event of story("failed")) sink.emit(event);
  await sink.close();
  const heard = await listener.heard(10);
  expect(heard.map(({ subject }) => subject)).toEqual(
    [
      "run.started",
      "layer.started",
      "build.started",
      "runner.requested",
      "runner.leased",
      "layer.placed",
      "layer.log",
      "layer.measured",
      "layer.failed",
      "build.failed",
    ].map((type) => `test.shop.${type}`),
  );
  expect(buildEvent.parse(JSON.parse(heard[9]?.body ?? ""))).toMatchObject({
    event: "build.failed",
    run_id: "run-1",
    workspace: "shop",
    layer: "rust",
    failure: { kind: "oom" },
  });
  expect([told, spooled()]).toEqual([[], []]);
  const file = readdirSync(join(root, ".lamina/events")).find((name) => name.endsWith(".jsonl"));
  expect(readFileSync(join(root, ".lamina/events", file ?? ""), "utf8")).toBe(
    story("failed")
      .map((event) => `${JSON.stringify(event)}\n`)
      .join(""),
  );
});

test("without a word on NATS there is the file only", async () => {
  const sink = await openEventSinks(
    { root, workspace: "shop", secrets: new Map() },
    {},
    { runId: "run", clock: systemClock, vault: new SecretVault(() => undefined), tell: () => {} },
  );
  sink.emit(note("1"));
  await sink.close();
  expect(readdirSync(join(root, ".lamina/events"))).toEqual([
    expect.stringMatching(/^\d{8}T\d{9}Z-run\.jsonl$/),
  ]);
});

test("a stream keeps each message once, also where it is sent again", async () => {
  const server = await start({ jetStream: true });
  await makeStream(server);
  const { sink } = await open(server.url);
  const listener = await listen(server.url, "test.shop.>");
  for (const text of numbers(1, 700)) sink.emit(note(text));
  await listener.heard(700);
  await listener.close();
  await sink.close();
  const before = await readStream(server);
  expect(textsOf(before)).toEqual(numbers(1, 700));
  // As if it had died before it could note what it had sent.
  const file = join(root, ".lamina/events/spool/20260101T000000000Z-run.jsonl");
  writeFileSync(file, numbers(1, 700).map(lineOf).join(""));
  await (await open(server.url, { runId: "later" })).sink.close();
  expect([await readStream(server), spooled()]).toEqual([before, []]);
});

function lineOf(text: string, index: number): string {
  const message = { subject: "test.shop.run.note", id: `run-${index + 1}`, run: "run" };
  return `${JSON.stringify({ ...message, payload: JSON.stringify(note(text)) })}\n`;
}

test("killed in the middle and back at the same port: a stream has lost nothing, and nothing twice or out of order", async () => {
  const server = await start({ jetStream: true });
  await makeStream(server);
  const { sink, told } = await open(server.url);
  const listener = await listen(server.url, "test.shop.>");
  // Some are sent, some on their way, some not begun.
  for (const text of numbers(1, 3000)) sink.emit(note(text));
  await listener.heard(300);
  const killed = server.kill();
  for (const text of numbers(3001, 4000)) sink.emit(note(text));
  await killed;
  await listener.close();
  for (const text of numbers(4001, 5000)) sink.emit(note(text));
  await server.restart();
  // It comes back without being asked to.
  const again = await listen(server.url, "test.shop.>");
  await again.heard(1);
  for (const text of numbers(5001, 5100)) sink.emit(note(text));
  for (const event of story("completed")) sink.emit(event);
  await again.heardOf("test.shop.build.completed");
  await again.close();
  await sink.close();
  const kept = await readStream(server);
  const notes = kept.filter(({ subject }) => subject === "test.shop.run.note");
  expect(textsOf(notes)).toEqual(numbers(1, 5100));
  expect(kept.at(-1)?.subject).toBe("test.shop.build.completed");
  expect(told.filter((text) => !text.startsWith("events cannot be sent to NATS now:"))).toEqual([]);
  expect(spooled()).toEqual([]);
});

// The wire is cut, and the server goes on: what it has confirmed, it hands to whoever listens. One that is killed may take some of
// that with it, which only a stream helps against.
test("without a stream nothing is lost to a listener either: what is not known to be there is sent again, in order", async () => {
  const server = await start();
  const wire = await openWire(server.port);
  const { sink } = await open(wire.url);
  const listener = await listen(server.url, "test.shop.>");
  ends.push(() => listener.close());
  for (const text of numbers(1, 2000)) sink.emit(note(text));
  await listener.heard(300);
  await wire.cut();
  for (const text of numbers(2001, 2500)) sink.emit(note(text));
  await sink.close();
  await listener.flush();
  const first = textsOf(listener.messages);
  await (await open(server.url, { runId: "next" })).sink.close();
  await listener.flush();
  const second = textsOf(listener.messages).slice(first.length);
  expect(first).toEqual(numbers(1, first.length));
  // The second begins where the first ended, or before.
  expect(Number(second[0])).toBeLessThanOrEqual(first.length + 1);
  expect(second).toEqual(numbers(Number(second[0]), 2500));
  expect(spooled()).toEqual([]);
});

/** A way to the server that can be cut for good. */
async function openWire(port: number): Promise<{ readonly url: string; cut(): Promise<void> }> {
  const pairs: { readonly near: Socket; readonly far: Socket }[] = [];
  const wire = createServer((near) => {
    const far = createConnection(port, "127.0.0.1");
    for (const socket of [near, far]) socket.on("error", () => undefined);
    near.pipe(far).pipe(near);
    pairs.push({ near, far });
  });
  wire.listen(0, "127.0.0.1");
  await once(wire, "listening");
  const address = wire.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has no port");
  const cut = async (): Promise<void> => {
    if (!wire.listening) return;
    const closed = once(wire.close(), "close");
    for (const { near, far } of pairs) {
      near.destroy();
      // The server closes its side when it has read all that came; what it still says is for nobody.
      far.unpipe().resume();
      if (!far.closed) await once(far.end(), "close");
    }
    await closed;
  };
  ends.push(cut);
  return { url: `nats://127.0.0.1:${address.port}`, cut };
}

test("a server that is not there: told once, kept, and sent by the next run before its own", async () => {
  const server = await start();
  await server.kill();
  const { sink, told } = await open(server.url);
  for (const text of numbers(1, 50)) sink.emit(note(text));
  await sink.close();
  expect(told).toEqual([unsent(`${server.url}: connection refused`)]);
  await server.restart();
  const listener = await listen(server.url, "test.shop.>");
  ends.push(() => listener.close());
  const next = await open(server.url, { runId: "next" });
  for (const text of numbers(51, 60)) next.sink.emit(note(text));
  await next.sink.close();
  expect(textsOf(await listener.heard(60))).toEqual(numbers(1, 60));
  expect([next.told, spooled()]).toEqual([[], []]);
});

describe("credentials", () => {
  const user = nkeys.createUser();
  const seed = new TextDecoder().decode(user.getSeed());

  test.each([
    ["user and password", '{ user: "u", password: "p:w" }', "u:p:w\n", "u:wrong-secret"],
    ["a token", '{ token: "t0ken" }', "t0ken", "wrong-secret"],
    ["a user's seed", `{ users: [{ nkey: "${user.getPublicKey()}" }] }`, seed, "SUwrong-secret"],
  ])(
    "%s: wrong ones are told of once, the next run's right ones send all",
    async (_, config, right, wrong) => {
      const server = await start({ config: `authorization: ${config}` });
      const { sink, told } = await open(server.url, { secret: wrong });
      for (const text of numbers(1, 20)) sink.emit(note(text));
      await sink.close();
      expect(told).toEqual([unsent(`${server.url}: the credentials are not accepted`)]);
      expect(spooled()).toHaveLength(1);
      const listener = await listen(server.url, "test.shop.>", right.trim());
      ends.push(() => listener.close());
      const next = await open(server.url, { runId: "next", secret: right });
      await next.sink.close();
      expect(textsOf(await listener.heard(20))).toEqual(numbers(1, 20));
      expect([next.told, spooled()]).toEqual([[], []]);
    },
  );

  test("some that may not publish there", async () => {
    const allowed = '{ user: "u", password: "p", permissions: { publish: ["other.>", "_INBOX.>"] } }';
    const server = await start({ config: `authorization: { users: [${allowed}] }` });
    const { sink, told } = await open(server.url, { secret: "u:p" });
    sink.emit(note("1"));
    await sink.close();
    expect(told).toEqual([unsent("these credentials may not publish to test.shop.run.note")]);
    expect(spooled()).toHaveLength(1);
  });

  test.each([
    ["", 'the secret "nats" comes from the variable NATS, which is not set'],
    [" \n", "the credentials are of no form that NATS knows"],
    [`${seed.slice(0, -4)}AAAA`, "the credentials are of no form that NATS knows"],
    ["-----BEGIN NATS USER JWT-----\nx", "the credentials are of no form that NATS knows"],
  ])("none at all: %j", async (secret, reason) => {
    const { sink, told } = await open("nats://127.0.0.1:1", { secret });
    sink.emit(note("1"));
    await sink.close();
    expect(told).toEqual([unsent(reason)]);
  });
});

/** A process that sends notes for the project, with the text of a module behind it. */
function startProcess(
  server: string,
  text: string,
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  const head = `
import { openEventSinks } from ${JSON.stringify(join(repository, "cli/event-sinks.ts"))};
import { systemClock } from ${JSON.stringify(join(repository, "providers/host/clock.ts"))};
import { SecretVault } from ${JSON.stringify(join(repository, "providers/secrets/vault.ts"))};
import fs from "node:fs";
const open = (runId) => openEventSinks(
  { root: ${JSON.stringify(root)}, workspace: "shop", secrets: new Map() },
  { nats_events: { servers: [${JSON.stringify(server)}], prefix: "test", logs: false } },
  { runId, clock: systemClock, vault: new SecretVault(() => undefined), tell: (text) => console.log(text) },
);
const note = (text) => ({ type: "run.note", at: 1, text: String(text) });
`;
  return spawn(process.execPath, ["--input-type=module", "--eval", head + text], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
}

async function nextLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("no output");
  const [line]: unknown[] = await once(createInterface(child.stdout), "line");
  return String(line);
}

test("what a killed process had written is sent by the next one", async () => {
  const server = await start();
  await server.kill();
  const child = startProcess(
    server.url,
    `
const sink = await open("dead");
for (let number = 1; number <= 400; number++) sink.emit(note(number));
const isWritten = () => fs.readdirSync(${JSON.stringify(join(root, ".lamina/events/spool"))})
  .some((name) => name.endsWith(".jsonl") && fs.readFileSync(${JSON.stringify(`${root}/.lamina/events/spool/`)} + name, "utf8").split("\\n").length === 401);
const look = () => isWritten() ? console.log("written") : setImmediate(look);
look();
process.stdin.resume();
`,
  );
  expect(await nextLine(child)).toBe("written");
  child.kill("SIGKILL");
  await once(child, "exit");
  await server.restart();
  const listener = await listen(server.url, "test.shop.>");
  ends.push(() => listener.close());
  await (await open(server.url, { runId: "next" })).sink.close();
  expect(textsOf(await listener.heard(400))).toEqual(numbers(1, 400));
  expect(spooled()).toEqual([]);
});

test("several processes at once send what lies there once, and none sends what another is about to", async () => {
  const server = await start();
  const folder = join(root, ".lamina/events/spool");
  mkdirSync(folder, { recursive: true });
  for (let run = 1; run <= 5; run++)
    writeFileSync(
      join(folder, `2026010${run}T000000000Z-run.jsonl`),
      numbers(run * 1000 + 1, run * 1000 + 300)
        .map(lineOf)
        .join(""),
    );
  const listener = await listen(server.url, "test.shop.>");
  ends.push(() => listener.close());
  const children = numbers(1, 3).map((name) =>
    startProcess(
      server.url,
      `const sink = await open("p${name}"); sink.emit(note(${name})); await sink.close();`,
    ),
  );
  await Promise.all(children.map((child) => once(child, "exit")));
  const texts = textsOf(await listener.heard(5 * 300 + 3)).map(Number);
  const expected = numbers(1, 5).flatMap((run) => numbers(Number(run) * 1000 + 1, Number(run) * 1000 + 300));
  expect([...texts].sort((a, b) => a - b)).toEqual([1, 2, 3, ...expected.map(Number)]);
  for (let run = 1; run <= 5; run++) {
    const own = texts.filter((number) => Math.floor(number / 1000) === run);
    expect(own).toEqual([...own].sort((a, b) => a - b));
  }
  expect(spooled()).toEqual([]);
});

/** A certificate for 127.0.0.1 that nobody vouches for. */
function makeCertificate(): { readonly certificate: string; readonly key: string } {
  const certificate = join(root, "cert.pem");
  const key = join(root, "key.pem");
  const kind = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2";
  const name = "-subj /CN=test -addext subjectAltName=IP:127.0.0.1";
  const made = spawnSync("openssl", `${kind} ${name} -keyout ${key} -out ${certificate}`.split(" "));
  if (made.status !== 0) throw new Error(`openssl: ${made.error?.message ?? String(made.stderr)}`);
  return { certificate, key };
}

describe("TLS", () => {
  test("tls:// takes only a certificate that it can verify", async () => {
    const { certificate, key } = makeCertificate();
    const server = await start({ config: `tls { cert_file: "${certificate}", key_file: "${key}" }` });
    const url = server.url.replace("nats:", "tls:");
    const { sink, told } = await open(url);
    sink.emit(note("1"));
    await sink.close();
    expect(told).toEqual([expect.stringContaining(`${url}: self-signed certificate`)]);
    // Only a new process takes the certificate for good.
    const child = startProcess(
      url,
      'const sink = await open("trusting"); sink.emit(note(2)); await sink.close(); console.log("done");',
      {
        NODE_EXTRA_CA_CERTS: certificate,
      },
    );
    expect(await nextLine(child)).toBe("done");
    expect(spooled()).toEqual([]);
  });

  test("tls:// does without nothing less", async () => {
    const server = await start();
    const url = server.url.replace("nats:", "tls:");
    const { sink, told } = await open(url);
    sink.emit(note("1"));
    await sink.close();
    expect(told).toEqual([unsent(`${url}: server does not support 'tls'`)]);
  });
});
