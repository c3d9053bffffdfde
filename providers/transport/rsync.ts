// Folders to and from the machine by rsync, over the connection that is there: what rsync takes for its remote shell hands
// the two streams over to us, and we lead them to the rsync that we start on the machine.
//
//   rsync ── its "remote shell", two `cat` ── fd 3, 4 ── this process ── a channel ── rsync --server

import { mkdirSync } from "node:fs";
import { posix } from "node:path";
import { StringDecoder } from "node:string_decoder";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { FolderTransfer, TransportFailure } from "../../engine/ports/transport.ts";
import { openPipe, type Pipe } from "../host/process.ts";
import type { CommandStop, Commands } from "./commands.ts";

// rsync starts it with "machine" and the words of the server to start, waits for its end, and closes nothing before: it is
// the server's end that ends it.
const remoteShell = `shift; echo "$*" >&4; exec 5<&0; cat <&5 >&4 3<&- & exec cat <&3 4>&- 5<&-`;
const withStreams = 'exec 3<&0 4>&1; exec rsync "$@" </dev/null >/dev/null';

// Contents decide, not times: two files of one size and time may differ where times are normalised, and a context that is
// not the one that was asked for makes a wrong image. Owners are not sent; nor are devices, which no context has. Times
// are: tools in a build look at them. What writes to rsync must wait where rsync is slower, and `cat` knows no other way.
const options = ["-rlpts", "--checksum", "--blocking-io", `--rsh=/bin/sh -c '${remoteShell}' rsh`];

/** The remote folder becomes what the local one is. Never rejects. */
export function putFolder(
  commands: Commands,
  transfer: FolderTransfer,
  signal: AbortSignal,
): Promise<Result<void, TransportFailure>> {
  const paths = [`${transfer.from}/`, `machine:${transfer.to}/`];
  return run(commands, ["--delete", ...excluded(transfer), "--", ...paths], transfer.to, signal);
}

/** Adds what the remote folder has to the local one. Never rejects. */
export function getFolder(
  commands: Commands,
  transfer: FolderTransfer,
  signal: AbortSignal,
): Promise<Result<void, TransportFailure>> {
  try {
    mkdirSync(transfer.to, { recursive: true });
  } catch (error) {
    const message = `cannot make ${transfer.to} here: ${error instanceof Error ? error.message : String(error)}`;
    return Promise.resolve(err({ kind: "failed", message }));
  }
  const paths = [`machine:${transfer.from}/`, `${transfer.to}/`];
  return run(commands, [...excluded(transfer), "--", ...paths], undefined, signal);
}

/** Anchored at the folder, and never taken for patterns. */
function excluded({ exclude = [] }: FolderTransfer): readonly string[] {
  return exclude.map((path) => {
    const plain = posix.join("/", path).replace(/\/+$/, "");
    // Without a wildcard rsync takes a backslash as it is.
    return `--exclude=${/[*?[]/.test(plain) ? plain.replace(/[\\*?[]/g, "\\$&") : plain}`;
  });
}

async function run(
  commands: Commands,
  args: readonly string[],
  remoteFolderToMake: string | undefined,
  signal: AbortSignal,
): Promise<Result<void, TransportFailure>> {
  if (signal.aborted) return err({ kind: "canceled" });
  const local = openPipe("/bin/sh", ["-c", withStreams, "rsync", ...options, ...args], {
    env: { LC_ALL: "C" },
  });
  local.stdin.on("error", () => {});
  const stop = (): void => local.stop();
  signal.addEventListener("abort", stop);
  try {
    const server = await readServer(local.stdout);
    if (server === undefined) return await explainUnstarted(local, signal);
    return await lead(commands, local, serverCommand(server, remoteFolderToMake), signal);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

async function lead(
  commands: Commands,
  local: Pipe,
  serverArgv: readonly string[],
  signal: AbortSignal,
): Promise<Result<void, TransportFailure>> {
  const begun = await commands.begin(serverArgv, signal);
  if (!begun.ok) {
    local.stop();
    await local.ended;
    return begun;
  }
  const { channel, ended, stop } = begun.value;
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  const remoteStderr = keepEnd(channel.stderr);
  local.stdout.pipe(channel).pipe(local.stdin);
  const { exitCode, stderr } = await local.ended;
  // Nobody reads it any more; and what is not done yet will not be.
  channel.resume();
  if (exitCode !== 0) stop();
  const remote = await ended;
  signal.removeEventListener("abort", stop);
  if (signal.aborted) return err({ kind: "canceled" });
  return explainEnd(exitCode, `${remoteStderr()}\n${stderr}`, remote);
}

/** 24: a file went away while the folder was read. It is not in the copy either. */
const vanished = 24;

function explainEnd(
  exitCode: number | undefined,
  stderr: string,
  remote: CommandStop,
): Result<void, TransportFailure> {
  if (exitCode === 0 || exitCode === vanished) return ok(undefined);
  if (remote.kind === "exited" && remote.exitCode === 127)
    return err({ kind: "failed", message: "rsync is not installed on the machine" });
  if (remote.kind === "lost") return err(remote);
  return err({ kind: "failed", message: describe(exitCode, stderr) });
}

/** rsync ended before it asked for its server. */
async function explainUnstarted(local: Pipe, signal: AbortSignal): Promise<Result<void, TransportFailure>> {
  const { exitCode, stderr } = await local.ended;
  if (signal.aborted) return err({ kind: "canceled" });
  if (exitCode === 127) return err({ kind: "failed", message: "rsync is not installed here" });
  return err({ kind: "failed", message: describe(exitCode, stderr) });
}

/** What went wrong, the machine's words first, without lines that only repeat that it did. */
function describe(exitCode: number | undefined, stderr: string): string {
  const said = stderr.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("rsync error:"));
  const causes = said.filter((line) => !line.startsWith("rsync: connection unexpectedly closed"));
  const lines = causes.length > 0 ? causes : said;
  const code = exitCode === undefined ? "was killed" : `failed with exit code ${exitCode}`;
  return lines.length === 0 ? `rsync ${code}` : `rsync ${code}: ${lines.slice(0, 3).join("; ")}`;
}

/** The paths themselves travel within rsync's protocol: its words need no quoting, and have no blanks. */
function serverCommand(words: string, folderToMake: string | undefined): readonly string[] {
  const argv = words.split(" ");
  if (folderToMake === undefined) return argv;
  return ["/bin/sh", "-c", 'mkdir -p -- "$0" && exec "$@"', folderToMake, ...argv];
}

/** The first line of the stream, of which the rest is left; `undefined` where it ends before. */
function readServer(stream: NodeJS.ReadableStream): Promise<string | undefined> {
  return new Promise((resolve) => {
    let seen = Buffer.alloc(0);
    const read = (bytes: Buffer): void => {
      seen = Buffer.concat([seen, bytes]);
      const end = seen.indexOf("\n");
      if (end < 0) return;
      stream.pause();
      stream.removeListener("data", read);
      if (end + 1 < seen.length) stream.unshift(seen.subarray(end + 1));
      resolve(seen.toString("utf8", 0, end));
    };
    stream.on("data", read);
    stream.on("end", () => resolve(undefined));
  });
}

function keepEnd(stream: NodeJS.ReadableStream): () => string {
  const decoder = new StringDecoder("utf8");
  let kept = "";
  stream.on("data", (bytes: Buffer) => {
    kept = (kept + decoder.write(bytes)).slice(-4000);
  });
  return () => kept;
}
