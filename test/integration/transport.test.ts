// The ssh transport against a real sshd and rsync, under the laws of its port and where they do not reach.

import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeKeyPair } from "../../providers/transport/keys.ts";
import { sshTransport } from "../../providers/transport/ssh.ts";
import { describeTransport, type TransportRig } from "../ports/transport.ts";
import { endpointAt, openDoor, startSshd } from "./sshd.ts";

async function openRig(): Promise<TransportRig> {
  const directory = mkdtempSync(join(tmpdir(), "lamina-transport-"));
  const at = (name: string): string => {
    const path = join(directory, name);
    mkdirSync(path);
    return path;
  };
  const temporary = [at("tmp-here"), at("tmp-there")] as const;
  const usualTmpdir = process.env["TMPDIR"];
  process.env["TMPDIR"] = temporary[0];
  const login = makeKeyPair();
  const sshd = await startSshd(at("sshd"), login.publicKey, { TMPDIR: temporary[1] });
  const other = await startSshd(at("other-sshd"), login.publicKey);
  const door = await openDoor(sshd.port);
  const endpoint = endpointAt(door.port, sshd.hostKey);
  const lead = (target: number | undefined): void => {
    door.target = target;
    door.cut();
  };
  return {
    transport: sshTransport({ mendMs: 1000 }),
    endpoint,
    privateKey: login.privateKey,
    otherHostKey: makeKeyPair().publicKey,
    otherPrivateKey: makeKeyPair().privateKey,
    directory: at("files"),
    logins: () => sshd.log().match(/(Accepted|Failed) publickey|by authenticating user/g)?.length ?? 0,
    cut: () => door.cut(),
    setReachable: (isReachable) => lead(isReachable ? sshd.port : undefined),
    replace: (byOther) => lead(byOther ? other.port : sshd.port),
    processes: readProcesses,
    execElsewhere: async (argv) => {
      const child = fork(new URL("./transport-elsewhere.ts", import.meta.url), {
        env: { PATH: process.env["PATH"] },
      });
      const gone = once(child, "exit");
      child.send({ endpoint, privateKey: login.privateKey, argv });
      await Promise.race([once(child, "message"), gone]);
      return {
        kill: async () => {
          child.kill("SIGKILL");
          await gone;
        },
      };
    },
    held: () => [
      ...temporary.flatMap((folder) => readdirSync(folder)).sort(),
      ...process
        .getActiveResourcesInfo()
        .filter((name) => name.endsWith("Wrap"))
        .sort(),
    ],
    close: async () => {
      await door.close();
      await sshd.stop();
      await other.stop();
      if (usualTmpdir === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = usualTmpdir;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function readProcesses(): readonly string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      } catch {
        // It has ended meanwhile.
        return "";
      }
    });
}

describeTransport("ssh2 and rsync, against OpenSSH", openRig);
