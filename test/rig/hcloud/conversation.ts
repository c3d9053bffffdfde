// One request and its answer over HTTP: who asks, how often, what goes wrong with it by script, and what the endpoint says.

import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { unreachable } from "../../../engine/core/unreachable.ts";
import { ApiError } from "./api-error.ts";
import type { Fault, Faults } from "./faults.ts";
import type { CreateTrouble } from "./project.ts";
import type { Provider } from "./provider.ts";
import type { RateLimit } from "./rate-limit.ts";
import { type Answer, findRoute } from "./routes.ts";

/** A request, told as soon as it is decided what becomes of it. */
export interface LoggedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** Undefined where no answer is given. */
  readonly status: number | undefined;
}

interface ConversationSettings {
  readonly token: string;
  readonly provider: Provider;
  readonly faults: Faults;
  readonly rateLimit: RateLimit;
  readonly log: (request: LoggedRequest) => void;
}

/** What becomes of a request in the end. */
type End =
  | { readonly kind: "answer"; readonly answer: Answer; readonly spent?: boolean }
  | { readonly kind: "gateway"; readonly status: number }
  | { readonly kind: "reset" }
  | { readonly kind: "silence" };

export class Conversation {
  readonly #settings: ConversationSettings;

  constructor(settings: ConversationSettings) {
    this.#settings = settings;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "" } = request;
    const end = await this.#decide(request).catch((error: unknown) => failed(error));
    this.#settings.log({
      method,
      path: url.replace(/^\/v1/, ""),
      status: end.kind === "answer" ? end.answer.status : end.kind === "gateway" ? end.status : undefined,
    });
    switch (end.kind) {
      case "answer":
        this.#send(response, end.answer, end.spent === true);
        break;
      case "gateway":
        response.writeHead(end.status, { "content-type": "text/html" });
        response.end(`<html><body><h1>${String(end.status)}</h1></body></html>\n`);
        break;
      case "reset":
        request.socket.resetAndDestroy();
        break;
      case "silence":
        // Left open: the client goes away, or closing the server ends it.
        break;
      default:
        unreachable(end);
    }
  }

  async #decide(request: IncomingMessage): Promise<End> {
    const { token, provider, faults, rateLimit } = this.#settings;
    const body = await text(request);
    if (request.headers.authorization !== `Bearer ${token}`)
      throw new ApiError(401, "unauthorized", "unable to authenticate", {});
    if (!rateLimit.take())
      return refused(429, "rate_limit_exceeded", "limit of requests per hour reached", true);
    const url = new URL(request.url ?? "", "http://127.0.0.1");
    const found = findRoute(request.method ?? "", url.pathname.replace(/^\/v1/, ""));
    if (found === undefined || !url.pathname.startsWith("/v1/"))
      throw new ApiError(404, "not_found", "no such endpoint", {});
    const { kind, ids, route } = found;
    const fault = faults.strike(kind);
    const run = async (): Promise<End> => {
      try {
        const answer = await route(
          { ids, query: url.searchParams, body, trouble: troubleOf(fault) },
          provider,
        );
        return { kind: "answer", answer };
      } catch (error) {
        return failed(error);
      }
    };
    if (fault === undefined) return await run();
    switch (fault.kind) {
      case "action-error":
      case "slow-boot":
      case "other-host-key":
        return await run();
      case "slow": {
        const done = fault.after === true ? await run() : undefined;
        await fault.until;
        return done ?? (await run());
      }
      case "error":
      case "gateway":
      case "reset":
      case "silence":
        if (fault.after === true) await run();
        return fault.kind === "error"
          ? refused(fault.status, fault.code, fault.message, fault.status === 429, fault.details)
          : fault;
      default:
        return unreachable(fault);
    }
  }

  #send(response: ServerResponse, { status, body }: Answer, spent: boolean): void {
    response.writeHead(status, {
      ...this.#settings.rateLimit.headers(spent),
      "x-correlation-id": randomBytes(8).toString("hex"),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  }
}

function troubleOf(fault: Fault | undefined): CreateTrouble {
  if (fault?.kind === "action-error") return { actionError: { code: fault.code, message: fault.message } };
  if (fault?.kind === "slow-boot") return { bootAfter: fault.until };
  return { otherHostKey: fault?.kind === "other-host-key" };
}

function refused(
  status: number,
  code: string,
  message: string,
  spent: boolean,
  details?: Readonly<Record<string, unknown>>,
): End {
  const error = { code, message, ...(details === undefined ? {} : { details }) };
  return { kind: "answer", answer: { status, body: { error } }, spent };
}

/** What is no ApiError is this server's own mistake, and is told as one. */
function failed(error: unknown): End {
  if (error instanceof ApiError)
    return refused(error.status, error.code, error.message, false, error.details);
  return refused(
    500,
    "server_error",
    error instanceof Error ? (error.stack ?? error.message) : String(error),
    false,
  );
}
