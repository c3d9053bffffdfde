// What the tests of hosts share: keys, OpenSSH's client with nothing of this machine's configuration, and builds on a host
// through its forwarded socket.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import type { KeyPair } from "../../engine/ports/compute.ts";
import type { Host } from "../rig/hosts/host.ts";
import type { Rig } from "../rig/rig.ts";

export interface HostSetting {
  readonly directory: string;
  /** What hosts prove themselves with, and what may log in. */
  readonly hostKey: KeyPair;
  readonly login: KeyPair;
  /** Two that are known to nobody. */
  readonly otherHostKey: KeyPair;
  readonly otherLogin: KeyPair;
  /** Runs a command on the host; by default with the keys that it was made with. */
  ssh(host: Door, command: string, keys?: SshKeys): Promise<CommandResult>;
  /** A socket here that leads to the host's buildkitd. */
  forward(host: Door): Promise<ForwardedBuildkitd>;
  /** Removes the folder. */
  close(): void;
}

type Door = Pick<Host, "address" | "user" | "buildkitSocket">;

interface SshKeys {
  readonly hostKey?: KeyPair;
  readonly login?: KeyPair;
}

interface CommandResult {
  readonly exitCode?: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface ForwardedBuildkitd {
  /** Builds a Dockerfile on the rig's base, called "busybox"; `onLine` gets each line of its progress. */
  build(dockerfile: string, onLine?: (line: string) => void): Promise<CommandResult>;
  close(): Promise<void>;
}

export async function openHostSetting(rig: Rig): Promise<HostSetting> {
  const directory = mkdtempSync(join(tmpdir(), "lamina-hosts-"));
  let files = 0;
  const write = (text: string): string => {
    files += 1;
    const file = join(directory, `file-${String(files)}`);
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  };
  const hostKey = await makeKeyPair(directory, "host");
  const login = await makeKeyPair(directory, "login");
  const sshArgs = (host: Door, keys: SshKeys): string[] => {
    const options = [
      `UserKnownHostsFile=${write(`${host.address} ${(keys.hostKey ?? hostKey).publicKey}\n`)}`,
      "GlobalKnownHostsFile=none",
      "StrictHostKeyChecking=yes",
      `IdentityFile=${write((keys.login ?? login).privateKey)}`,
      "IdentitiesOnly=yes",
      "IdentityAgent=none",
      "BatchMode=yes",
      "ExitOnForwardFailure=yes",
    ];
    return ["-F", "none", ...options.map((option) => `-o${option}`), `${host.user}@${host.address}`];
  };
  return {
    directory,
    hostKey,
    login,
    otherHostKey: await makeKeyPair(directory, "other-host"),
    otherLogin: await makeKeyPair(directory, "other-login"),
    async ssh(host, command, keys = {}) {
      return await execa("ssh", [...sshArgs(host, keys), command], { reject: false });
    },
    async forward(host) {
      files += 1;
      const socket = join(directory, `${String(files)}.sock`);
      const args = ["-L", `${socket}:${host.buildkitSocket}`, ...sshArgs(host, {})];
      // Its output tells that the socket is there.
      const tunnel = execa("ssh", [...args, "echo forwarded; exec cat"], { reject: false });
      const first = await createInterface(tunnel.stdout)[Symbol.asyncIterator]().next();
      if (first.value !== "forwarded") throw new Error(`no tunnel: ${(await tunnel).stderr}`);
      return {
        async build(dockerfile, onLine) {
          const context = mkdtempSync(join(directory, "context-"));
          writeFileSync(join(context, "Dockerfile"), dockerfile);
          const build = execa(
            rig.buildkit.buildctl,
            [
              `--addr=unix://${socket}`,
              "build",
              "--progress=plain",
              "--frontend=dockerfile.v0",
              `--local=context=${context}`,
              `--local=dockerfile=${context}`,
              `--oci-layout=base=${rig.busybox.directory}`,
              `--opt=context:busybox=oci-layout://base@${rig.busybox.digest}`,
            ],
            { reject: false },
          );
          if (onLine !== undefined) createInterface(build.stderr).on("line", onLine);
          return await build;
        },
        async close() {
          // Where the host is off, nothing else would end it.
          tunnel.kill("SIGKILL");
          await tunnel;
        },
      };
    },
    close() {
      rmSync(directory, { recursive: true });
    },
  };
}

async function makeKeyPair(directory: string, name: string): Promise<KeyPair> {
  const file = join(directory, name);
  await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", file]);
  return {
    privateKey: readFileSync(file, "utf8"),
    publicKey: readFileSync(`${file}.pub`, "utf8").trimEnd(),
  };
}
