// Port: a machine at the end of a wire.
//
// Laws, held by test/ports/transport.ts on every body:
// 1. Nothing rejects: what can go wrong is a TransportFailure.
// 2. No host key but the endpoint's is accepted: "host-key-mismatch", and nothing was sent.
// 3. `exec` runs the argv as it is: whatever its words hold, they reach the program unchanged. How it ended is told apart:
//    an exit code, a signal, or that the connection was lost, which is none of both.
// 4. When `signal` aborts, the connection is lost, or this process dies however it dies, the command and what it started end.
// 5. `putFolder` makes the remote folder what the local one is: contents, modes, links, what was removed; owners and what
//    `exclude` names are left out. Unchanged files are not sent.
// 6. A forwarded socket serves many connections at once; closing it ends them.
// 7. `lost` settles once: when the connection is gone for good and `close` was not called; until then a short break is mended.
// 8. After `close` no process, socket or file of the connection is left here.

import type { Result } from "../core/result.ts";
import type { Endpoint } from "./compute.ts";

export type SshEndpoint = Extract<Endpoint, { kind: "ssh" }>;

export interface RemoteCommand {
  /** The program is looked up in the remote PATH. */
  readonly argv: readonly string[];
  /** All of its stdin; empty by default. It may hold what no argv may: secrets. */
  readonly stdin?: string | Uint8Array | undefined;
  /** Called with each piece as it comes, whole characters; `stdout` and `stderr` of the end are then empty. */
  readonly onOutput?: ((stream: "stdout" | "stderr", text: string) => void) | undefined;
}

/** One of `exitCode` and `signal` is there. */
export interface CommandEnd {
  readonly exitCode: number | undefined;
  /** "KILL", without SIG. */
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface FolderTransfer {
  /** Absolute. */
  readonly from: string;
  /** Absolute; made with the folders above it. */
  readonly to: string;
  /** Paths relative to the folder that are not sent; nor removed where they are on the other side. */
  readonly exclude?: readonly string[] | undefined;
}

export interface ForwardedSocket {
  /** Absolute path of a unix socket on this machine. */
  readonly path: string;
  close(): Promise<void>;
}

export interface Connection {
  exec(command: RemoteCommand, signal: AbortSignal): Promise<Result<CommandEnd, TransportFailure>>;
  putFolder(transfer: FolderTransfer, signal: AbortSignal): Promise<Result<void, TransportFailure>>;
  /** The other way round: `from` is remote. Files that are already here stay. */
  getFolder(transfer: FolderTransfer, signal: AbortSignal): Promise<Result<void, TransportFailure>>;
  /** Makes a socket here that leads to the one at `remotePath`. */
  forwardSocket(remotePath: string): Promise<Result<ForwardedSocket, TransportFailure>>;
  readonly lost: Promise<TransportFailure>;
  close(): Promise<void>;
}

export interface Transport {
  /** Tries again until the machine lets us in: it may be booting. `deadlineMs` is for how long, from now. */
  connect(
    endpoint: SshEndpoint,
    options: { readonly privateKey: string; readonly deadlineMs: number },
    signal: AbortSignal,
  ): Promise<Result<Connection, TransportFailure>>;
}

export type TransportFailure =
  | { readonly kind: "host-key-mismatch"; readonly message: string }
  /** It answered, and did not let us in. */
  | { readonly kind: "refused"; readonly message: string }
  /** It did not answer in time. */
  | { readonly kind: "unreachable"; readonly message: string }
  | { readonly kind: "lost"; readonly message: string }
  | { readonly kind: "canceled" }
  /** A transfer or command that could not be begun, in the system's words. */
  | { readonly kind: "failed"; readonly message: string };
