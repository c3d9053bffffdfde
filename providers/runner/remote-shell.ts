// Scripts for a POSIX shell on a leased machine, with what goes wrong told as a solve's failure.

import { err, ok, type Result } from "../../engine/core/result.ts";
import { unreachable } from "../../engine/core/unreachable.ts";
import type { SolveFailure } from "../../engine/ports/builder.ts";
import type { CommandEnd, Connection, TransportFailure } from "../../engine/ports/transport.ts";

/** Words that run a script; `args` are its $1 and on. */
export function shellWords(script: string, args: readonly string[]): readonly string[] {
  return ["/bin/sh", "-c", script, "sh", ...args];
}

/** Runs a script to its end; gives what it wrote to stdout. `purpose` opens the message, "cannot …". Never rejects. */
export async function runScript(
  connection: Pick<Connection, "exec">,
  purpose: string,
  script: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<Result<string, SolveFailure>> {
  const ended = await connection.exec({ argv: shellWords(script, args) }, signal);
  if (!ended.ok) return err(explainTransport(ended.error, purpose));
  if (ended.value.exitCode === 0) return ok(ended.value.stdout);
  return err({ kind: "other", message: `${purpose}: ${lastWords(ended.value)}` });
}

/** A machine that is out of reach has lost its daemon as well. */
export function explainTransport(failure: TransportFailure, purpose: string): SolveFailure {
  switch (failure.kind) {
    case "canceled":
      return failure;
    case "failed":
      return { kind: "other", message: `${purpose}: ${failure.message}` };
    case "lost":
    case "unreachable":
    case "refused":
    case "host-key-mismatch":
      return { kind: "daemon-lost", message: failure.message };
    default:
      return unreachable(failure);
  }
}

function lastWords({ exitCode, signal, stderr }: CommandEnd): string {
  const line = stderr.trim().split("\n").at(-1) ?? "";
  if (line !== "") return line;
  return exitCode === undefined ? `its shell was ended by SIG${signal ?? "?"}` : `exit code ${exitCode}`;
}
