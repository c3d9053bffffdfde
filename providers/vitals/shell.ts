// A POSIX shell where the builder is: on this machine, or at the other end of a connection.

import type { Connection } from "../../engine/ports/transport.ts";
import { runProcess } from "../host/process.ts";

export interface ShellScript {
  readonly script: string;
  /** $1 and on. */
  readonly args: readonly string[];
  /** What it writes to stdout, as it comes. */
  readonly onText: (text: string) => void;
}

/** Resolves when the script is over, with whether it came to its own end, and well. Never rejects. */
export type RunScript = (script: ShellScript, signal: AbortSignal) => Promise<boolean>;

export const runHere: RunScript = async ({ script, args, onText }, signal) => {
  const result = await runProcess(
    {
      program: "/bin/sh",
      args: ["-c", script, "sh", ...args],
      env: { LC_ALL: "C" },
      onStdoutLine: (line) => onText(`${line}\n`),
      onStderrLine: () => {},
      graceMs: 2000,
    },
    signal,
  );
  return result.ok;
};

export function runThere(connection: Pick<Connection, "exec">): RunScript {
  return async ({ script, args, onText }, signal) => {
    const onOutput = (stream: "stdout" | "stderr", text: string): void => {
      if (stream === "stdout") onText(text);
    };
    const end = await connection.exec({ argv: ["/bin/sh", "-c", script, "sh", ...args], onOutput }, signal);
    return end.ok && end.value.exitCode === 0;
  };
}
