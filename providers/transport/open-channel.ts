// Opens a channel on a link, as a promise: a command's, or one to a unix socket on the machine.

import type { ClientChannel } from "ssh2";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { TransportFailure } from "../../engine/ports/transport.ts";
import type { Link } from "./dial.ts";

/** What makes of a channel what is wanted, at once: its first events may come in the same packet as its opening. */
type Adopt<T> = (channel: ClientChannel) => T;

/** Starts a command line in the login shell. Never rejects. */
export function openCommandChannel<T>(
  link: Link,
  commandLine: string,
  adopt: Adopt<T>,
): Promise<Result<T, TransportFailure>> {
  return open(link, (callback) => link.client.exec(commandLine, { allowHalfOpen: true }, callback), adopt);
}

/** Connects to a unix socket on the machine; sshd's refusal, where none listens, is "failed". Never rejects. */
export function openSocketChannel<T>(
  link: Link,
  remotePath: string,
  adopt: Adopt<T>,
): Promise<Result<T, TransportFailure>> {
  return open(link, (callback) => link.client.openssh_forwardOutStreamLocal(remotePath, callback), adopt);
}

function open<T>(
  link: Link,
  begin: (callback: (error: Error | undefined, channel: ClientChannel) => void) => void,
  adopt: Adopt<T>,
): Promise<Result<T, TransportFailure>> {
  return new Promise((resolve) => {
    void link.gone.then((reason) => resolve(err({ kind: "lost", message: reason })));
    try {
      begin((error, channel) => {
        if (error !== undefined) {
          resolve(err({ kind: link.isGone() ? "lost" : "failed", message: error.message }));
          return;
        }
        // What becomes of the connection is the link's to tell.
        channel.on("error", () => {});
        channel.stderr.on("error", () => {});
        resolve(ok(adopt(channel)));
      });
    } catch (error) {
      // The client says so where it has no connection any more, before `gone` does.
      resolve(err({ kind: "lost", message: error instanceof Error ? error.message : String(error) }));
    }
  });
}
