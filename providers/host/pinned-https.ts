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

export type PinnedFailure =
  | HttpFailure
  /** The other side could not prove itself. */
  | { readonly kind: "untrusted"; readonly message: string };

export interface PinnedHttps {
  send(request: HttpRequest, signal: AbortSignal): Promise<Result<PinnedAnswer, PinnedFailure>>;
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
        return err(explain(error));
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

class AnotherCertificate extends Error {}

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
          new AnotherCertificate(
            `the server shows another certificate, of the fingerprint ${shown ?? "none"}`,
          ),
        );
    });
    return undefined;
  }
}

/** OpenSSL's names for what is wrong with a certificate, and Node's for its name. */
const untrusted = /^(DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|CERT_|ERR_TLS_CERT_|INVALID_)/;

function explain(error: unknown): PinnedFailure {
  // Of connections to several addresses the errors are inside.
  if (error instanceof AggregateError && error.errors.length > 0) return explain(error.errors[0]);
  if (!(error instanceof Error)) return { kind: "unreachable", message: String(error) };
  if (error instanceof AnotherCertificate) return { kind: "untrusted", message: error.message };
  const code = "code" in error ? String(error.code) : "";
  // What follows is how to call Node otherwise.
  if (untrusted.test(code)) return { kind: "untrusted", message: error.message.split(";", 1)[0] ?? "" };
  return { kind: "unreachable", message: error.message };
}
