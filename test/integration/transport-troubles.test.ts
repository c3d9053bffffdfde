// What goes wrong on the way to a machine and how it is told: a real sshd, whole messages.

import { createHash, randomInt } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Result } from "../../engine/core/result.ts";
import type { Connection, SshEndpoint, TransportFailure } from "../../engine/ports/transport.ts";
import { makeKeyPair } from "../../providers/transport/keys.ts";
import { sshTransport } from "../../providers/transport/ssh.ts";
import { type Door, endpointAt, openDoor, type Sshd, startSshd } from "./sshd.ts";

const directory = mkdtempSync(join(tmpdir(), "lamina-troubles-"));
const login = makeKeyPair();
const never = new AbortController().signal;
let sshd: Sshd;
let door: Door;
let endpoint: SshEndpoint;

beforeAll(async () => {
  sshd = await startSshd(join(directory, "sshd"), login.publicKey);
  door = await openDoor(sshd.port);
  endpoint = endpointAt(door.port, sshd.hostKey);
});
afterAll(async () => {
  await door.close();
  await sshd.stop();
  rmSync(directory, { recursive: true, force: true });
});

function connect(changes: Partial<SshEndpoint> = {}, privateKey = login.privateKey, deadlineMs = 60_000) {
  return sshTransport({ mendMs: 500 }).connect(
    { ...endpoint, ...changes },
    { privateKey, deadlineMs },
    never,
  );
}

function fingerprint(publicKey: string): string {
  const blob = Buffer.from(publicKey.split(" ")[1] ?? "", "base64");
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}

