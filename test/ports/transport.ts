// The laws of Transport (engine/ports/transport.ts), to be run on every body. Long as they are one contract.

import { randomInt, randomUUID } from "node:crypto";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Result } from "../../engine/core/result.ts";
import type {
  CommandEnd,
  Connection,
  SshEndpoint,
  Transport,
  TransportFailure,
} from "../../engine/ports/transport.ts";
import { awkwardWords, readWords, tellWords } from "./transport-words.ts";

export interface TransportRig {
  readonly transport: Transport;
  readonly endpoint: SshEndpoint;
  readonly privateKey: string;
  /** "ssh-ed25519 AAAA…" of nobody. */
  readonly otherHostKey: string;
  /** OpenSSH's PEM of a key that may not log in. */
  readonly otherPrivateKey: string;
  /** Absolute path of a folder for the suite's files, on both sides: the machine's files are seen from here. */
  readonly directory: string;
  /** How many logins were tried so far, with success or without. */
  logins(): number;
  /** Cuts what is connected; what connects anew is let through. */
  cut(): void;
  /** The machine cannot be reached, or can be again; what is connected is cut. */
  setReachable(isReachable: boolean): void;
  /** At its address there is another machine from now on, or again the one that was; what is connected is cut. */
  replace(byOther: boolean): void;
  /** Command lines of all that runs on the machine. */
  processes(): readonly string[];
  /** Runs a command through the body in a process of its own, which `kill` ends with SIGKILL. Resolves when that process says the command's first line. */
  execElsewhere(argv: readonly string[]): Promise<{ kill(): Promise<void> }>;
  /** Names of what this process holds open, and of what lies in the temporary folders on either side. */
  held(): readonly string[];
  close(): Promise<void>;
}

const never = new AbortController().signal;
const soonMs = 20_000;

// One that is asked and goes; one that does not listen; one in a session of its own whose parent has gone.
const tree = (mark: string): readonly string[] => [
  "sh",
  "-c",
  `sleep 86400.${mark} & (trap '' TERM; sh -c "sleep 86401.${mark}; :") & (setsid sleep 86402.${mark} &) ; echo up; wait`,
];

