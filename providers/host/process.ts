// Child processes: the one place that starts any. A program and its arguments as an array come in, never a command
// line; how it ended comes out as a Result. Stopping is SIGTERM, then SIGKILL after a grace.

import { Socket } from "node:net";
import { execa } from "execa";
import { err, ok, type Result } from "../../engine/core/result.ts";

const defaultGraceMs = 5000;
/** Of each stream that nobody reads line by line; enough for any answer that is asked for. */
const maxBufferBytes = 16 * 1024 * 1024;

export interface ProcessRequest {
  /** A path, or a name to be found on PATH. */
  readonly program: string;
  readonly args: readonly string[];
  readonly directory?: string | undefined;
  /** Added to this process's own environment; `undefined` takes a variable out. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Written to stdin, which is closed otherwise. */
  readonly input?: string | Uint8Array | undefined;
  /** With a reader, a stream is handed over line by line as it comes, and not kept. */
  readonly onStdoutLine?: ((line: string) => void) | undefined;
  readonly onStderrLine?: ((line: string) => void) | undefined;
  /** Between SIGTERM and SIGKILL. */
  readonly graceMs?: number | undefined;
}

export interface ProcessOutput {
  /** Without the last line end; "" where a reader took the lines. */
  readonly stdout: string;
  readonly stderr: string;
}

export type ProcessFailure =
  /** No such program, or not allowed to run it; `message` is the system's own. */
  | { readonly kind: "not-started"; readonly program: string; readonly message: string }
  /** `exitCode` is undefined where `signal` ended it. */
  | ({
      readonly kind: "exited";
      readonly program: string;
      readonly exitCode: number | undefined;
      readonly signal: string | undefined;
    } & ProcessOutput)
  | { readonly kind: "canceled"; readonly program: string };

/**
 * Runs a program to its end. Settles only when the process is gone, also after `signal`; never rejects.
 * A process that had ended well before it heard of `signal` counts as ended well.
 */
export async function runProcess(
  request: ProcessRequest,
  signal: AbortSignal,
): Promise<Result<ProcessOutput, ProcessFailure>> {
  const { program } = request;
  if (signal.aborted) return err({ kind: "canceled", program });
  const result = await execa(program, request.args, {
    ...(request.directory === undefined ? {} : { cwd: request.directory }),
    ...(request.env === undefined ? {} : { env: request.env }),
    ...(request.input === undefined ? { stdin: "ignore" as const } : { input: request.input }),
    stdout: request.onStdoutLine === undefined ? "pipe" : lineReader(request.onStdoutLine),
    stderr: request.onStderrLine === undefined ? "pipe" : lineReader(request.onStderrLine),
    cancelSignal: signal,
    forceKillAfterDelay: request.graceMs ?? defaultGraceMs,
    maxBuffer: maxBufferBytes,
    reject: false,
  });
  const output = { stdout: text(result.stdout), stderr: text(result.stderr) };
  if (!result.failed) return ok(output);
  if (result.isCanceled) return err({ kind: "canceled", program });
  if (result.exitCode === undefined && result.signal === undefined)
    return err({ kind: "not-started", program, message: result.originalMessage ?? "" });
  return err({ kind: "exited", program, exitCode: result.exitCode, signal: result.signal, ...output });
}

/** A running program that is talked to over its stdin and stdout. */
export interface Pipe {
  readonly stdin: NodeJS.WritableStream;
  readonly stdout: NodeJS.ReadableStream;
  /** Settles when the process is gone, with what it wrote to stderr. Never rejects. */
  readonly ended: Promise<{ readonly exitCode: number | undefined; readonly stderr: string }>;
  /** SIGTERM, then SIGKILL after a grace; safe to call twice. */
  stop(): void;
}

/** Starts a program whose stdin and stdout are the caller's; a program that cannot be started ends at once. */
export function openPipe(
  program: string,
  args: readonly string[],
  { directory, env }: Pick<ProcessRequest, "directory" | "env"> = {},
): Pipe {
  const child = execa(program, args, {
    ...(directory === undefined ? {} : { cwd: directory }),
    ...(env === undefined ? {} : { env }),
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
    buffer: { stdout: false },
    maxBuffer: maxBufferBytes,
    forceKillAfterDelay: defaultGraceMs,
    reject: false,
  });
  const ended = child.then((result) => ({
    exitCode: result.exitCode,
    stderr:
      result.exitCode === undefined && result.signal === undefined
        ? (result.originalMessage ?? "")
        : text(result.stderr),
  }));
  return { stdin: child.stdin, stdout: child.stdout, ended, stop: () => void child.kill() };
}

/** A program that may outlive this process. */
export interface DetachedProcess {
  readonly pid: number | undefined;
  readonly hasEnded: () => boolean;
  /** Settles when it is gone. Never rejects. */
  readonly ended: Promise<void>;
  /** Closes its stdin, as the end of this process would. Safe to call twice. */
  readonly release: () => void;
}

/**
 * Starts a program in a session of its own, so that neither Ctrl-C nor the end of this process reaches it; all that
 * holds the two together is its stdin, on which nothing is ever written. This process does not wait for it to end.
 */
export function startDetached(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): DetachedProcess {
  const child = execa(program, args, {
    detached: true,
    cleanup: false,
    cwd: "/",
    env,
    stdin: "pipe",
    stdout: "ignore",
    stderr: "ignore",
    reject: false,
  });
  child.unref();
  // A pipe is a socket to Node, which holds this process up unless told otherwise.
  if (child.stdin instanceof Socket) child.stdin.unref();
  child.stdin.on("error", () => {});
  let hasEnded = false;
  const wait = async (): Promise<void> => {
    await child;
    hasEnded = true;
  };
  return { pid: child.pid, hasEnded: () => hasEnded, ended: wait(), release: () => void child.stdin.end() };
}

/** A stream transform that takes every line and passes none on. */
function lineReader(read: (line: string) => void): { transform: (line: unknown) => Generator<never> } {
  return {
    *transform(line: unknown): Generator<never> {
      read(String(line));
      yield* [];
    },
  };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