function value<T>(result: Result<T, TransportFailure>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

async function withConnection<T>(use: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = value(await connect());
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}

describe("a machine that is not let in, or does not let us in", () => {
  test("another host key", async () => {
    const other = makeKeyPair().publicKey;
    expect(await connect({ hostKey: other })).toEqual({
      ok: false,
      error: {
        kind: "host-key-mismatch",
        message: `127.0.0.1:${door.port} proves itself with the host key ${fingerprint(sshd.hostKey)}, not with ${fingerprint(other)}`,
      },
    });
  });

  test("a host key of another kind", async () => {
    const blob = Buffer.from("any").toString("base64");
    expect(await connect({ hostKey: `ecdsa-sha2-nistp256 ${blob}` })).toEqual({
      ok: false,
      error: {
        kind: "host-key-mismatch",
        message: `127.0.0.1:${door.port} has no host key of the kind ecdsa-sha2-nistp256, and ${fingerprint(`x ${blob}`)} is expected`,
      },
    });
  });

  test("a host key that is none", async () => {
    expect(await connect({ hostKey: "nothing" })).toEqual({
      ok: false,
      error: { kind: "failed", message: `the host key for 127.0.0.1:${door.port} is not one` },
    });
  });

  test("a login that it does not know", async () => {
    expect(await connect({}, makeKeyPair().privateKey, 3000)).toEqual({
      ok: false,
      error: {
        kind: "refused",
        message: `127.0.0.1:${door.port} does not let ${endpoint.user} in with the run's key`,
      },
    });
  });

  test("a private key that is none stands in no message", async () => {
    expect(await connect({}, "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n")).toEqual({
      ok: false,
      error: { kind: "failed", message: "the private key cannot be read" },
    });
  });

  test("nobody listens", async () => {
    const gone = await openDoor(0);
    await gone.close();
    expect(await connect({ port: gone.port }, login.privateKey, 300)).toEqual({
      ok: false,
      error: {
        kind: "unreachable",
        message: `127.0.0.1:${gone.port} does not answer: connect ECONNREFUSED 127.0.0.1:${gone.port}`,
      },
    });
  });
});

describe("a connection that breaks", () => {
  test("silence is noticed", async () => {
    const timing = { keepaliveMs: 50, mendMs: 300, readyMs: 300 };
    const options = { privateKey: login.privateKey, deadlineMs: 60_000 };
    // One that the machine took, and that nothing comes through any more.
    const connection = value(
      await sshTransport({ ...timing, readyMs: 10_000 }).connect(endpoint, options, never),
    );
    door.freeze();
    expect(await connection.lost).toEqual({
      kind: "lost",
      message: expect.stringMatching(
        new RegExp(
          `^the connection to 127\\.0\\.0\\.1:${door.port} is lost: Keepalive timeout; then 127\\.0\\.0\\.1:${door.port} does not answer: `,
        ),
      ),
    });
    door.thaw();
    await connection.close();
  });

  test("a keeper that was killed takes the connection along, and what it watched over", async () => {
    await withConnection(async (connection) => {
      const said = Promise.withResolvers<string>();
      const mark = `86400.${randomInt(1e12)}`;
      const pending = connection.exec(
        {
          argv: ["sh", "-c", 'echo "$LAMINA_KEEPER"; exec sleep "$0"', mark],
          onOutput: (_, text) => said.resolve(text.trim()),
        },
        never,
      );
      const [keeper] = findProcesses(`lamina-keeper ${await said.promise}`);
      if (keeper === undefined) throw new Error("it has no keeper");
      process.kill(keeper, "SIGKILL");
      expect(await pending).toEqual({ ok: false, error: { kind: "lost", message: expect.any(String) } });
      await expect.poll(async () => (await connection.exec({ argv: ["true"] }, never)).ok).toBe(true);
      await expect.poll(() => findProcesses(`sleep ${mark}`), { timeout: 20_000 }).toEqual([]);
    });
  });
});

describe("rsync", () => {
  test("that cannot write as fast as it is sent to", async () => {
    const [from, to] = [join(directory, "much"), join(directory, "much-here")];
    mkdirSync(from);
    const bytes = Buffer.alloc(8_000_000, "much");
    const names = Array.from({ length: 8 }, (_, index) => String(index));
    for (const name of names) writeFileSync(join(from, name), bytes);
    const got = await withConnection((connection) => connection.getFolder({ from, to }, never));
    expect(got).toEqual({ ok: true, value: undefined });
    for (const name of names) expect(readFileSync(join(to, name)).equals(bytes)).toBe(true);
  });

  test("that is not installed there", async () => {
    const programs = join(directory, "programs");
    mkdirSync(programs);
    for (const name of ["env", "mkdir", "rmdir", "grep", "sleep"])
      symlinkSync(`/usr/bin/${name}`, join(programs, name));
    const bare = await startSshd(join(directory, "bare"), login.publicKey, { PATH: programs });
    const connection = value(await connect({ port: bare.port, hostKey: bare.hostKey }));
    const transfer = { from: directory, to: join(directory, "nowhere") };
    const missing = {
      ok: false,
      error: { kind: "failed", message: "rsync is not installed on the machine" },
    };
    expect(await connection.putFolder(transfer, never)).toEqual(missing);
    expect(await connection.getFolder(transfer, never)).toEqual(missing);
    await connection.close();
    await bare.stop();
  });

  test("that is not installed here", async () => {
    const path = process.env["PATH"];
    process.env["PATH"] = directory;
    const result = await withConnection((connection) =>
      connection.putFolder({ from: directory, to: join(directory, "nowhere") }, never),
    );
    process.env["PATH"] = path;
    expect(result).toEqual({ ok: false, error: { kind: "failed", message: "rsync is not installed here" } });
  });

  test("that finds no folder", async () => {
    await withConnection(async (connection) => {
      const from = join(directory, "gone");
      expect(await connection.putFolder({ from, to: join(directory, "copy") }, never)).toEqual({
        ok: false,
        error: {
          kind: "failed",
          message: `rsync failed with exit code 23: rsync: [sender] change_dir "${from}" failed: No such file or directory (2)`,
        },
      });
    });
  });

  test("that cannot make its folder there", async () => {
    writeFileSync(join(directory, "file"), "");
    await withConnection(async (connection) => {
      const to = join(directory, "file/below");
      expect(await connection.putFolder({ from: directory, to }, never)).toEqual({
        ok: false,
        error: {
          kind: "failed",
          message: `rsync failed with exit code 12: mkdir: cannot create directory '${join(directory, "file")}': Not a directory`,
        },
      });
    });
  });
});

function findProcesses(words: string): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").includes(words);
      } catch {
        // It has ended meanwhile.
        return false;
      }
    });
}
