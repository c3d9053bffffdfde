// A short question to a program: run to its end, its answer whole. For programs that answer before a library for long-running
// ones would be loaded; the failures are those of process.ts.

import { execFile } from "node:child_process";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { ProcessFailure, ProcessOutput, ProcessRequest } from "./process.ts";

/** Far more than any list of changed files. */
const maxBufferBytes = 512 * 1024 * 1024;

/** Runs the program with an empty stdin. Never rejects. A cancel is answered at once; the program is told to end. */
export function askProgram(
  { program, args, directory, env }: Pick<ProcessRequest, "program" | "args" | "directory" | "env">,
  signal: AbortSignal,
): Promise<Result<ProcessOutput, ProcessFailure>> {
  if (signal.aborted) return Promise.resolve(err({ kind: "canceled", program }));
  return new Promise((resolve) => {
    const options = {
      encoding: "utf8",
      maxBuffer: maxBufferBytes,
      cwd: directory,
      env: env === undefined ? undefined : { ...process.env, ...env },
      signal,
    } as const;
    const child = execFile(program, args, options, (fault, stdout, stderr) => {
      const output = { stdout: withoutLastLineEnd(stdout), stderr: withoutLastLineEnd(stderr) };
      const { exitCode, signalCode } = child;
      if (exitCode === 0) resolve(ok(output));
      else if (signal.aborted) resolve(err({ kind: "canceled", program }));
      else if (child.pid === undefined)
        resolve(err({ kind: "not-started", program, message: fault?.message ?? "" }));
      else {
        const signaled = signalCode ?? undefined;
        resolve(
          err({ kind: "exited", program, exitCode: exitCode ?? undefined, signal: signaled, ...output }),
        );
      }
    });
    child.stdin?.end();
  });
}

function withoutLastLineEnd(text: string): string {
  return text.replace(/\r?\n$/, "");
}
