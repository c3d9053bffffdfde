// What a program writes to its stdout, byte by byte: for answers that are no text for people. Its stderr is for them.

import { execFile } from "node:child_process";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { ProcessRequest } from "./process.ts";

export interface ReadOutputRequest extends Pick<ProcessRequest, "program" | "args" | "directory"> {
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/** Each with what was written to stdout until then, which nobody is to see before secrets are taken out of `stderr`. */
export type ReadOutputFailure =
  | { readonly kind: "not-started"; readonly isMissing: boolean; readonly message: string }
  | { readonly kind: "timeout" | "too-much" | "canceled" }
  | {
      readonly kind: "exited";
      readonly exitCode: number | undefined;
      readonly signal: string | undefined;
      readonly stdout: Buffer;
      readonly stderr: string;
    };

/** Runs the program with an empty stdin. Never rejects. What takes too long, or is canceled, is killed, and not waited for. */
export function readOutput(
  { program, args, directory, timeoutMs, maxBytes }: ReadOutputRequest,
  signal: AbortSignal,
): Promise<Result<Buffer, ReadOutputFailure>> {
  if (signal.aborted) return Promise.resolve(err({ kind: "canceled" }));
  const timeout = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve) => {
    const options = {
      encoding: "buffer",
      maxBuffer: maxBytes,
      cwd: directory,
      signal: AbortSignal.any([signal, timeout]),
      killSignal: "SIGKILL",
    } as const;
    const child = execFile(program, args, options, (fault, stdout, stderr) => {
      const { exitCode, signalCode } = child;
      if (exitCode === 0 && fault === null) resolve(ok(stdout));
      else if (signal.aborted) resolve(err({ kind: "canceled" }));
      else if (timeout.aborted) resolve(err({ kind: "timeout" }));
      else if (fault?.code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER") resolve(err({ kind: "too-much" }));
      else if (child.pid === undefined) {
        const isMissing = fault?.code === "ENOENT";
        resolve(err({ kind: "not-started", isMissing, message: fault?.message ?? "" }));
      } else {
        const ended = { exitCode: exitCode ?? undefined, signal: signalCode ?? undefined };
        resolve(err({ kind: "exited", ...ended, stdout, stderr: stderr.toString() }));
      }
    });
    child.stdin?.end();
  });
}
