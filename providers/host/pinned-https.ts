// HTTPS to a server that is known by more than the public authorities: by its own authority, or by the very certificate. Nothing
// is sent before the other side has proven itself. As `httpSend` otherwise, but that redirects are answers.

import { Agent, request as sendRequest } from "node:https";
import { buffer } from "node:stream/consumers";
import { connect, type TLSSocket } from "node:tls";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { HttpFailure, HttpRequest } from "./http.ts";

/** Whom to trust. */
export type Trust =
  /** The authorities that Node knows, and those of NODE_EXTRA_CA_CERTS. */
  | { readonly kind: "public" }
  /** PEM of the one authority whose word counts. */
  | { readonly kind: "authority"; readonly certificate: string }
  /** SHA-256 of the server's certificate, in hexadecimal digits without colons; its name and dates do not count. */
  | { readonly kind: "fingerprint"; readonly sha256: string };

export interface PinnedAnswer {
  readonly status: number;
  /** What stands behind the status: some servers say there what went wrong. */
  readonly reason: string;
  readonly body: Uint8Array;
}

export interface PinnedHttps {
  send(request: HttpRequest, signal: AbortSignal): Promise<Result<PinnedAnswer, HttpFailure>>;
  /** Ends connections; safe to call twice. */
  close(): void;
}

const defaultTimeoutMs = 30_000;

export function openPinnedHttps(trust: Trust): PinnedHttps {
  const agent = openAgent(trust);
  return {
    close: () => agent.destroy(),
    send: async ({ method, url, headers = {}, body, timeoutMs = defaultTimeoutMs }, signal) => {
      const timeout = AbortSignal.timeout(timeoutMs);
      try {
        return ok(
          await new Promise<PinnedAnswer>((resolve, reject) => {
            const sent = sendRequest(
              url,
              { method, headers, agent, signal: AbortSignal.any([signal, timeout]) },
              (answer) => {
                const { statusCode: status = 0, statusMessage: reason = "" } = answer;
                buffer(answer).then((whole) => resolve({ status, reason, body: whole }), reject);
              },
            );
            sent.on("error", reject);
            sent.end(body);
          }),
        );
      } catch (error) {
        if (signal.aborted) return err({ kind: "canceled", message: "canceled" });
        if (timeout.aborted)
          return err({ kind: "timeout", message: `no answer within ${timeoutMs / 1000} s` });
        return err({ kind: "unreachable", message: told(error) });
      }
    },
  };
}

function openAgent(trust: Trust): Agent {
  switch (trust.kind) {
    case "public":
      return new Agent({ keepAlive: true });
    case "authority":
      return new Agent({ keepAlive: true, ca: trust.certificate });
    case "fingerprint":
      return new FingerprintAgent(trust.sha256);
  }
}

/** Hands out a connection only after the server has shown the certificate: the request waits for it. */
class FingerprintAgent extends Agent {
  readonly #sha256: string;

  constructor(sha256: string) {
    super({ keepAlive: true, maxCachedSessions: 0 });
    this.#sha256 = sha256.toLowerCase();
  }

  override createConnection(
    options: Parameters<Agent["createConnection"]>[0],
    handOver?: (error: Error | null, socket: TLSSocket) => void,
  ): undefined {
    const { host, port } = options;
    const socket = connect({
      host: host ?? "localhost",
      port: Number(port ?? 443),
      servername: /^[\d.:]+$/.test(host ?? "") ? "" : (host ?? ""),
      // In place of the authorities' word there is the certificate itself, below.
      rejectUnauthorized: false,
    });
    socket.once("error", (error) => handOver?.(error, socket));
    socket.once("secureConnect", () => {
      const shown = socket.getPeerX509Certificate()?.fingerprint256.replaceAll(":", "").toLowerCase();
      if (shown === this.#sha256) handOver?.(null, socket);
      else
        socket.destroy(
          new Error(`the server shows another certificate, of the fingerprint ${shown ?? "none"}`),
        );
    });
    return undefined;
  }
}

/** Errors of connections to several addresses have their words inside. */
function told(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return told(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
