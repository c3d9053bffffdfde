// Requests to the API of a pool: sent again where the answer is lost or the server is about to come back, and errors in the
// words of Compute. No failure holds the token or a key.

import type { z } from "zod";
import type { Clock } from "../../engine/core/host.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";
import { sleep } from "../../engine/core/sleep.ts";
import { unreachable } from "../../engine/core/unreachable.ts";
import type { ComputeFailure } from "../../engine/ports/compute.ts";
import { poolError } from "../../schemas/pool.ts";
import { type HttpAnswer, httpSend } from "../host/http.ts";

export interface PoolRequest {
  readonly method: "GET" | "POST" | "DELETE";
  /** Below /api/v1. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly body?: unknown;
}

export interface PoolClientSettings {
  /** Without a slash at its end. */
  readonly url: string;
  readonly token: string;
  readonly clock: Clock;
  /** For one answer. */
  readonly timeoutMs: number;
  /** Whether what is lost is sent again; true by default. */
  readonly retries?: boolean | undefined;
}

/** 1, 2, 4, 8 and 16 seconds: about as long as a server takes to be started anew. */
const maxRetries = 5;
const firstWaitMs = 1000;
/** Of who asks once and wants to know now. */
const briefTimeoutMs = 5000;

type Attempt<T> =
  | { readonly kind: "settled"; readonly result: Result<T, ComputeFailure> }
  /** Another try may fare better. */
  | { readonly kind: "lost"; readonly message: string };

export class PoolClient {
  readonly #settings: PoolClientSettings;

  constructor(settings: PoolClientSettings) {
    this.#settings = settings;
  }

  /** The same client without patience: asks once, and waits some seconds for an answer. */
  get brief(): PoolClient {
    const timeoutMs = Math.min(briefTimeoutMs, this.#settings.timeoutMs);
    return new PoolClient({ ...this.#settings, timeoutMs, retries: false });
  }

  /** Sends a request until it is answered; `shape` is that of the answer's body, undefined where there is none. */
  async call<T>(
    request: PoolRequest,
    shape: z.ZodType<T>,
    signal: AbortSignal,
  ): Promise<Result<T, ComputeFailure>> {
    for (let retry = 0; ; retry += 1) {
      const attempt = await this.#send(request, shape, signal);
      if (attempt.kind === "settled") return attempt.result;
      if (retry === maxRetries || this.#settings.retries === false)
        return err({ kind: "unavailable", message: attempt.message });
      if (!(await this.sleep(firstWaitMs * 2 ** retry, signal))) return err({ kind: "canceled" });
    }
  }

  /** Resolves after the time, to false where `signal` aborted before. */
  sleep(ms: number, signal: AbortSignal): Promise<boolean> {
    return sleep(this.#settings.clock, ms, signal);
  }

  async #send<T>(
    { method, path, query, body }: PoolRequest,
    shape: z.ZodType<T>,
    signal: AbortSignal,
  ): Promise<Attempt<T>> {
    if (signal.aborted) return settled(err({ kind: "canceled" }));
    const { url, token, timeoutMs } = this.#settings;
    const search = query === undefined ? "" : `?${new URLSearchParams(query).toString()}`;
    const sent = await httpSend(
      {
        method,
        url: `${url}/api/v1${path}${search}`,
        headers: {
          authorization: `Bearer ${token}`,
          accept: "application/json",
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        timeoutMs,
      },
      signal,
    );
    const what = `the pool at ${url}`;
    if (!sent.ok)
      return sent.error.kind === "canceled"
        ? settled(err({ kind: "canceled" }))
        : { kind: "lost", message: `${what}: ${sent.error.message}` };
    const { status } = sent.value;
    const json = parseJson(sent.value.body);
    if (status >= 200 && status < 300) {
      const parsed = shape.safeParse(json);
      if (parsed.success) return settled(ok(parsed.data));
      return settled(err({ kind: "unavailable", message: `${what} answers what no pool answers` }));
    }
    return readError(sent.value, json, what);
  }
}

function readError(
  { status }: HttpAnswer,
  json: unknown,
  what: string,
):
  | { readonly kind: "settled"; readonly result: Result<never, ComputeFailure> }
  | { readonly kind: "lost"; readonly message: string } {
  const known = poolError.safeParse(json);
  // Not the pool's own words: whatever stands before it, or is no pool at all.
  if (!known.success)
    return status === 502 || status === 503 || status === 504 || status === 429
      ? { kind: "lost", message: `${what} answers ${status}` }
      : settled(err({ kind: "refused", message: `${what} answers ${status}; is a pool there?` }));
  const { code, message: said, help } = known.data.error;
  const message = `${what}: ${said} (${code})`;
  switch (code) {
    case "stopping":
      return { kind: "lost", message };
    case "no_capacity":
      return settled(err({ kind: "no-capacity", message }));
    case "cap_reached":
    case "limit_reached":
      return settled(err({ kind: "limit-reached", message }));
    case "broken":
      return settled(err({ kind: "broken", message }));
    case "unavailable":
    case "internal":
      return settled(err({ kind: "unavailable", message }));
    case "unauthorized":
      return settled(err({ kind: "refused", message, help: "LAMINA_POOL_TOKEN must be one of the pool's" }));
    case "invalid_request":
    case "forbidden":
    case "not_found":
    case "method_not_allowed":
    case "conflict":
    case "too_large":
    case "unsupported_media_type":
    case "refused":
      return settled(err({ kind: "refused", message, help }));
    default:
      return unreachable(code);
  }
}

function settled<T>(result: Result<T, ComputeFailure>) {
  return { kind: "settled", result } as const;
}

function parseJson(body: Uint8Array): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}