export function describeTransport(body: string, open: () => Promise<TransportRig>): void {
  describe(`Transport: ${body}`, () => {
    let rig: TransportRig;
    let connection: Connection;
    let here: string;
    let there: string;
    beforeAll(async () => {
      rig = await open();
    });
    afterAll(() => rig.close());
    beforeEach(async () => {
      here = join(rig.directory, `here ${randomUUID()}`);
      there = join(rig.directory, `there ${randomUUID()}`);
      mkdirSync(here);
      connection = value(await connectTo(rig));
    });
    afterEach(async () => {
      await connection.close();
      rmSync(here, { recursive: true, force: true });
      rmSync(there, { recursive: true, force: true });
    });
    const exec = (argv: readonly string[], signal = never): Promise<Result<CommandEnd, TransportFailure>> =>
      connection.exec({ argv }, signal);
    const running =
      (mark: string): (() => number) =>
      () =>
        rig.processes().filter((line) => line.includes(mark)).length;

    /** Its end is wrapped: a promise of it would be awaited. */
    const startTree = async (
      mark: string,
      signal: AbortSignal,
    ): Promise<{ readonly ended: Promise<Result<CommandEnd, TransportFailure>> }> => {
      const up = Promise.withResolvers<void>();
      const ended = connection.exec({ argv: tree(mark), onOutput: () => up.resolve() }, signal);
      await up.promise;
      await expect.poll(running(mark), { timeout: soonMs }).toBeGreaterThanOrEqual(4);
      return { ended };
    };

    describe("letting in", () => {
      test("another host key is refused at once, and no login is tried", async () => {
        const before = rig.logins();
        const endpoint = { ...rig.endpoint, hostKey: rig.otherHostKey };
        const options = { privateKey: rig.privateKey, deadlineMs: 600_000 };
        const result = await rig.transport.connect(endpoint, options, never);
        expect(failure(result).kind).toBe("host-key-mismatch");
        await value(await connectTo(rig)).close();
        expect(rig.logins()).toBe(before + 1);
      });

      test("a key that may not log in is refused when the time is over", async () => {
        const options = { privateKey: rig.otherPrivateKey, deadlineMs: 3000 };
        expect(failure(await rig.transport.connect(rig.endpoint, options, never)).kind).toBe("refused");
      });

      test("a machine that does not answer is unreachable when the time is over", async () => {
        rig.setReachable(false);
        const result = await connectTo(rig, 300);
        rig.setReachable(true);
        expect(failure(result).kind).toBe("unreachable");
      });

      test("a machine that answers later is let to boot", async () => {
        rig.setReachable(false);
        const pending = connectTo(rig);
        await pass(1);
        rig.setReachable(true);
        const result = await pending;
        expect(result.ok).toBe(true);
        await value(result).close();
      });

      test("an abort ends the waiting", async () => {
        rig.setReachable(false);
        const stop = new AbortController();
        const pending = rig.transport.connect(
          rig.endpoint,
          { privateKey: rig.privateKey, deadlineMs: 600_000 },
          stop.signal,
        );
        stop.abort();
        const result = await pending;
        rig.setReachable(true);
        expect(failure(result)).toEqual({ kind: "canceled" });
      });
    });

    describe("commands", () => {
      test("the worst words reach the program as they are", async () => {
        const { stdout } = value(await exec([...tellWords, ...awkwardWords]));
        expect(readWords(stdout)).toEqual(awkwardWords);
      });

      test("a word that no program can be given is refused", async () => {
        expect(failure(await exec(["echo", "a\0b"])).kind).toBe("failed");
        expect(failure(await exec(["echo", "\uD800"])).kind).toBe("failed");
        expect(failure(await exec(["echo", "x".repeat(200_000)])).kind).toBe("failed");
      });

      test("an exit code and a signal are told apart", async () => {
        const plain = { stdout: "", stderr: "" };
        expect(value(await exec(["true"]))).toEqual({ exitCode: 0, signal: undefined, ...plain });
        expect(value(await exec(["sh", "-c", "exit 137"]))).toEqual({
          exitCode: 137,
          signal: undefined,
          ...plain,
        });
        expect(value(await exec(["sh", "-c", "kill -KILL $$"]))).toEqual({
          exitCode: undefined,
          signal: "KILL",
          ...plain,
        });
        expect(value(await exec(["sh", "-c", "kill -TERM $$"]))).toEqual({
          exitCode: undefined,
          signal: "TERM",
          ...plain,
        });
        expect(value(await exec(["sh", "-c", "exec >&- 2>&-; sleep 0.3; exit 3"]))).toEqual({
          exitCode: 3,
          signal: undefined,
          ...plain,
        });
      });

      test("a program that is not there has the exit code of a shell's", async () => {
        const { exitCode, stderr } = value(await exec(["no-such-program"]));
        expect(exitCode).toBe(127);
        expect(stderr).toContain("no-such-program");
      });

      test("stdin is what is given, and ends", async () => {
        const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => index % 256);
        const sum = value(await connection.exec({ argv: ["cksum"], stdin: bytes }, never)).stdout;
        writeFileSync(join(here, "bytes"), bytes);
        expect(sum).toBe(value(await exec(["sh", "-c", 'cksum <"$0"', join(here, "bytes")])).stdout);
        expect(value(await exec(["cat"])).stdout).toBe("");
      });

      test("output comes as it is written, in whole characters", async () => {
        const pieces: string[] = [];
        const seen = Promise.withResolvers<void>();
        const go = join(here, "go");
        const script = `printf 'a\\303'; while [ ! -e "$0" ]; do sleep 0.05; done; printf '\\244b\\n'; echo err >&2`;
        const pending = connection.exec(
          {
            argv: ["sh", "-c", script, go],
            onOutput: (stream, text) => {
              pieces.push(`${stream} ${text}`);
              seen.resolve();
            },
          },
          never,
        );
        await seen.promise;
        expect(pieces).toEqual(["stdout a"]);
        writeFileSync(go, "");
        expect(value(await pending)).toEqual({ exitCode: 0, signal: undefined, stdout: "", stderr: "" });
        expect(
          pieces
            .filter((piece) => piece.startsWith("stdout"))
            .map((piece) => piece.slice(7))
            .join(""),
        ).toBe("aäb\n");
        expect(pieces).toContain("stderr err\n");
      });

      test("much output of both streams comes whole", async () => {
        const script = "seq 1 200000; seq 1 100000 >&2";
        const { stdout, stderr } = value(await exec(["sh", "-c", script]));
        expect(stdout.split("\n")).toHaveLength(200_001);
        expect(stderr.split("\n")).toHaveLength(100_001);
      });

      test("more commands than a machine takes at once all run", async () => {
        const ends = await Promise.all(
          Array.from({ length: 25 }, (_, index) => exec(["echo", String(index)])),
        );
        expect(ends.map((end) => value(end).stdout)).toEqual(
          Array.from({ length: 25 }, (_, index) => `${index}\n`),
        );
      });
    });

    describe("nothing is left running", () => {
      test("after an abort", async () => {
        const mark = String(randomInt(1e12));
        const stop = new AbortController();
        const { ended } = await startTree(mark, stop.signal);
        stop.abort();
        expect(await ended).toEqual({ ok: false, error: { kind: "canceled" } });
        await expect.poll(running(mark), { timeout: soonMs }).toBe(0);
        expect(value(await exec(["echo", "still here"])).stdout).toBe("still here\n");
      });

      test("after an abort while it was starting", async () => {
        const mark = String(randomInt(1e12));
        for (const turns of [0, 1, 2, 5, 10, 20, 40]) {
          const stop = new AbortController();
          const pending = exec(["sleep", `86400.${mark}`], stop.signal);
          await pass(turns);
          stop.abort();
          expect(failure(await pending)).toEqual({ kind: "canceled" });
        }
        await expect.poll(running(mark), { timeout: soonMs }).toBe(0);
      });

      test("after a cut while it was starting", async () => {
        const mark = String(randomInt(1e12));
        for (const turns of [0, 1, 2, 5, 10, 20, 40]) {
          await expect.poll(async () => (await exec(["true"])).ok, { timeout: soonMs }).toBe(true);
          const pending = exec(["sleep", `86400.${mark}`]);
          await pass(turns);
          rig.cut();
          expect(failure(await pending).kind).toBe("lost");
        }
        await expect.poll(running(mark), { timeout: soonMs }).toBe(0);
      });

      test("after the connection was cut, which is no exit code", async () => {
        const mark = String(randomInt(1e12));
        const { ended } = await startTree(mark, never);
        rig.cut();
        expect(failure(await ended).kind).toBe("lost");
        await expect.poll(running(mark), { timeout: soonMs }).toBe(0);
      });

      test("after close", async () => {
        const mark = String(randomInt(1e12));
        const { ended } = await startTree(mark, never);
        await connection.close();
        expect(await ended).toEqual({ ok: false, error: { kind: "canceled" } });
        await expect.poll(running(mark), { timeout: soonMs }).toBe(0);
      });

      test("after this process was killed", async () => {
        const mark = String(randomInt(1e12));
        const elsewhere = await rig.execElsewhere(tree(mark));
        await expect.poll(running(mark), { timeout: soonMs }).toBeGreaterThanOrEqual(4);
        await elsewhere.kill();
        await expect.poll(running(mark), { timeout: soonMs }).toBe(0);
      });
    });

    describe("folders", () => {
      function fill(folder: string): void {
        mkdirSync(join(folder, "deep/er"), { recursive: true });
        writeFileSync(join(folder, "plain"), "contents");
        writeFileSync(join(folder, "deep/er/tool"), "#!/bin/sh\n", { mode: 0o755 });
        writeFileSync(join(folder, "secret"), "s", { mode: 0o600 });
        mkdirSync(join(folder, "empty"), { mode: 0o700 });
        symlinkSync("plain", join(folder, "link"));
        symlinkSync("/nowhere/at all", join(folder, "dangling"));
        for (const name of names) writeFileSync(join(folder, name), name);
      }
      const names = awkwardWords.filter((word) => word !== "" && word.length < 100 && !word.includes("/"));

      test("the remote one becomes what the local one is, and again after changes", async () => {
        fill(here);
        const to = join(there, "made/on the way");
        value(await connection.putFolder({ from: here, to }, never));
        expect(pictureOf(to)).toEqual(pictureOf(here));
        rmSync(join(here, "deep"), { recursive: true });
        rmSync(join(here, "link"));
        mkdirSync(join(here, "link"));
        chmodSync(join(here, "secret"), 0o640);
        writeFileSync(join(here, "new"), "");
        value(await connection.putFolder({ from: here, to }, never));
        expect(pictureOf(to)).toEqual(pictureOf(here));
      });

      test("contents count, also where size and time are the same", async () => {
        const file = join(here, "file");
        writeFileSync(file, "one");
        utimesSync(file, 1, 1);
        value(await connection.putFolder({ from: here, to: there }, never));
        writeFileSync(file, "two");
        utimesSync(file, 1, 1);
        value(await connection.putFolder({ from: here, to: there }, never));
        expect(readFileSync(join(there, "file"), "utf8")).toBe("two");
      });

      test("what is unchanged is not sent", async () => {
        writeFileSync(join(here, "file"), "one");
        value(await connection.putFolder({ from: here, to: there }, never));
        const { ino } = lstatSync(join(there, "file"));
        value(await connection.putFolder({ from: here, to: there }, never));
        expect(lstatSync(join(there, "file")).ino).toBe(ino);
      });

      test("what is excluded is neither sent nor removed, whatever its name", async () => {
        const exclude = [...names.filter((name) => name !== "plain"), "deep/er"];
        fill(here);
        mkdirSync(join(there, "deep/er"), { recursive: true });
        mkdirSync(join(here, "below/deep/er"), { recursive: true });
        writeFileSync(join(there, "deep/er/kept"), "kept");
        writeFileSync(join(there, "--help"), "kept");
        value(await connection.putFolder({ from: here, to: there, exclude }, never));
        expect(pictureOf(join(there, "deep"))).toEqual(["er/ 755", "er/kept 644 kept"]);
        expect(readFileSync(join(there, "--help"), "utf8")).toBe("kept");
        expect(readdirSync(there).sort()).toEqual([
          "--help",
          "below",
          "dangling",
          "deep",
          "empty",
          "link",
          "plain",
          "secret",
        ]);
        expect(existsSync(join(there, "below/deep/er"))).toBe(true);
      });

      test("one is fetched, and what is here already stays", async () => {
        fill(here);
        const to = join(there, "new/folder");
        mkdirSync(to, { recursive: true });
        writeFileSync(join(to, "mine"), "stays");
        value(await connection.getFolder({ from: here, to }, never));
        expect(pictureOf(to)).toEqual([...pictureOf(here), "mine 644 stays"].sort());
      });

      test("a folder that is not there fails in the system's words", async () => {
        const gone = join(here, "gone");
        const put = failure(await connection.putFolder({ from: gone, to: there }, never));
        expect(put).toEqual({
          kind: "failed",
          message: expect.stringContaining("No such file or directory"),
        });
        const get = failure(await connection.getFolder({ from: gone, to: there }, never));
        expect(get).toEqual({
          kind: "failed",
          message: expect.stringContaining("No such file or directory"),
        });
      });

      test("a folder that cannot be made there fails in the system's words", async () => {
        writeFileSync(there, "");
        const put = failure(await connection.putFolder({ from: here, to: join(there, "x") }, never));
        expect(put).toEqual({ kind: "failed", message: expect.stringContaining("Not a directory") });
      });

      test("an abort ends a transfer on both sides", async () => {
        const stop = new AbortController();
        writeFileSync(join(here, "big"), Buffer.alloc(200_000_000));
        const pending = connection.putFolder({ from: here, to: there }, stop.signal);
        await expect.poll(() => existsSync(there) && readdirSync(there).length, { timeout: soonMs }).toBe(1);
        stop.abort();
        expect(failure(await pending)).toEqual({ kind: "canceled" });
        await expect.poll(running(there), { timeout: soonMs }).toBe(0);
      });
    });

    describe("sockets", () => {
      let remote: RemoteSocket;
      beforeEach(async () => {
        remote = await listenAt(join(rig.directory, "echo.sock"));
      });
      afterEach(() => remote.close());

      test("lead through with both ends of writing, many at once", async () => {
        const forwarded = value(await connection.forwardSocket(remote.path));
        const sent = Array.from({ length: 50 }, (_, index) => `${index} `.repeat(20_000));
        const answers = await Promise.all(sent.map((text) => ask(forwarded.path, text)));
        expect(answers).toEqual(sent.map((text) => text.toUpperCase()));
        await forwarded.close();
        expect(existsSync(forwarded.path)).toBe(false);
      });

      test("what was written before both ends closed arrives", async () => {
        const forwarded = value(await connection.forwardSocket(remote.path));
        const text = "x".repeat(30_000_000);
        expect((await ask(forwarded.path, text)).length).toBe(text.length);
        await forwarded.close();
      });

      test("closing one ends its connections, and those there", async () => {
        const forwarded = value(await connection.forwardSocket(remote.path));
        const socket = connect(forwarded.path);
        const ended = new Promise((resolve) => socket.on("close", resolve));
        socket.on("error", () => {});
        await expect.poll(remote.count, { timeout: soonMs }).toBe(1);
        await forwarded.close();
        await ended;
        await expect.poll(remote.count, { timeout: soonMs }).toBe(0);
      });

      test("who goes here goes there", async () => {
        const forwarded = value(await connection.forwardSocket(remote.path));
        const socket = connect(forwarded.path);
        await expect.poll(remote.count, { timeout: soonMs }).toBe(1);
        socket.destroy();
        await expect.poll(remote.count, { timeout: soonMs }).toBe(0);
      });

      test("where nothing listens, who connects is cut, and later served", async () => {
        const path = join(rig.directory, "late.sock");
        const forwarded = value(await connection.forwardSocket(path));
        expect(await ask(forwarded.path, "early")).toBe("");
        const late = await listenAt(path);
        expect(await ask(forwarded.path, "late")).toBe("LATE");
        await late.close();
      });

      test("one that reads slowly slows the other down", async () => {
        const forwarded = value(await connection.forwardSocket(remote.path));
        const socket = connect(forwarded.path);
        const total = 100_000_000;
        let drained = false;
        socket.write(Buffer.alloc(total), () => {
          drained = true;
        });
        // Echoed and not read: it comes to rest before all of it has been taken.
        let last = -1;
        await expect
          .poll(
            () => {
              const rests = remote.received() > 0 && remote.received() === last;
              last = remote.received();
              return rests;
            },
            { timeout: soonMs, interval: 500 },
          )
          .toBe(true);
        expect(drained).toBe(false);
        expect(remote.received()).toBeLessThan(total / 2);
        socket.destroy();
      });

      test("outlive a short break", async () => {
        const forwarded = value(await connection.forwardSocket(remote.path));
        expect(await ask(forwarded.path, "before")).toBe("BEFORE");
        rig.cut();
        await expect.poll(async () => (await exec(["true"])).ok, { timeout: soonMs }).toBe(true);
        expect(await ask(forwarded.path, "after")).toBe("AFTER");
      });
    });

    describe("the end", () => {
      test("a break that cannot be mended is told once, and all fails with it", async () => {
        rig.setReachable(false);
        const lost = await connection.lost;
        rig.setReachable(true);
        expect(lost.kind).toBe("lost");
        expect(failure(await exec(["true"]))).toEqual(lost);
        expect(failure(await connection.putFolder({ from: here, to: there }, never))).toEqual(lost);
      });

      test("another machine at the same address is not taken for the one that was lost", async () => {
        rig.replace(true);
        const lost = await connection.lost;
        rig.replace(false);
        expect(lost.kind).toBe("host-key-mismatch");
      });

      test("after close nothing is left here, nothing more is done, and nothing is told as lost", async () => {
        value(await exec(["true"]));
        // What stands for the connection that every test has; those of the tests before may be about to go.
        await expect.poll(() => rig.held().filter((name) => name.startsWith("lamina-")).length).toBe(1);
        const before = rig.held();
        const own = value(await connectTo(rig));
        let told = false;
        void own.lost.finally(() => {
          told = true;
        });
        const forwarded = value(await own.forwardSocket(join(rig.directory, "none.sock")));
        value(await own.exec({ argv: ["true"] }, never));
        value(await own.putFolder({ from: here, to: there }, never));
        expect(rig.held()).not.toEqual(before);
        await own.close();
        await own.close();
        expect(existsSync(forwarded.path)).toBe(false);
        await expect.poll(() => rig.held(), { timeout: soonMs }).toEqual(before);
        expect(failure(await own.exec({ argv: ["true"] }, never)).kind).toBe("lost");
        expect(failure(await own.forwardSocket("/x")).kind).toBe("lost");
        expect(told).toBe(false);
      });
    });
  });
}

