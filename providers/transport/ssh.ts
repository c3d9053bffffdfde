// The Transport: commands and sockets by ssh2, folders by the system's rsync, all over one connection to a machine.

import { err, ok, type Result } from "../../engine/core/result.ts";
import type {
  Connection,
  ForwardedSocket,
  Transport,
  TransportFailure,
} from "../../engine/ports/transport.ts";
import { openCommands } from "./commands.ts";
import { execute } from "./exec.ts";
import { forwardSocket } from "./forward.ts";
import { type Line, type LineTiming, openLine } from "./line.ts";
import { getFolder, putFolder } from "./rsync.ts";

const usualTiming: LineTiming = { readyMs: 10_000, keepaliveMs: 15_000, mendMs: 15_000 };

export function sshTransport(timing: Partial<LineTiming> = {}): Transport {
  return {
    connect: async (endpoint, { privateKey, deadlineMs }, signal) => {
      const opened = await openLine(
        { endpoint, privateKey },
        deadlineMs,
        { ...usualTiming, ...timing },
        signal,
      );
      return opened.ok ? ok(connectionOver(opened.value)) : opened;
    },
  };
}

const closed: TransportFailure = { kind: "lost", message: "the connection was closed" };

function connectionOver(line: Line): Connection {
  const commands = openCommands(line);
  void commands.prepare();
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();
  const sockets = new Set<ForwardedSocket>();

  /** Runs until it has ended or the connection is closed, which waits for it. */
  async function hold<T>(
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<Result<T, TransportFailure>>,
  ): Promise<Result<T, TransportFailure>> {
    if (closing.signal.aborted) return err(closed);
    const either = new AbortController();
    const abort = (): void => either.abort();
    for (const one of [signal, closing.signal]) {
      one.addEventListener("abort", abort);
      if (one.aborted) abort();
    }
    const working = work(either.signal);
    running.add(working);
    const result = await working;
    running.delete(working);
    for (const one of [signal, closing.signal]) one.removeEventListener("abort", abort);
    return result;
  }

  return {
    exec: (command, signal) => hold(signal, (either) => execute(commands, command, either)),
    putFolder: (transfer, signal) => hold(signal, (either) => putFolder(commands, transfer, either)),
    getFolder: (transfer, signal) => hold(signal, (either) => getFolder(commands, transfer, either)),
    forwardSocket: async (remotePath) => {
      if (closing.signal.aborted) return err(closed);
      const opened = await forwardSocket(line, remotePath);
      if (opened.ok) sockets.add(opened.value);
      return opened;
    },
    lost: line.lost,
    close: async () => {
      closing.abort();
      await Promise.all(running);
      await Promise.all(Array.from(sockets, (socket) => socket.close()));
      await line.close();
    },
  };
}
