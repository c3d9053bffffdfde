// HTTP requests whose bodies are too large to be held: pieces go out or come in one after the other, at the pace of the slower side.
// Otherwise as http.ts: the same proxy, the same failures, never a rejection; but the deadline is for each piece, not for the whole.

import { err, ok, type Result } from "../../engine/core/result.ts";
import { type HttpAnswer, type HttpFailure, type HttpRequest, innermost, useProxy } from "./http.ts";

export interface OutgoingBody {
  /** Exactly as many bytes as `sizeBytes` says. What it throws fails the request. */
  readonly pieces: AsyncIterable<Uint8Array>;
  readonly sizeBytes: number;
}

export interface StreamRequest extends Pick<HttpRequest, "method" | "url" | "headers"> {
  readonly body?: OutgoingBody | undefined;
  /**
   * Takes the pieces of an answer of status 200 or 206, whose `body` is then empty; other answers come whole. The headers tell, before
   * the first piece, which part it is. What it throws fails the request.
   */
  readonly onPiece?: ((piece: Uint8Array, answer: Omit<HttpAnswer, "body">) => Promise<void>) | undefined;
  /** Without a piece going either way. */
  readonly idleMs: number;
}

/** Sends a request once. A redirect of one with a body is not followed: the body is gone by then. */
export async function httpStream(
  { method, url, headers = {}, body, onPiece, idleMs }: StreamRequest,
  signal: AbortSignal,
): Promise<Result<HttpAnswer, HttpFailure>> {
  const proxy = useProxy();
  if (!proxy.ok) return proxy;
  const idle = new IdleTimer(idleMs);
  try {
    const response = await fetch(url, {
      method,
      // What is asked for by its digest must come as it is stored, whatever its type.
      headers: {
        "accept-encoding": "identity",
        ...headers,
        ...(body === undefined ? {} : { "content-length": String(body.sizeBytes) }),
      },
      ...(body === undefined ? {} : { body: eachResets(body.pieces, idle), duplex: "half" as const }),
      signal: AbortSignal.any([signal, idle.signal]),
    });
    const { status } = response;
    const head = { status, headers: response.headers };
    if (onPiece === undefined || (status !== 200 && status !== 206))
      return ok({ ...head, body: new Uint8Array(await response.arrayBuffer()) });
    if (response.body !== null)
      for await (const piece of eachResets(response.body, idle)) await onPiece(piece, head);
    return ok({ ...head, body: new Uint8Array() });
  } catch (error) {
    if (signal.aborted) return err({ kind: "canceled", message: "canceled" });
    if (idle.signal.aborted)
      return err({ kind: "timeout", message: `nothing was heard for ${idleMs / 1000} s` });
    return err({ kind: "unreachable", message: innermost(error) });
  } finally {
    idle.stop();
  }
}

async function* eachResets(pieces: AsyncIterable<Uint8Array>, idle: IdleTimer): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    idle.reset();
    yield piece;
  }
  idle.reset();
}

class IdleTimer {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(idleMs: number) {
    this.#timer = setTimeout(() => this.#controller.abort(), idleMs);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  reset(): void {
    this.#timer.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
