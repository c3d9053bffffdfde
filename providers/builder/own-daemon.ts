// The buildkitd that lamina starts itself, one for all runs that share a cache folder, so that they share its cache.
// Its lifetime is that of its users, by way of the keeper (daemon-keeper.ts); its root stays warm between runs.

import { createHash } from "node:crypto";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { err, ok, type Result } from "../../engine/core/result.ts";
import { type DetachedProcess, runProcess, startDetached } from "../host/process.ts";
import { type KeeperSettings, keepDaemon } from "./daemon-keeper.ts";

export interface OwnDaemonOptions {
  /** Absolute paths of the programs. */
  readonly buildkitd: string;
  readonly runc: string;
  /** Absolute path of a folder that belongs to the daemon alone. */
  readonly directory: string;
}

export interface OwnDaemon {
  /** As buildctl's --addr takes it. */
  readonly address: string;
  /** Gives the daemon up; if nobody else uses it, settles when it is gone. Safe to call twice. */
  readonly close: () => Promise<void>;
}

const startWithinMs = 30_000;
const stopMs = 10_000;
/** Between looks at whether a keeper listens. */
const lookEveryMs = 20;
/** sockaddr_un holds 108 bytes with a NUL at the end. */
const longestSocketPath = 107;

/** Joins the daemon that runs on that folder, or starts it. The failure is a reason for people. */
export async function useOwnDaemon(
  options: OwnDaemonOptions,
  signal: AbortSignal,
): Promise<Result<OwnDaemon, string>> {
  const socketPath = join(options.directory, "buildkitd.sock");
  if (Buffer.byteLength(socketPath) > longestSocketPath)
    return err(`${socketPath} is too long for a socket: set LAMINA_CACHE to a shorter path`);
  const settings = await keeperSettings(options, socketPath, signal);
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(startWithinMs)]);
  let keeper: DetachedProcess | undefined;
  try {
    while (!deadline.aborted) {
      const connection = await connectTo(settings.control);
      if (connection === undefined) {
        // Of several keepers started at once the one that binds the name stays.
        if (keeper === undefined || keeper.hasEnded()) keeper = startKeeper(settings);
        await delay(lookEveryMs);
        continue;
      }
      const word = await firstLine(connection, deadline);
      if (word?.startsWith("ready ") === true) {
        const surplus = word === `ready ${keeper?.pid}` ? undefined : keeper;
        const close = async (): Promise<void> => {
          await Promise.all([leave(connection), surplus?.ended]);
        };
        return ok({ address: `unix://${socketPath}`, close });
      }
      connection.destroy();
      if (word?.startsWith("failed ") === true) {
        const reason = explain(word.slice("failed ".length));
        if (!/could not lock/.test(reason)) return err(reason);
        // A daemon whose keeper was killed is about to end as well, and has its root locked until then.
      }
      // Or that keeper was about to stop: once its name is free, another may begin.
      await delay(lookEveryMs);
    }
  } finally {
    keeper?.release();
  }
  return err(signal.aborted ? "canceled" : `buildkitd was not ready within ${startWithinMs / 1000} s`);
}

async function keeperSettings(
  options: OwnDaemonOptions,
  socketPath: string,
  signal: AbortSignal,
): Promise<KeeperSettings> {
  const { directory } = options;
  const identity = createHash("sha256").update(directory).digest("hex").slice(0, 32);
  const configurationPath = join(directory, "buildkitd.toml");
  return {
    control: `\0lamina-buildkitd-${process.getuid?.() ?? 0}-${identity}`,
    directory,
    configuration: configuration(options, socketPath),
    command: [...(await namespaceCommand(signal)), options.buildkitd, "--config", configurationPath],
    // Logs of steps are clipped at 200 KiB a second otherwise, and the last lines of a failure with them.
    env: { BUILDKIT_STEP_LOG_MAX_SIZE: "-1", BUILDKIT_STEP_LOG_MAX_SPEED: "-1" },
    stopMs,
  };
}

/** A JSON string is a TOML basic string as well. */
function configuration({ directory, runc }: OwnDaemonOptions, socketPath: string): string {
  return [
    `root = ${JSON.stringify(join(directory, "root"))}`,
    "[grpc]",
    `  address = [${JSON.stringify(`unix://${socketPath}`)}]`,
    "[otel]",
    `  socketPath = ${JSON.stringify(join(directory, "otel.sock"))}`,
    "[worker.oci]",
    `  binary = ${JSON.stringify(runc)}`,
    "[worker.containerd]",
    "  enabled = false",
    "",
  ].join("\n");
}

/**
 * Runs the daemon in a process and a mount namespace of its own, to end with its keeper: when it ends, however it
 * ends, the kernel ends its steps and takes its mounts away. Needs util-linux; without it the daemon runs plainly, and
 * only a daemon that is killed leaves something behind.
 */
async function namespaceCommand(signal: AbortSignal): Promise<readonly string[]> {
  const versions = await Promise.all(
    ["setpriv", "unshare"].map((program) => runProcess({ program, args: ["--version"] }, signal)),
  );
  if (!versions.every((version) => version.ok && version.value.stdout.includes("util-linux"))) return [];
  const unshare = ["unshare", "--mount", "--propagation", "slave", "--pid", "--fork", "--kill-child=SIGKILL"];
  return ["setpriv", "--pdeathsig", "SIGKILL", ...unshare, "--mount-proc"];
}

function startKeeper(settings: KeeperSettings): DetachedProcess {
  const script = `(${keepDaemon.toString()})(${JSON.stringify(settings)})`;
  return startDetached(process.execPath, ["--input-type=commonjs", "-e", script], {
    NODE_OPTIONS: undefined,
  });
}

/** `undefined` when nobody listens. */
function connectTo(control: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(control);
    socket.once("connect", () => resolve(socket));
    socket.once("error", () => resolve(undefined));
  });
}

/** `undefined` when the connection ends, or `signal` comes, before there is one. */
function firstLine(socket: Socket, signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = "";
    const settle = (line: string | undefined): void => {
      signal.removeEventListener("abort", cancel);
      resolve(line);
    };
    const cancel = (): void => settle(undefined);
    signal.addEventListener("abort", cancel);
    socket.setEncoding("utf8");
    socket.on("error", () => settle(undefined));
    socket.on("close", () => settle(undefined));
    socket.on("end", () => settle(undefined));
    socket.on("data", (chunk: string) => {
      text += chunk;
      if (text.includes("\n")) settle(text.slice(0, text.indexOf("\n")));
    });
  });
}

/** A keeper kills its daemon after `stopMs`; one that does not answer even then is given up on. */
function leave(connection: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (connection.closed) return resolve();
    const givingUp = setTimeout(() => connection.destroy(), 2 * stopMs);
    connection.once("close", () => {
      clearTimeout(givingUp);
      resolve();
    });
    return connection.end();
  });
}

/** The last complaint in the daemon's log. */
function explain(logJson: string): string {
  const log: unknown = JSON.parse(logJson);
  const lines = String(log).trim().split("\n");
  const complaint =
    lines.findLast((line) => /^buildkitd: |level=(?:error|fatal)/.test(line)) ?? lines.at(-1) ?? "";
  return complaint.replace(/^buildkitd: /, "") || "buildkitd ended at once";
}
