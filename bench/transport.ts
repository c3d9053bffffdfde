// What it takes to get a context of 3,000 files and 50 MB built on a machine at the end of a wire: the first time, again
// unchanged, and after five files were written anew; with and without a round trip of 30 ms. The machine is a host of test/rig
// (root is needed), its BuildKit builds `FROM scratch` and `COPY`, and no image is exported.
//
//   session      lamina's: buildctl here, through the forwarded socket; BuildKit fetches the context
//   rsync        lamina's: the folder is put there by rsync, and buildctl runs there
//   plain        `rsync -e ssh` and `ssh buildctl`, a connection each
//   plain+master the same with one connection kept by OpenSSH's ControlMaster
//
// lamina's connection and the master's stand before; all ways take turns in each round.
//
//   node bench/transport.ts [--rounds 5] [--delays 0,30] [--files 3000] [--megabytes 50]

import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { execa } from "execa";
import type { Result } from "../engine/core/result.ts";
import type { Connection, TransportFailure } from "../engine/ports/transport.ts";
import { makeKeyPair } from "../providers/transport/keys.ts";
import { sshTransport } from "../providers/transport/ssh.ts";
import { ensureBuildkit } from "../scripts/tools/buildkit.ts";
import { openDelayProxy } from "../test/rig/hosts/delay-proxy.ts";
import { openHostYard } from "../test/rig/hosts/host-yard.ts";
import { median } from "./median.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    delays: { type: "string", default: "0,30" },
    files: { type: "string", default: "3000" },
    megabytes: { type: "string", default: "50" },
  },
});
const files = Number(values.files);
const bytesPerFile = Math.round((Number(values.megabytes) * 1e6) / files);
const never = new AbortController().signal;
const directory = mkdtempSync(join(tmpdir(), "lamina-bench-"));
const context = join(directory, "context");

type Moment = "first" | "unchanged" | "five files";
const moments: readonly Moment[] = ["first", "unchanged", "five files"];

/** A way to build the context as it is now. */
interface Way {
  readonly name: string;
  build(): Promise<void>;
  close(): Promise<void>;
}

function writeFileNumber(index: number): void {
  const folder = join(context, `part-${index % 50}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `file-${index}`), randomBytes(bytesPerFile));
}

/** Arguments of buildctl for a context and a socket where it runs. */
function buildArgs(socket: string, folder: string): readonly string[] {
  const local = ["--local", `context=${folder}`, "--local", `dockerfile=${folder}`];
  return [
    "--addr",
    `unix://${socket}`,
    "build",
    "--progress",
    "rawjson",
    "--frontend",
    "dockerfile.v0",
    ...local,
  ];
}

