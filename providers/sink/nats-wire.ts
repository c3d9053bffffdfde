// A connection to a NATS server that messages are published on, each batch until it is known which of them the server has.
// It does not come back when it is lost: whoever holds the messages dials again, and sends on from where it was.

import { setImmediate } from "node:timers/promises";
import {
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamClient,
  jetstream,
  jetstreamManager,
} from "@nats-io/jetstream";
import {
  type Authenticator,
  type ConnectionOptions,
  connect,
  errors,
  headers,
  type NatsConnection,
  wsconnect,
} from "@nats-io/transport-node";
import type { Clock } from "../../engine/core/host.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";
import { readCredentials } from "./credentials.ts";
import type { Message } from "./messages.ts";
import { within } from "./within.ts";

/** For one server: to connect, and for its word on what was published. */
const patienceMs = 5000;
/** JSStreamMessageExceedsMaximumErr (nats-server, errors.json). */
const tooLargeCode = 10054;

/** "refused": by the server, for what we are or send; trying again soon is of no use. Messages are phrases for people. */
export interface WireFailure {
  readonly kind: "unreachable" | "refused";
  readonly message: string;
}

export interface Published {
  /** So many of the messages, from the first, need not be sent again. */
  readonly taken: number;
  /** Some of them, which no server like this one takes: they are larger than it allows. */
  readonly tooLarge: number;
  readonly failure?: WireFailure | undefined;
}

export interface NatsWire {
  publish(messages: readonly Message[]): Promise<Published>;
  close(): Promise<void>;
}

export interface NatsAddress {
  /** URLs without credentials, tried in order. */
  readonly servers: readonly string[];
  /** Absent: none are needed. Asked at each dialing; a failure is a phrase for people. */
  readonly readCredentials?: (() => Result<string, string>) | undefined;
}

/** Connects to the first server that answers. Never rejects. */
export async function dialNats(address: NatsAddress, clock: Clock): Promise<Result<NatsWire, WireFailure>> {
  const secret = address.readCredentials?.();
  if (secret?.ok === false) return err({ kind: "refused", message: secret.error });
  const authenticator = secret === undefined ? undefined : readCredentials(secret.value);
  if (secret !== undefined && authenticator === undefined)
    return err({ kind: "refused", message: "the credentials are of no form that NATS knows" });
  let failure: WireFailure = { kind: "unreachable", message: "no server is named" };
  for (const server of address.servers) {
    try {
      return ok(new Wire(await open(server, authenticator), clock));
    } catch (cause) {
      const { kind, message } = explain(cause);
      failure = { kind, message: `${server}: ${message}` };
    }
  }
  return err(failure);
}

function open(server: string, authenticator: Authenticator | undefined): Promise<NatsConnection> {
  const options: ConnectionOptions = {
    servers: server,
    name: "lamina",
    reconnect: false,
    timeout: patienceMs,
    ignoreClusterUpdates: true,
    ...(authenticator === undefined ? {} : { authenticator }),
  };
  if (/^wss?:/.test(server)) return wsconnect(options);
  // With "nats:" TLS is used where the server asks for it; with "tls:" nothing else will do.
  if (!server.startsWith("tls:")) return connect(options);
  // The certificate is held against the host as it is named; without a word an address counts as "localhost".
  const tls = { rejectUnauthorized: true, host: new URL(server).hostname };
  return connect({ ...options, tls });
}

class Wire implements NatsWire {
  readonly #connection: NatsConnection;
  readonly #clock: Clock;
  readonly #streams: JetStreamClient;
  /** By subject, whether a stream keeps what is published there. */
  readonly #isKept = new Map<string, boolean>();
  /** Subjects that the server said we may not publish to. */
  readonly #forbidden = new Set<string>();
  #hasStreams = true;

  constructor(connection: NatsConnection, clock: Clock) {
    this.#connection = connection;
    this.#clock = clock;
    this.#streams = jetstream(connection, { timeout: patienceMs });
    void this.#noteRefusals();
  }

