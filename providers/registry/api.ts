// One request to a registry's API, seen through: its turn, its authorization, the waits and tries that are due. Whatever the registry
// says in the end comes out; what it says of itself alone (a wrong login, a limit, a fault of its own) is a failure.

import type { Clock } from "../../engine/core/host.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";
import { sleep } from "../../engine/core/sleep.ts";
import type { RegistryFailure } from "../../engine/ports/registry.ts";
import type { RegistryAddress } from "../../schemas/registry-address.ts";
import { type HttpAnswer, type HttpFailure, httpSend } from "../host/http.ts";
import { httpStream, type StreamRequest } from "../host/http-stream.ts";
import { answerFailure } from "./answer-failure.ts";
import { Authorizer } from "./authorizer.ts";
import { Turns } from "./turns.ts";
import { backoffMs, exhaustedWindowMs, isTransientStatus, longestWaitMs, retryAfterMs } from "./waits.ts";

export interface ApiSettings {
  /** Tells where Docker's config.json lies, whose credentials are used. */
  readonly env: (name: string) => string | undefined;
  readonly clock: Clock;
  /** From 0 to 1, for how long a wait is. */
  readonly random: () => number;
  /** Registries that speak plain HTTP; those of this machine always do, as for BuildKit. */
  readonly plainHttp: ReadonlySet<RegistryAddress>;
}

export interface ApiRequest {
  readonly registry: RegistryAddress;
  readonly method: StreamRequest["method"];
  /** Below the registry ("/v2/lamina/rust/tags/list"), or absolute, as the registry gave it. */
  readonly target: string;
  /** What a token must allow: "repository:lamina/rust:pull". */
  readonly scopes: readonly string[];
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Small, and sent again with each try. */
  readonly body?: Uint8Array | undefined;
  /** Bodies that are not held: made anew for each try. */
  readonly stream?: (() => Pick<StreamRequest, "body" | "onPiece">) | undefined;
  /** Whether it may have been done already when it is done: else it is tried again only where the registry says that it was not. */
  readonly isRepeatable: boolean;
}

/** Requests at one registry at once: small ones, and those that carry a blob. */
const lookUpsAtOnce = 16;
const transfersAtOnce = 4;
/** Tries of one request; a limit is worth more of them, since the others' requests count for it too. */
const tries = 4;
const triesAtLimit = 8;
const idleMs = 120_000;

type Answer = Promise<Result<HttpAnswer, RegistryFailure>>;

export class RegistryApi {
  readonly #settings: ApiSettings;
  readonly #authorizer: Authorizer;
  readonly #turns = new Map<string, Turns>();

  constructor(settings: ApiSettings) {
    this.#settings = settings;
    this.#authorizer = new Authorizer(settings.env, settings.clock);
  }

  async ask(request: ApiRequest, signal: AbortSignal): Answer {
    const { clock, random } = this.#settings;
    const turns = this.#turnsOf(request);
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await turns.take(signal, () => this.#askOnce(request, signal));
      if (outcome === undefined || signal.aborted) return err({ kind: "canceled" });
      const { answer, isTransient, wasRefused } = outcome;
      if (!isTransient || !(wasRefused || request.isRepeatable)) return this.#conclude(answer);
      const isLimit = !answer.ok && answer.error.kind === "rate-limited";
      const wait = outcome.waitMs ?? backoffMs(attempt, random);
      if (attempt >= (isLimit ? triesAtLimit : tries) || wait > longestWaitMs) return this.#conclude(answer);
      if (outcome.waitMs !== undefined) turns.pauseUntil(clock.nowMs() + wait);
      if (!(await sleep(clock, wait, signal))) return err({ kind: "canceled" });
    }
  }

