// One command with its stdin and output: a RemoteCommand in, how it ended out.

import { StringDecoder } from "node:string_decoder";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { CommandEnd, RemoteCommand, TransportFailure } from "../../engine/ports/transport.ts";
import type { Commands } from "./commands.ts";

/**
 * Settles when the command has ended and all of its output is here, which is also when the last of what it started has
 * closed its output. Never rejects.
 */
export async function execute(
  commands: Commands,
  { argv, stdin, onOutput }: RemoteCommand,
  signal: AbortSignal,
): Promise<Result<CommandEnd, TransportFailure>> {
  const begun = await commands.begin(argv, signal);
  if (!begun.ok) return begun;
  const { channel, ended, stop } = begun.value;
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  const stdout = collect(channel, onOutput === undefined ? undefined : (text) => onOutput("stdout", text));
  const stderr = collect(
    channel.stderr,
    onOutput === undefined ? undefined : (text) => onOutput("stderr", text),
  );
  channel.end(stdin);
  const end = await ended;
  signal.removeEventListener("abort", stop);
  if (signal.aborted) return err({ kind: "canceled" });
  if (end.kind === "lost") return err(end);
  const { exitCode, signal: endSignal } = end;
  return ok({ exitCode, signal: endSignal, stdout: stdout(), stderr: stderr() });
}

/** Hands text over piece by piece, or keeps it all. Gives what was kept; a character cut off at the end is told as U+FFFD. */
function collect(stream: NodeJS.ReadableStream, read: ((text: string) => void) | undefined): () => string {
  const decoder = new StringDecoder("utf8");
  const kept: string[] = [];
  const take = (text: string): void => {
    if (text === "") return;
    if (read === undefined) kept.push(text);
    else read(text);
  };
  stream.on("data", (bytes: Buffer) => take(decoder.write(bytes)));
  stream.on("end", () => take(decoder.end()));
  return () => kept.join("");
}