  async publish(messages: readonly Message[]): Promise<Published> {
    try {
      await this.#findStreams(new Set(messages.map(({ subject }) => subject)));
    } catch (cause) {
      return { taken: 0, tooLarge: 0, failure: explain(cause) };
    }
    // All of them before the first answer, in order: a server takes what comes on one connection one after another.
    const answers = messages.map((message) => this.#publishOne(message));
    const flushed = await this.#flush();
    // What the server complained of before it answered is on its way to `#forbidden`.
    await setImmediate();
    let tooLarge = 0;
    for (const [index, answer] of (await Promise.all(answers)).entries()) {
      const subject = messages[index]?.subject ?? "";
      if (answer === "too large") tooLarge += 1;
      else if (this.#forbidden.has(subject)) return { taken: index, tooLarge, failure: forbid(subject) };
      else if (answer !== "kept") {
        const failure = answer === "sent" ? flushed : answer;
        if (failure !== undefined) return { taken: index, tooLarge, failure };
      }
    }
    return { taken: messages.length, tooLarge };
  }

  async close(): Promise<void> {
    await this.#connection.close().catch(() => {});
  }

  /** "kept" where a stream said so; "sent" is good only once the connection is flushed. */
  async #publishOne({ subject, id, run, payload }: Message): Promise<Answer> {
    if (Buffer.byteLength(payload) + headRoom > (this.#connection.info?.max_payload ?? Infinity))
      return "too large";
    const head = headers();
    head.set("Nats-Msg-Id", id);
    head.set("Lamina-Run", run);
    try {
      if (this.#isKept.get(subject) === true) {
        await this.#streams.publish(subject, payload, { headers: head });
        return "kept";
      }
      this.#connection.publish(subject, payload, { headers: head });
      return "sent";
    } catch (cause) {
      if (cause instanceof JetStreamApiError && cause.code === tooLargeCode) return "too large";
      // The stream may be gone: it is looked for anew.
      this.#isKept.delete(subject);
      return explain(cause);
    }
  }

  async #flush(): Promise<WireFailure | undefined> {
    try {
      // Nobody answers for a connection that is closed meanwhile.
      const answer = Promise.race([this.#connection.flush(), this.#connection.closed()]);
      const isInTime = await within(patienceMs, answer, this.#clock);
      if (isInTime && !this.#connection.isClosed()) return undefined;
      return { kind: "unreachable", message: isInTime ? "the connection was lost" : "no answer" };
    } catch (cause) {
      return explain(cause);
    }
  }

  /** Finds out of subjects that are new whether a stream keeps them. Without JetStream, or the right to ask, none does. */
  async #findStreams(subjects: ReadonlySet<string>): Promise<void> {
    const unknown = Array.from(subjects).filter((subject) => !this.#isKept.has(subject));
    if (unknown.length === 0) return;
    const manager = await jetstreamManager(this.#connection, { checkAPI: false, timeout: patienceMs });
    const find = async (subject: string): Promise<boolean> => {
      if (!this.#hasStreams) return false;
      try {
        await manager.streams.find(subject);
        return true;
      } catch (cause) {
        if (this.#connection.isClosed()) throw cause;
        if (!isNotFound(cause)) this.#hasStreams = false;
        return false;
      }
    };
    // One to learn whether there are any at all.
    const [first = "", ...others] = unknown;
    this.#isKept.set(first, await find(first));
    await Promise.all(others.map(async (subject) => this.#isKept.set(subject, await find(subject))));
  }

  /** Until the connection is closed. */
  async #noteRefusals(): Promise<void> {
    for await (const status of this.#connection.status()) {
      if (status.type !== "error" || !(status.error instanceof errors.PermissionViolationError)) continue;
      if (status.error.operation === "publish") this.#forbidden.add(status.error.subject);
    }
  }
}

type Answer = "kept" | "sent" | "too large" | WireFailure;

/** What the headers take of a message's size, at most. */
const headRoom = 512;

function isNotFound(cause: unknown): boolean {
  return cause instanceof JetStreamApiError && cause.code === JetStreamApiCodes.StreamNotFound;
}

function forbid(subject: string): WireFailure {
  return { kind: "refused", message: `these credentials may not publish to ${subject}` };
}

function explain(cause: unknown): WireFailure {
  if (cause instanceof errors.AuthorizationError || cause instanceof errors.UserAuthenticationExpiredError)
    return { kind: "refused", message: "the credentials are not accepted" };
  if (cause instanceof errors.PermissionViolationError) return forbid(cause.subject);
  if (cause instanceof JetStreamApiError)
    return { kind: "refused", message: `the stream does not take them: ${cause.message}` };
  if (cause instanceof Error && cause.name === "JetStreamNotEnabled")
    return { kind: "unreachable", message: "the stream is gone" };
  return { kind: "unreachable", message: cause instanceof Error ? cause.message : "no answer" };
}
