// A real nats-server on a port of 127.0.0.1, with JetStream where that is asked for. It can be killed and come back at the same
// port with what it kept.

import { once } from "node:events";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "@nats-io/transport-node";
import { readCredentials } from "../../providers/sink/credentials.ts";
import { type RunningDaemon, startDaemon } from "./daemon.ts";
import { findFreePort } from "./free-port.ts";

export interface NatsRigSettings {
  readonly jetStream?: boolean;
  /** More of nats-server's configuration, such as an `authorization` block. */
  readonly config?: string;
  /** Another server's port, for one that takes its place. */
  readonly port?: number;
}

export interface NatsRig {
  readonly url: string;
  readonly port: number;
  /** SIGKILL, to the server itself; resolves when it is gone. What it kept stays. */
  kill(): Promise<void>;
  /** Starts it once more, at the same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startNats(settings: NatsRigSettings = {}): Promise<NatsRig> {
  const port = settings.port ?? (await findFreePort());
  const base = mkdtempSync(join(tmpdir(), "lamina-nats-"));
  const pidFile = join(base, "pid");
  const jetStream = settings.jetStream === true ? `jetstream { store_dir: "${base}" }\n` : "";
  const config = join(base, "nats.conf");
  writeFileSync(
    config,
    `host: "127.0.0.1"\nport: ${port}\npid_file: "${pidFile}"\n${jetStream}${settings.config ?? ""}\n`,
  );
  // The first one's end takes the folder with it: whatever becomes of the server, what it kept stays until then.
  const daemons: RunningDaemon[] = [];
  const start = async (): Promise<void> => {
    const directory = daemons.length === 0 ? base : join(base, `restart-${daemons.length}`);
    daemons.push(
      await startDaemon({
        command: ["nats-server", "-c", config],
        directory,
        readyLine: /(Server is ready)/,
      }),
    );
  };
  await start();
  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    async kill() {
      // Its end is seen by whoever is connected.
      const witness = createConnection(port, "127.0.0.1");
      witness.on("error", () => {});
      await once(witness, "data");
      process.kill(Number(readFileSync(pidFile, "utf8")), "SIGKILL");
      await once(witness, "close");
    },
    restart: start,
    async stop() {
      for (const daemon of daemons.toReversed()) await daemon.stop();
    },
  };
}

/** What is published below a subject from now on, as it comes. */
export interface Listener {
  readonly messages: readonly Heard[];
  /** Resolves when so many have come. */
  heard(count: number): Promise<readonly Heard[]>;
  /** Resolves when one with that subject has come. */
  heardOf(subject: string): Promise<void>;
  /** Resolves when all has come that the server had when this was called. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface Heard {
  readonly subject: string;
  readonly id: string;
  readonly body: string;
}

/** `secret` in each form that lamina takes. */
export async function listen(url: string, subject: string, secret?: string): Promise<Listener> {
  const authenticator = secret === undefined ? undefined : readCredentials(secret);
  const connection = await connect({
    servers: url,
    ...(authenticator === undefined ? {} : { authenticator }),
  });
  const messages: Heard[] = [];
  const waiting = new Set<() => void>();
  connection.subscribe(subject, {
    callback: (error, message) => {
      if (error !== null) return;
      messages.push({
        subject: message.subject,
        id: message.headers?.get("Nats-Msg-Id") ?? "",
        body: message.string(),
      });
      for (const look of waiting) look();
    },
  });
  await connection.flush();
  return {
    messages,
    heard: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (messages.length >= count) resolve(messages);
        };
        waiting.add(look);
        look();
      }),
    heardOf: (wanted) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (messages.some((message) => message.subject === wanted)) resolve();
        };
        waiting.add(look);
        look();
      }),
    flush: () => connection.flush(),
    close: () => connection.close(),
  };
}