function connectTo(rig: TransportRig, deadlineMs = 60_000): Promise<Result<Connection, TransportFailure>> {
  return rig.transport.connect(rig.endpoint, { privateKey: rig.privateKey, deadlineMs }, never);
}

/** Lets the events of so many rounds happen. */
async function pass(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

function value<T>(result: Result<T, TransportFailure>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

function failure<T>(result: Result<T, TransportFailure>): TransportFailure {
  if (result.ok) throw new Error(`it went well: ${JSON.stringify(result.value)}`);
  return result.error;
}

/** A line for each thing below a folder: path, mode, and what it holds. */
function pictureOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => {
      const at = join(folder, path);
      const stat = lstatSync(at);
      const mode = (stat.mode & 0o7777).toString(8);
      if (stat.isSymbolicLink()) return `${path} -> ${readlinkSync(at)}`;
      if (stat.isDirectory()) return `${path}/ ${mode}`;
      return `${path} ${mode} ${readFileSync(at, "utf8")}`;
    })
    .sort();
}

interface RemoteSocket {
  readonly path: string;
  readonly count: () => number;
  readonly received: () => number;
  close(): Promise<void>;
}

/** Says in capitals what it is told, and ends when it is. */
async function listenAt(path: string): Promise<RemoteSocket> {
  const sockets = new Set<Socket>();
  let received = 0;
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    socket.on("data", (bytes) => {
      received += bytes.length;
      if (!socket.write(bytes.toString("latin1").toUpperCase(), "latin1")) {
        socket.pause();
        socket.once("drain", () => socket.resume());
      }
    });
    socket.on("end", () => socket.end());
  });
  rmSync(path, { force: true });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    path,
    count: () => sockets.size,
    received: () => received,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Sends a text, ends, and gives all that comes back until the other side ends; "" where it was cut. */
function ask(path: string, text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect({ path, allowHalfOpen: true });
    socket.setEncoding("utf8");
    socket.on("data", (piece: string) => {
      answer += piece;
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => resolve(answer));
    socket.end(text);
  });
}
