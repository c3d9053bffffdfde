// The process that keeps a buildkitd for all runs of lamina that use it. Each run holds a connection to the keeper's
// control socket; the kernel ends it when the run ends, however it ends. With the last one gone the keeper stops the
// daemon and itself. The control socket lies in Linux's abstract namespace, so that it is gone with its process, and
// binding it is the lock that keeps a second daemon off the same root.
//
//   idle ──first user──> starting ──daemon listens──> ready ──last user gone──> stopping ──> (end)
//    └─ starter gone, no user ┴──────── daemon ended by itself ┴──────────────────^
//
// `keepDaemon` becomes the text of a program (`node -e`), so that it runs wherever lamina's files lie and however they
// are bundled: it refers to nothing outside itself but its types.

import type { ChildProcess } from "node:child_process";
import type { Socket } from "node:net";

export interface KeeperSettings {
  /** Name of the control socket, a NUL first. */
  readonly control: string;
  /** Folder of the daemon's socket, configuration and log; made when it is not there. */
  readonly directory: string;
  readonly configuration: string;
  /** The daemon's argv; it may stand behind programs that run it in namespaces of its own. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** How long the daemon may take to end before it is killed. */
  readonly stopMs: number;
}

/** What the keeper says, one a line: "ready " and its process id, or "failed " and the end of the daemon's log as a JSON string. */
export function keepDaemon(settings: KeeperSettings): void {
  const net = process.getBuiltinModule("node:net");
  const fs = process.getBuiltinModule("node:fs");
  const { spawn } = process.getBuiltinModule("node:child_process");

  const users = new Set<Socket>();
  const ready = `ready ${process.pid}\n`;
  let state: "idle" | "starting" | "ready" | "stopping" = "idle";
  let daemon: ChildProcess | undefined;

  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => socket.destroy());
    socket.on("close", () => leave(socket));
    socket.on("end", () => leave(socket));
    socket.resume();
    // Whoever comes too late asks again, and finds the name free soon.
    if (state === "stopping") return socket.end();
    users.add(socket);
    if (state === "ready") return socket.write(ready);
    if (state === "idle") start();
    return undefined;
  });
  server.on("error", () => process.exit(0));
  server.listen(settings.control);
  // The run that started the keeper holds its stdin until it has a daemon, this one or another.
  process.stdin.on("end", () => {
    if (users.size === 0) stop();
  });
  process.stdin.on("error", stop);
  process.stdin.resume();
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);

  function start(): void {
    state = "starting";
    let log: number;
    try {
      fs.mkdirSync(settings.directory, { recursive: true, mode: 0o700 });
      fs.writeFileSync(`${settings.directory}/buildkitd.toml`, settings.configuration);
      log = fs.openSync(`${settings.directory}/buildkitd.log`, "w");
    } catch (error) {
      end(String(error));
      return;
    }
    const [program = "", ...args] = settings.command;
    const env = { ...process.env, ...settings.env };
    const child = spawn(program, args, { env, stdio: ["ignore", "ignore", "pipe"] });
    daemon = child;
    let recent = "";
    child.stderr.setEncoding("utf8");
    child.stderr.on("data", (text: string) => {
      fs.writeSync(log, text);
      recent = (recent + text).slice(-4000);
      if (state !== "starting" || !recent.includes("running server on ")) return;
      state = "ready";
      for (const user of users) user.write(ready);
    });
    child.on("error", (error) => end(String(error)));
    child.on("close", () => end(recent));
  }

  /** The last one waits for the end of its connection, and with it for the end of the daemon. */
  function leave(user: Socket): void {
    if (!users.delete(user)) return;
    if (users.size === 0) stop();
    else user.end();
  }

  function stop(): void {
    if (state === "stopping") return;
    state = "stopping";
    if (daemon?.pid === undefined) process.exit(0);
    try {
      process.kill(daemonPid(daemon.pid), "SIGTERM");
    } catch {
      // Gone already.
    }
    setTimeout(() => daemon?.kill("SIGKILL"), settings.stopMs);
  }

  /** `unshare --fork` does not pass SIGTERM on: the daemon is its only child. */
  function daemonPid(pid: number): number {
    if (!settings.command.includes("--fork")) return pid;
    try {
      const child = Number.parseInt(fs.readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8"), 10);
      return Number.isNaN(child) ? pid : child;
    } catch {
      return pid;
    }
  }

  function end(reason: string): void {
    if (state === "starting") for (const user of users) user.write(`failed ${JSON.stringify(reason)}\n`);
    // With the process go the name and, for those who wait, their connections; what was written is with the kernel.
    process.exit(0);
  }
}
