// HTTP requests with a deadline. A URL comes in, and whatever the server answered comes out, also 404 and 500; only a
// server that does not answer is a failure. Goes through the proxy that the environment names (HTTPS_PROXY, HTTP_PROXY, NO_PROXY);
// of NODE_EXTRA_CA_CERTS Node takes care itself.

import http from "node:http";
import { err, ok, type Result } from "../../engine/core/result.ts";

const defaultTimeoutMs = 30_000;

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

export interface HttpFailure {
  readonly kind: "unreachable" | "timeout" | "canceled";
  /** For people, such as "connect ECONNREFUSED 127.0.0.1:1". */
  readonly message: string;
}

export interface HttpRequest {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Uint8Array | undefined;
  /** For the whole answer; half a minute by default. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Sends a request, following redirects; headers do not follow to another host when they are credentials. Sent once: to try
 * again is the caller's to decide. Never rejects.
 */
export async function httpSend(
  { method, url, headers = {}, body, timeoutMs = defaultTimeoutMs }: HttpRequest,
  signal: AbortSignal,
): Promise<Result<HttpAnswer, HttpFailure>> {
  const proxy = useProxy();
  if (!proxy.ok) return proxy;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const both = AbortSignal.any([signal, timeout]);
    const response = await fetch(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      signal: both,
    });
    const answer = new Uint8Array(await response.arrayBuffer());
    return ok({ status: response.status, headers: response.headers, body: answer });
  } catch (error) {
    if (signal.aborted) return err({ kind: "canceled", message: "canceled" });
    if (timeout.aborted) return err({ kind: "timeout", message: `no answer within ${timeoutMs / 1000} s` });
    return err({ kind: "unreachable", message: innermost(error) });
  }
}

/** GETs a URL: see `httpSend`. */
export function httpGet(
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
  timeoutMs = defaultTimeoutMs,
): Promise<Result<HttpAnswer, HttpFailure>> {
  return httpSend({ method: "GET", url, headers, timeoutMs }, signal);
}

/** As Go's programs have it, and so BuildKit's and the providers' own: this machine needs no proxy to itself. */
const loopback = ["localhost", "127.0.0.1", "::1"] as const;
let proxyInUse: Result<void, HttpFailure> | undefined;

/** Once a process, and for all of it: `fetch` has no other way to be told. Without a proxy nothing is touched. */
export function useProxy(): Result<void, HttpFailure> {
  proxyInUse ??= setProxy();
  return proxyInUse;
}

function setProxy(): Result<void, HttpFailure> {
  const named = {
    HTTP_PROXY: readEither("http_proxy"),
    HTTPS_PROXY: readEither("https_proxy"),
  };
  if (named.HTTP_PROXY === "" && named.HTTPS_PROXY === "") return ok(undefined);
  const direct = readEither("no_proxy");
  if (!("setGlobalProxyFromEnv" in http)) return unusable("a proxy takes Node 24.14 or later");
  try {
    // "*" stands alone, or for nothing.
    http.setGlobalProxyFromEnv({
      ...named,
      NO_PROXY: direct === "*" ? direct : [direct, ...loopback].join(","),
    });
    return ok(undefined);
  } catch {
    // Node's own words repeat the value, which may have a password in it.
    return unusable("HTTPS_PROXY or HTTP_PROXY is not the URL of a proxy");
  }
}

function unusable(message: string): Result<never, HttpFailure> {
  return err({ kind: "unreachable", message });
}

/** Where a variable is there in both cases, the lower one counts, as for curl and Node. */
function readEither(lowerCase: string): string {
  return process.env[lowerCase] ?? process.env[lowerCase.toUpperCase()] ?? "";
}

/** `fetch` says "fetch failed"; what failed stands in the cause. */
export function innermost(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0]);
  if (error instanceof Error) return error.cause === undefined ? error.message : innermost(error.cause);
  return String(error);
}