  /** Waits as after a try of that number that failed; false where `signal` aborted before. */
  pause(attempt: number, signal: AbortSignal): Promise<boolean> {
    return sleep(this.#settings.clock, backoffMs(attempt, this.#settings.random), signal);
  }

  /** The absolute URL of a path, or of what a registry gave as one; undefined where it gave none. */
  locate(registry: RegistryAddress, target: string): URL | undefined {
    const base = this.#origin(registry);
    return URL.canParse(target, base.href) ? new URL(target, base) : undefined;
  }

  #conclude(answer: Awaited<Answer>): Awaited<Answer> {
    if (answer.ok || answer.error.kind === "canceled") return answer;
    return err({ ...answer.error, message: this.#authorizer.blank(answer.error.message) });
  }

  async #askOnce(request: ApiRequest, signal: AbortSignal): Promise<Outcome> {
    const { registry, scopes } = request;
    const url = this.locate(registry, request.target);
    if (url === undefined)
      return final(err({ kind: "refused", message: `${registry} gave an address that is none` }));
    // A place elsewhere, to which some registries lead, has its rights in its own address.
    const isOwn = url.origin === this.#origin(registry).origin;
    const prepared = isOwn ? await this.#authorizer.prepare(registry, scopes, signal) : { header: undefined };
    let sent = await send(request, url, prepared.header, signal);
    let {
      trouble,
      isTransient = false,
    }: { trouble?: string | undefined; isTransient?: boolean | undefined } = prepared;
    const wwwAuthenticate =
      sent.ok && sent.value.status === 401 ? sent.value.headers.get("www-authenticate") : null;
    if (isOwn && wwwAuthenticate !== null) {
      const refused = prepared.header;
      const other = await this.#authorizer.answer(registry, { wwwAuthenticate, scopes, refused }, signal);
      ({ trouble, isTransient = false } = other);
      if (other.header !== undefined) sent = await send(request, url, other.header, signal);
    }
    if (!sent.ok) return unreachable(registry, sent.error);
    const { status, headers } = sent.value;
    if (status < 400) return final(sent);
    const failure = answerFailure(registry, sent.value);
    switch (failure.kind) {
      case "unauthorized": {
        const message = trouble === undefined ? failure.message : `${failure.message}; ${trouble}`;
        if (!isTransient) return final(err({ kind: "unauthorized", message }));
        return { answer: err({ kind: "unreachable", message }), isTransient, wasRefused: true };
      }
      case "denied":
        return final(err(failure));
      case "rate-limited":
      case "unreachable": {
        const waitMs =
          retryAfterMs(headers.get("retry-after"), this.#settings.clock.nowMs()) ??
          exhaustedWindowMs(headers.get("ratelimit-remaining"));
        const said = failure.kind === "rate-limited" ? { ...failure, retryAfterMs: waitMs } : failure;
        const wasRefused = failure.kind === "rate-limited" || status === 503;
        const again = failure.kind === "rate-limited" || isTransientStatus(status);
        return { answer: err(said), isTransient: again, wasRefused, waitMs };
      }
      default:
        return final(sent);
    }
  }

  #turnsOf({ registry, stream }: ApiRequest): Turns {
    const key = `${stream === undefined ? "look-ups" : "transfers"} ${registry}`;
    const turns =
      this.#turns.get(key) ??
      new Turns(stream === undefined ? lookUpsAtOnce : transfersAtOnce, this.#settings.clock);
    this.#turns.set(key, turns);
    return turns;
  }

  #origin(registry: RegistryAddress): URL {
    if (registry === "docker.io") return new URL("https://registry-1.docker.io");
    const isPlain =
      /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/.test(registry) ||
      this.#settings.plainHttp.has(registry);
    return new URL(`${isPlain ? "http" : "https"}://${registry}`);
  }
}

interface Outcome {
  readonly answer: Awaited<Answer>;
  readonly isTransient: boolean;
  /** Certainly not done, whatever it was. */
  readonly wasRefused: boolean;
  /** What the registry asks for. */
  readonly waitMs?: number | undefined;
}

function final(answer: Awaited<Answer>): Outcome {
  return { answer, isTransient: false, wasRefused: false };
}

function unreachable(registry: string, { kind, message }: HttpFailure): Outcome {
  if (kind === "canceled") return final(err({ kind: "canceled" }));
  return {
    answer: err({
      kind: "unreachable",
      // "connect ECONNREFUSED 127.0.0.1:5000" says it all.
      message: message.includes(registry) ? message : `${registry} cannot be reached: ${message}`,
    }),
    isTransient: true,
    wasRefused: false,
  };
}

async function send(
  { method, headers, body, stream }: ApiRequest,
  url: URL,
  authorization: string | undefined,
  signal: AbortSignal,
): Promise<Result<HttpAnswer, HttpFailure>> {
  const all = { ...headers, ...(authorization === undefined ? {} : { authorization }) };
  if (stream === undefined) return await httpSend({ method, url: url.href, headers: all, body }, signal);
  return await httpStream({ method, url: url.href, headers: all, idleMs, ...stream() }, signal);
}

/** Of an answer that is expected to be one of these statuses; any other is a failure. */
export function expectStatus(
  registry: string,
  answer: HttpAnswer,
  ...statuses: readonly number[]
): Result<HttpAnswer, RegistryFailure> {
  return statuses.includes(answer.status) ? ok(answer) : err(answerFailure(registry, answer));
}
