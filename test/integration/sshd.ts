// A real sshd on loopback with keys of its own, behind a door that can be shut, cut, and led to another sshd.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import type { SshEndpoint } from "../../engine/ports/transport.ts";
import { makeKeyPair } from "../../providers/transport/keys.ts";
import { startDaemon } from "../rig/daemon.ts";

export interface Sshd {
  readonly port: number;
  readonly hostKey: string;
  /** All that it logged so far. */
  log(): string;
  stop(): Promise<void>;
}

/** `env` is added to that of its sessions, which have none of this user's own settings. */
export async function startSshd(
  directory: string,
  authorizedKey: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Sshd> {
  mkdirSync(directory, { recursive: true });
  // Where sshd puts its unprivileged half; packages make it when the service starts.
  if (userInfo().uid === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  const { privateKey, publicKey } = makeKeyPair();
  const port = await findFreePort();
  const file = (name: string, text: string): string => {
    const path = join(directory, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const config = file(
    "sshd_config",
    [
      `SetEnv ${Object.entries({ HOME: directory, ...env })
        .map(([name, value]) => `${name}=${value}`)
        .join(" ")}`,
      "ListenAddress 127.0.0.1",
      `Port ${port}`,
      `HostKey ${file("host_key", privateKey)}`,
      `AuthorizedKeysFile ${file("authorized_keys", `${authorizedKey}\n`)}`,
      "StrictModes no",
      "PermitRootLogin prohibit-password",
      "UsePAM no",
      "PidFile none",
      "MaxStartups 200",
      "LogLevel VERBOSE",
    ].join("\n"),
  );
  const log = join(directory, "log");
  const daemon = await startDaemon({
    command: [
      "bash",
      "-c",
      'exec "$0" "$@" 2> >(exec tee "$LOG" >&2)',
      "/usr/sbin/sshd",
      "-D",
      "-e",
      "-f",
      config,
    ],
    env: { LOG: log },
    directory,
    readyLine: /Server listening on 127\.0\.0\.1 port (\d+)/,
  });
  return {
    port,
    hostKey: publicKey,
    log: () => (existsSync(log) ? readFileSync(log, "utf8") : ""),
    stop: daemon.stop,
  };
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** What a test connects to in place of the sshd. */
export interface Door {
  readonly port: number;
  /** Where new connections are led from now on; none while it is undefined. */
  target: number | undefined;
  cut(): void;
  /** Nothing comes through until `thaw`, and nobody is told. */
  freeze(): void;
  thaw(): void;
  close(): Promise<void>;
}

export async function openDoor(target: number): Promise<Door> {
  const sockets = new Set<Socket>();
  const join = (one: Socket, other: Socket): void => {
    sockets.add(one);
    one.pipe(other);
    one.on("error", () => one.destroy());
    one.on("close", () => {
      sockets.delete(one);
      other.destroy();
    });
  };
  let isFrozen = false;
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    if (isFrozen) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => sockets.delete(socket));
      return;
    }
    if (door.target === undefined) {
      socket.on("error", () => {});
      socket.resetAndDestroy();
      return;
    }
    const onward = connect({ port: door.target, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    join(socket, onward);
    join(onward, socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const door: Door = {
    port: portOf(server),
    target,
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    freeze: () => {
      isFrozen = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
    thaw: () => {
      isFrozen = false;
      door.cut();
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      door.cut();
      await closed;
    },
  };
  return door;
}

export function endpointAt(port: number, hostKey: string): SshEndpoint {
  return {
    kind: "ssh",
    host: "127.0.0.1",
    port,
    user: userInfo().username,
    hostKey,
    buildkitSocket: "/run/buildkit/buildkitd.sock",
  };
}