function required<T>(result: Result<T, TransportFailure>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

interface Setting {
  readonly buildctl: string;
  readonly remoteSocket: string;
  readonly host: string;
  readonly port: number;
  readonly connection: Connection;
  /** OpenSSH's options for a machine that is known. */
  readonly sshOptions: readonly string[];
}

async function sessionWay({ connection, remoteSocket, buildctl }: Setting): Promise<Way> {
  const socket = required(await connection.forwardSocket(remoteSocket));
  return {
    name: "session",
    build: async () => void (await execa(buildctl, buildArgs(socket.path, context))),
    close: () => socket.close(),
  };
}

function rsyncWay({ connection, remoteSocket }: Setting): Way {
  const to = remoteFolder("rsync");
  return {
    name: "rsync",
    build: async () => {
      required(await connection.putFolder({ from: context, to }, never));
      const argv = ["buildctl", ...buildArgs(remoteSocket, to)];
      const { exitCode, stderr } = required(await connection.exec({ argv }, never));
      if (exitCode !== 0) throw new Error(stderr);
    },
    close: async () => {},
  };
}

function plainWay(name: string, { remoteSocket, host, port, sshOptions }: Setting): Way {
  const to = remoteFolder(name);
  const ssh = ["-p", String(port), ...sshOptions];
  return {
    name,
    build: async () => {
      await execa("rsync", [
        "-a",
        "--delete",
        "--mkpath",
        "-e",
        `ssh ${ssh.join(" ")}`,
        `${context}/`,
        `root@${host}:${to}/`,
      ]);
      await execa("ssh", [...ssh, `root@${host}`, "buildctl", ...buildArgs(remoteSocket, to)]);
    },
    close: async () => void (await execa("ssh", [...ssh, "-O", "exit", `root@${host}`], { reject: false })),
  };
}

function remoteFolder(way: string): string {
  return join(directory, "there", way);
}

/** Milliseconds of each round, by way and moment. */
type Figures = Map<string, Map<Moment, number[]>>;

async function measure(setting: Setting, ways: readonly Way[]): Promise<Figures> {
  const figures: Figures = new Map(
    ways.map(({ name }) => [name, new Map(moments.map((moment) => [moment, []]))]),
  );
  for (let round = -1; round < Number(values.rounds); round += 1) {
    for (const way of ways) {
      for (const argv of [
        ["buildctl", "--addr", `unix://${setting.remoteSocket}`, "prune", "--all"],
        ["rm", "-rf", remoteFolder(way.name)],
      ])
        required(await setting.connection.exec({ argv }, never));
      rmSync(remoteFolder(way.name), { recursive: true, force: true });
      for (const moment of moments) {
        if (moment === "five files")
          for (let index = 0; index < 5; index += 1) writeFileNumber((index * 601) % files);
        const start = performance.now();
        await way.build();
        // The first round warms the code and the disk.
        if (round >= 0)
          figures
            .get(way.name)
            ?.get(moment)
            ?.push(performance.now() - start);
      }
    }
  }
  return figures;
}

function print(delayMs: string, figures: Figures): void {
  const medianOf = (name: string, moment: Moment): number => median(figures.get(name)?.get(moment) ?? []);
  const cell = (name: string, moment: Moment): string => {
    const ms = medianOf(name, moment);
    const best = Math.min(...(figures.get(name)?.get(moment) ?? []));
    const ratio = (ms / medianOf("plain", moment)).toFixed(2);
    return `${ms.toFixed(0)} ms (${ratio}), ${best.toFixed(0)}`.padStart(24);
  };
  const rows = Array.from(
    figures.keys(),
    (name) => `${name.padEnd(13)}${moments.map((one) => cell(name, one)).join("")}`,
  );
  const head = `${`${delayMs} ms`.padEnd(13)}${moments.map((one) => one.padStart(24)).join("")}`;
  process.stdout.write(`${[head, ...rows].join("\n")}\n\n`);
}

const { buildctl, buildkitd } = await ensureBuildkit();
const yard = await openHostYard({ buildkit: { buildctl, buildkitd } });
try {
  for (let index = 0; index < files; index += 1) writeFileNumber(index);
  writeFileSync(join(context, "Dockerfile"), "FROM scratch\nCOPY . /context\n");
  const login = makeKeyPair();
  const hostKey = makeKeyPair();
  const host = await yard.createHost({
    name: "bench",
    memoryBytes: 3 * 2 ** 30,
    authorizedKeys: [login.publicKey],
    hostKey,
  });
  await host.booted;
  const keyFile = join(directory, "key");
  writeFileSync(keyFile, login.privateKey, { mode: 0o600 });

  process.stdout.write(
    `${files} files of ${bytesPerFile} bytes, ${values.rounds} rounds: median (beside plain's), best; ${availableParallelism()} CPUs\n\n`,
  );
  for (const delayMs of values.delays.split(",")) {
    const proxy = await openDelayProxy({
      to: { host: host.address, port: host.port },
      delayMs: Number(delayMs),
    });
    const knownHosts = join(directory, `known-hosts-${proxy.port}`);
    writeFileSync(knownHosts, `[${proxy.host}]:${proxy.port} ${hostKey.publicKey}\n`);
    const endpoint = {
      kind: "ssh" as const,
      host: proxy.host,
      port: proxy.port,
      user: host.user,
      hostKey: hostKey.publicKey,
      buildkitSocket: host.buildkitSocket,
    };
    const connection = required(
      await sshTransport().connect(endpoint, { privateKey: login.privateKey, deadlineMs: 30_000 }, never),
    );
    const sshOptions = [
      "-F",
      "none",
      "-o",
      "BatchMode=yes",
      "-o",
      "StrictHostKeyChecking=yes",
      "-o",
      `UserKnownHostsFile=${knownHosts}`,
      "-o",
      "IdentitiesOnly=yes",
      "-i",
      keyFile,
    ];
    const setting: Setting = {
      buildctl,
      remoteSocket: host.buildkitSocket,
      host: proxy.host,
      port: proxy.port,
      connection,
      sshOptions,
    };
    const master = [
      "-o",
      "ControlMaster=auto",
      "-o",
      `ControlPath=${join(directory, "%C")}`,
      "-o",
      "ControlPersist=600",
    ];
    const ways = [
      await sessionWay(setting),
      rsyncWay(setting),
      plainWay("plain", setting),
      plainWay("plain+master", { ...setting, sshOptions: [...sshOptions, ...master] }),
    ];
    print(delayMs, await measure(setting, ways));
    for (const way of ways) await way.close();
    await connection.close();
    await proxy.close();
  }
} finally {
  await yard.close();
  rmSync(directory, { recursive: true, force: true });
}
