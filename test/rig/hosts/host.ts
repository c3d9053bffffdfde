// One host of a yard: folders and settings go in, a guard (host-guard.sh) makes it and outlives this process only to take it
// away, and its first process (host-init.sh) tells on its way how far it is.

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { execa } from "execa";
import type { KeyPair } from "../../../engine/ports/compute.ts";
import { HostLog } from "./host-log.ts";

export interface HostOrder {
  /** What it calls itself: `[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?`, as a host name; unique among the yard's. */
  readonly name: string;
  /** Of all that runs on it, daemons and page cache included; there is no swap besides. At least 128 MiB. */
  readonly memoryBytes: number;
  /** "ssh-ed25519 AAAA…", each may log in as root. Nothing else lets anybody in. */
  readonly authorizedKeys: readonly string[];
  /** What it proves itself with. */
  readonly hostKey: KeyPair;
  /** How long it has an address and refuses connections before its daemons start; 0 by default. */
  readonly bootDelayMs?: number | undefined;
}

/** off: the machine stands there without power. */
type HostState = "booting" | "running" | "off";

export interface Host {
  readonly name: string;
  /** "10.77.7.2" */
  readonly address: string;
  readonly port: 22;
  readonly user: "root";
  /** Absolute path on the host: sshd forwards to it. */
  readonly buildkitSocket: string;
  readonly memoryBytes: number;
  /** Of the host's first process, as this machine counts: `nsenter --target PID --all` enters the host. */
  readonly pid: number;
  /** The host's memory cgroup on this machine, absolute. */
  readonly memoryCgroup: string;
  readonly state: HostState;
  /** Resolves when sshd and buildkitd answer; rejects, with the end of their logs, where they will not. */
  readonly booted: Promise<void>;
  /** Resolves when the host is off, whoever turned it off. */
  readonly off: Promise<void>;
  /**
   * As if it lost its power: the network is gone first, so nobody hears of an end, then every process is killed. What lay
   * on it is lost. Resolves when it is off.
   */
  kill(): Promise<void>;
  /** SIGKILL to buildkitd alone: steps that run go on, sshd too. Nothing starts it again. Resolves when it is gone. */
  killBuildkitd(): Promise<void>;
  /** Resolves when no process, network, cgroup or file of it is left. Safe at any time, and to call twice. */
  destroy(): Promise<void>;
}

/** Where a host stands. */
export interface HostPlace {
  readonly yardDirectory: string;
  /** "lam7": also how the names of what belongs to the host begin on this machine. */
  readonly bridge: string;
  /** "10.77.7.1" */
  readonly gateway: string;
  /** The last number of its address. */
  readonly hostNumber: number;
  readonly buildkitd: string;
  readonly sshd: string;
  /** Where this machine's memory cgroups are: "/sys/fs/cgroup/memory". */
  readonly memoryCgroups: string;
  /** Added to buildkitd's configuration. */
  readonly registryConfig: string;
}

/** On the host. */
const paths = {
  buildkitSocket: "/run/buildkit/buildkitd.sock",
  path: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
} as const;

