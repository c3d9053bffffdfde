// A request to the pool in, its answer out: who asks, which route, and errors in one form.

import type { IncomingMessage, ServerResponse } from "node:http";
import { ok, type Result } from "../../engine/core/result.ts";
import { poolErrorStatus } from "../../schemas/pool.ts";
import { fault, type PoolFault } from "./fault.ts";
import { readBody } from "./read-body.ts";
import type { Route, RouteAnswer } from "./route.ts";
import { findCaller, type PoolToken } from "./tokens.ts";

export interface ServeContext {
  readonly routes: readonly Route[];
  /** The text of /openapi.json. */
  readonly description: string;
  readonly tokens: readonly PoolToken[];
  readonly report: (line: string) => void;
  readonly isStopping: () => boolean;
}

/** Answers a request, whatever becomes of it. */
export async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  context: ServeContext,
): Promise<void> {
  let result: Result<RouteAnswer, PoolFault>;
  try {
    result = await route(request, context);
  } catch (error) {
    context.report(`${request.method} ${pathOf(request)} failed: ${told(error)}`);
    result = fault("internal", "the server failed; its log tells more");
  }
  // Who is heard once more after the server began to stop is not heard again on the same connection.
  if (context.isStopping()) response.setHeader("connection", "close");
  if (result.ok) send(response, result.value.status, result.value.body);
  else {
    const { code, message, help, retryAfterSeconds } = result.error;
    if (retryAfterSeconds !== undefined) response.setHeader("retry-after", String(retryAfterSeconds));
    if (code === "unauthorized") response.setHeader("www-authenticate", "Bearer");
    // What is left of a body that was not read does not become the next request.
    if (code === "too_large") response.setHeader("connection", "close");
    send(response, poolErrorStatus[code], {
      error: { code, message, ...(help === undefined ? {} : { help }) },
    });
  }
}

async function route(
  request: IncomingMessage,
  { routes, description, tokens, isStopping }: ServeContext,
): Promise<Result<RouteAnswer, PoolFault>> {
  if (isStopping()) return fault("stopping", "the pool is stopping");
  const path = pathOf(request);
  if (path === "/openapi.json" && request.method === "GET")
    return ok({ status: 200, body: new TextEncoder().encode(description) });
  const found = routes.flatMap((one) => {
    const parameters = matchPath(one.path, path);
    return parameters === undefined ? [] : [{ one, parameters }];
  });
  const caller = findCaller(tokens, request.headers.authorization);
  if (caller === undefined && !found.some(({ one }) => one.isPublic === true))
    return fault("unauthorized", "the request bears no token that is known here");
  if (found.length === 0) return fault("not_found", `there is nothing at ${path}`);
  const match = found.find(({ one }) => one.method === request.method);
  if (match === undefined) return fault("method_not_allowed", `${path} knows no ${request.method}`);
  const body = request.method === "POST" ? await readBody(request) : ok(undefined);
  if (!body.ok) return body;
  const query = Object.fromEntries(new URL(request.url ?? "/", "http://pool").searchParams);
  return match.one.serve(
    { parameters: match.parameters, query, body: body.value },
    caller ?? { name: "", isAdmin: false },
  );
}

/** The values of a path's parameters; undefined where it is another path. */
function matchPath(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  const parts = path.split("/");
  const expected = pattern.split("/");
  if (parts.length !== expected.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, word] of expected.entries()) {
    const part = parts[index] ?? "";
    if (word.startsWith("{")) parameters[word.slice(1, -1)] = part;
    else if (word !== part) return undefined;
  }
  return parameters;
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? "/").split("?", 1)[0] ?? "/";
}

/** Bytes are sent as they are: JSON that is ready. */
function send(response: ServerResponse, status: number, body: unknown): void {
  if (body === undefined) {
    response.writeHead(status).end();
    return;
  }
  const bytes = body instanceof Uint8Array ? body : new TextEncoder().encode(JSON.stringify(body));
  response
    .writeHead(status, {
      "content-type": "application/json",
      "content-length": bytes.length,
      "cache-control": "no-store",
    })
    .end(bytes);
}

function told(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
