// One attempt at an SSH connection: an endpoint and a key in, a link or a failure out. Only the endpoint's own host key is
// accepted, and asked for, before anything of ours is sent.

import { createHash, timingSafeEqual } from "node:crypto";
import type { Client, ClientErrorExtensions, ServerHostKeyAlgorithm } from "ssh2";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { SshEndpoint, TransportFailure } from "../../engine/ports/transport.ts";

export interface SshTiming {
  /** From the first packet to the login's end. */
  readonly readyMs: number;
  /** Between signs of life while nothing else is sent; after four unanswered ones the connection is given up. */
  readonly keepaliveMs: number;
}

/** A connection that stands, until `gone` says why it does not any more. */
export interface Link {
  readonly client: Client;
  /** In the system's words. Never rejects. */
  readonly gone: Promise<string>;
  /** Whether `gone` has settled. */
  readonly isGone: () => boolean;
}

export interface Login {
  readonly endpoint: SshEndpoint;
  /** OpenSSH's PEM. */
  readonly privateKey: string;
}

/** "203.0.113.7:22", for messages. */
export function addressOf({ host, port }: SshEndpoint): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Never rejects. What is worth another attempt is "refused" and "unreachable"; nothing else is. */
export async function dial(
  { endpoint, privateKey }: Login,
  timing: SshTiming,
  signal: AbortSignal,
): Promise<Result<Link, TransportFailure>> {
  const expected = parseHostKey(endpoint.hostKey);
  if (expected === undefined)
    return err({ kind: "failed", message: `the host key for ${addressOf(endpoint)} is not one` });
  // Dear to load, and most commands never need it.
  const { default: ssh2 } = await import("ssh2");
  if (signal.aborted) return err({ kind: "canceled" });
  const client = new ssh2.Client();
  return await new Promise((resolve) => {
    let otherKey: Buffer | undefined;
    let isReady = false;
    let isGone = false;
    let trouble: (Error & ClientErrorExtensions) | undefined;
    const { promise: gone, resolve: tellGone } = Promise.withResolvers<string>();
    const settle = (result: Result<Link, TransportFailure>): void => {
      signal.removeEventListener("abort", cancel);
      resolve(result);
    };
    const cancel = (): void => {
      settle(err({ kind: "canceled" }));
      client.destroy();
    };
    signal.addEventListener("abort", cancel);
    // Packets are small and wait for answers.
    client.on("connect", () => client.setNoDelay(true));
    client.on("ready", () => {
      isReady = true;
      settle(ok({ client, gone, isGone: () => isGone }));
    });
    // The first one tells the cause; without a listener the next would end this process.
    client.on("error", (error) => {
      trouble ??= error;
    });
    client.on("close", () => {
      isGone = true;
      tellGone(trouble?.message ?? "the machine closed the connection");
      if (!isReady) settle(err(explain(endpoint, expected, otherKey, trouble)));
    });
    try {
      client.connect({
        host: endpoint.host,
        port: endpoint.port,
        username: endpoint.user,
        privateKey,
        authHandler: ["publickey"],
        hostVerifier: (key: Buffer) => {
          const isExpected = key.length === expected.blob.length && timingSafeEqual(key, expected.blob);
          if (!isExpected) otherKey = key;
          return isExpected;
        },
        algorithms: {
          serverHostKey: expected.algorithms,
          // The first ones run in OpenSSL, ten times as fast as what ssh2 has in JavaScript.
          cipher: ["aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes256-ctr"],
        },
        readyTimeout: timing.readyMs,
        keepaliveInterval: timing.keepaliveMs,
        keepaliveCountMax: 4,
      });
    } catch {
      // Its message could quote the key.
      settle(err({ kind: "failed", message: "the private key cannot be read" }));
    }
  });
}

function explain(
  endpoint: SshEndpoint,
  expected: HostKey,
  otherKey: Buffer | undefined,
  trouble: (Error & ClientErrorExtensions) | undefined,
): TransportFailure {
  const address = addressOf(endpoint);
  if (otherKey !== undefined) {
    const message = `${address} proves itself with the host key ${fingerprint(otherKey)}, not with ${fingerprint(expected.blob)}`;
    return { kind: "host-key-mismatch", message };
  }
  const reason = trouble?.message ?? "connection closed before the login";
  if (/no matching host key format/.test(reason)) {
    const message = `${address} has no host key of the kind ${expected.kind}, and ${fingerprint(expected.blob)} is expected`;
    return { kind: "host-key-mismatch", message };
  }
  if (trouble?.level === "client-authentication") {
    const message = `${address} does not let ${endpoint.user} in with the run's key`;
    return { kind: "refused", message };
  }
  return { kind: "unreachable", message: `${address} does not answer: ${reason}` };
}

interface HostKey {
  /** "ssh-ed25519" */
  readonly kind: string;
  readonly algorithms: ServerHostKeyAlgorithm[];
  readonly blob: Buffer;
}

const algorithmsOf: ReadonlyMap<string, ServerHostKeyAlgorithm[]> = new Map([
  ["ssh-ed25519", ["ssh-ed25519"]],
  ["ssh-rsa", ["rsa-sha2-512", "rsa-sha2-256"]],
  ["ecdsa-sha2-nistp256", ["ecdsa-sha2-nistp256"]],
  ["ecdsa-sha2-nistp384", ["ecdsa-sha2-nistp384"]],
  ["ecdsa-sha2-nistp521", ["ecdsa-sha2-nistp521"]],
]);

function parseHostKey(text: string): HostKey | undefined {
  const [kind = "", base64 = ""] = text.trim().split(/\s+/);
  const algorithms = algorithmsOf.get(kind);
  const blob = Buffer.from(base64, "base64");
  return algorithms === undefined || blob.length === 0 ? undefined : { kind, algorithms, blob };
}

/** As ssh-keygen prints it. */
function fingerprint(blob: Buffer): string {
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}
