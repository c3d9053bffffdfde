// A real Redis on a port of 127.0.0.1, behind a password, that keeps what it has in memory alone: a storage for sccache.

import { randomBytes } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { startDaemon } from "./daemon.ts";
import { findFreePort } from "./free-port.ts";

export interface RedisRig {
  /** What a secret "sccache_creds" says, so that sccache keeps its things here. */
  readonly sccacheCredentials: string;
  /** Forgets all that was put there. */
  empty(): Promise<void>;
  stop(): Promise<void>;
}

export async function startRedis(): Promise<RedisRig> {
  const port = await findFreePort();
  const password = randomBytes(16).toString("hex");
  const directory = mkdtempSync(join(tmpdir(), "lamina-redis-"));
  const configuration = join(directory, "redis.conf");
  writeFileSync(
    configuration,
    [
      "bind 127.0.0.1",
      `port ${port}`,
      `requirepass ${password}`,
      `dir ${directory}`,
      'save ""',
      "appendonly no",
      "",
    ].join("\n"),
    { mode: 0o600 },
  );
  const daemon = await startDaemon({
    command: ["/bin/sh", "-c", 'exec "$0" "$@" >&2', "redis-server", configuration],
    directory,
    readyLine: /(Ready to accept connections)/,
  });
  const sccacheCredentials = `SCCACHE_REDIS_ENDPOINT=tcp://127.0.0.1:${port}\nSCCACHE_REDIS_PASSWORD=${password}\n`;
  return {
    sccacheCredentials,
    empty: () => command(port, [["AUTH", password], ["FLUSHALL"]]),
    stop: daemon.stop,
  };
}

/** Inline commands, each of which answers a line (Redis serialization protocol). Throws on an answer that is no "+OK". */
async function command(port: number, commands: readonly (readonly string[])[]): Promise<void> {
  const socket = createConnection(port, "127.0.0.1");
  const lines = createInterface(socket)[Symbol.asyncIterator]();
  for (const words of commands) {
    socket.write(`${words.join(" ")}\r\n`);
    const { value } = await lines.next();
    if (value !== "+OK") throw new Error(`redis-server answered ${String(value)} to ${words[0]}`);
  }
  socket.destroy();
}
