// A socket here that leads to one on the machine: each connection to it becomes a channel of its own.

import { once } from "node:events";
import { rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ClientChannel } from "ssh2";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { ForwardedSocket, TransportFailure } from "../../engine/ports/transport.ts";
import { makePrivateFolder, privateFolderExample } from "../host/private-folder.ts";
import type { Line } from "./line.ts";
import { openSocketChannel } from "./open-channel.ts";

/** The shortest that a system allows is 104, with a NUL at the end. */
const maxSocketPathBytes = 103;

/**
 * Listens in a folder that only this user may enter. A connection that cannot be led on, because nothing listens there or
 * the link is lost, is cut. Never rejects.
 */
export async function forwardSocket(
  line: Line,
  remotePath: string,
): Promise<Result<ForwardedSocket, TransportFailure>> {
  const sockets = new Set<Socket>();
  const closing = new AbortController();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    void lead(line, remotePath, socket, closing.signal);
  });
  let directory: string;
  try {
    directory = makePrivateFolder(socketParent());
  } catch (error) {
    return err({ kind: "failed", message: `no folder for a socket: ${String(error)}` });
  }
  const path = join(directory, "s");
  try {
    server.listen(path);
    await once(server, "listening");
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    return err({ kind: "failed", message: `no socket: ${String(error)}` });
  }
  let closed: Promise<unknown> | undefined;
  return ok({
    path,
    close: async () => {
      if (closed === undefined) {
        closing.abort();
        closed = once(server, "close");
        server.close();
        for (const socket of sockets) socket.destroy();
        rmSync(directory, { recursive: true, force: true });
      }
      await closed;
    },
  });
}

function socketParent(): string {
  const name = join(tmpdir(), privateFolderExample, "s");
  return Buffer.byteLength(name) <= maxSocketPathBytes ? tmpdir() : "/tmp";
}

async function lead(line: Line, remotePath: string, socket: Socket, signal: AbortSignal): Promise<void> {
  const link = await line.link(signal);
  const opened = link.ok
    ? await openSocketChannel(link.value, remotePath, (channel) => connect(socket, channel))
    : link;
  if (!opened.ok) socket.destroy();
}

/** Each side's end of writing is passed on by itself; only the end of both, or a cut, ends the other. */
function connect(socket: Socket, channel: ClientChannel): void {
  if (socket.destroyed) {
    channel.close();
    return;
  }
  socket.pipe(channel).pipe(socket);
  // Where it ended well, what it wrote may still be on its way.
  socket.on("close", (hadError) => {
    if (hadError || !socket.readableEnded) channel.close();
  });
  channel.on("close", () => socket.destroySoon());
}