/** Resolves when the host has its address; `onDestroyed` is called when it is gone. Throws with the end of its log. */
export async function startHost(order: HostOrder, place: HostPlace, onDestroyed: () => void): Promise<Host> {
  const address = place.gateway.replace(/\d+$/, String(place.hostNumber));
  const link = `${place.bridge}h${String(place.hostNumber)}`;
  const directory = join(place.yardDirectory, link);
  await furnish(directory, order, place, address);
  const guard = startGuard({
    YARD_DIR: place.yardDirectory,
    HOST_DIR: directory,
    LINK: link,
    MEMORY_BYTES: String(order.memoryBytes),
    INIT: join(import.meta.dirname, "host-init.sh"),
    BRIDGE: place.bridge,
    ADDRESS: address,
    NAME: order.name,
    BOOT_DELAY_S: String((order.bootDelayMs ?? 0) / 1000),
    BUILDKIT_DIR: dirname(place.buildkitd),
    SSHD: place.sshd,
  });
  const exited = once(guard, "exit");
  const log = new HostLog(order.name, guard.stderr);
  const told = {
    address: log.line(/^host: has its address$/),
    sshd: log.line(/^Server listening on /),
    buildkitd: log.line(/running server on /),
    buildkitdProcess: log.line(/^host: buildkitd is process (\d+)$/),
    buildkitdGone: log.line(/^host: buildkitd is gone$/),
  };
  let state: HostState = "booting";
  const off = (async () => {
    await log.ended;
    state = "off";
    guard.stdin.end();
    await exited;
  })();
  const cutPower = async (): Promise<void> => {
    guard.stdin.end();
    await off;
  };
  const booted = (async () => {
    const gone = told.buildkitdGone.then(() => Promise.reject(log.failure("its buildkitd ended")));
    await Promise.all([told.sshd, Promise.race([told.buildkitd, gone])]);
    state = "running";
  })();
  // Who turns it off while it boots need not wait for it.
  booted.catch(() => undefined);
  try {
    const pid = await readNumber(guard.stdout);
    await told.address;
    return {
      name: order.name,
      address,
      port: 22,
      user: "root",
      buildkitSocket: paths.buildkitSocket,
      memoryBytes: order.memoryBytes,
      pid,
      memoryCgroup: join(place.memoryCgroups, link),
      get state() {
        return state;
      },
      booted,
      off,
      kill: cutPower,
      async killBuildkitd() {
        const [, daemon] = await told.buildkitdProcess;
        const target = `--target=${String(pid)}`;
        await execa("nsenter", [target, "--pid", "kill", "-KILL", daemon ?? ""], { reject: false });
        await told.buildkitdGone;
      },
      async destroy() {
        await cutPower();
        onDestroyed();
      },
    };
  } catch (error) {
    await cutPower();
    throw error;
  }
}

/** The folders that the host writes into, and what it is to be: readable to root alone, for a key is among it. */
async function furnish(
  directory: string,
  order: HostOrder,
  place: HostPlace,
  address: string,
): Promise<void> {
  await mkdir(directory, { mode: 0o700 });
  for (const folder of ["config", "root/.ssh", "tmp", "var/cache", "var/lib", "var/log", "var/tmp"])
    await mkdir(join(directory, folder), { recursive: true, mode: 0o755 });
  const write = async (name: string, text: string): Promise<void> => {
    await writeFile(join(directory, name), text, { mode: 0o600 });
  };
  await write("root/.ssh/authorized_keys", order.authorizedKeys.map((key) => `${key}\n`).join(""));
  await write("config/host_key", order.hostKey.privateKey);
  await write(
    "config/sshd_config",
    `ListenAddress ${address}
HostKey /run/host/host_key
AuthenticationMethods publickey
PermitRootLogin prohibit-password
UsePAM no
PidFile none
PrintMotd no
PrintLastLog no
MaxStartups 100
MaxSessions 100
Subsystem sftp internal-sftp
SetEnv PATH=${paths.path}
`,
  );
  await write(
    "config/buildkitd.toml",
    `root = "/var/lib/buildkit"
[grpc]
address = ["unix://${paths.buildkitSocket}"]
[worker.oci]
gc = false
[worker.containerd]
enabled = false
${place.registryConfig}`,
  );
}

/** Its environment is what it needs alone: no secret of the tests' environment is on a host. */
function startGuard(settings: Readonly<Record<string, string>>): ChildProcessWithoutNullStreams {
  return spawn("/bin/sh", [join(import.meta.dirname, "host-guard.sh")], {
    // Out of reach of a Ctrl-C that is meant for the tests.
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
    env: {
      ...settings,
      PATH: paths.path,
      HOME: "/root",
      // Without these the log of a step is cut at 200 KiB a second.
      BUILDKIT_STEP_LOG_MAX_SIZE: "-1",
      BUILDKIT_STEP_LOG_MAX_SPEED: "-1",
    },
  });
}

/** The number that is the stream's first line; NaN where it ends before. */
async function readNumber(stream: Readable): Promise<number> {
  for await (const line of createInterface(stream)) return Number(line);
  return Number.NaN;
}
