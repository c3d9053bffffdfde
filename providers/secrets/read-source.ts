// The value of one secret, read where its source says: a variable, a file, a program's output, a file that sops decrypts.

import { readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { SecretPlace } from "../../engine/core/secret-source.ts";
import { unreachable } from "../../engine/core/unreachable.ts";
import type { SecretFailure } from "../../engine/ports/secrets.ts";
import { createRedactor } from "./redact.ts";

/** BuildKit takes no larger one (secretsprovider.MaxSecretSize). */
const maxBytes = 500 * 1024;
const sopsTimeoutMs = 60_000;
/** Of what a program that failed wrote to stderr. */
const shownLines = 20;

/** Never rejects. */
export async function readSource(
  place: SecretPlace,
  env: (name: string) => string | undefined,
  signal: AbortSignal,
): Promise<Result<Buffer, SecretFailure>> {
  const value = await readAt(place, env, signal);
  if (!value.ok || value.value.length <= maxBytes) return value;
  return err(unreadable(tooLarge));
}

async function readAt(
  place: SecretPlace,
  env: (name: string) => string | undefined,
  signal: AbortSignal,
): Promise<Result<Buffer, SecretFailure>> {
  switch (place.from) {
    case "env": {
      const text = env(place.variable);
      return text === undefined ? err({ kind: "absent" }) : ok(Buffer.from(text));
    }
    case "file":
      return readBytes(place.path);
    case "command": {
      const [program = "", ...args] = place.argv;
      const { directory, timeoutMs, keepsLineEnd } = place;
      const output = await run({ program, args, directory, timeoutMs }, signal);
      return output.ok && !keepsLineEnd ? ok(withoutLineEnd(output.value)) : output;
    }
    case "sops": {
      const { path, key, format } = place;
      if (!(await isThere(path))) return err({ kind: "absent" });
      const args = [
        "decrypt",
        ...(format === undefined ? [] : ["--output-type", format]),
        ...(key === undefined ? [] : ["--extract", key.map((part) => `[${JSON.stringify(part)}]`).join("")]),
        path,
      ];
      // A configuration of sops counts from where the file lies, and no path is taken for an option.
      return run({ program: "sops", args, directory: dirname(path), timeoutMs: sopsTimeoutMs }, signal);
    }
    default:
      return unreachable(place);
  }
}

interface Run {
  readonly program: string;
  readonly args: readonly string[];
  readonly directory: string;
  readonly timeoutMs: number;
}

async function run(request: Run, signal: AbortSignal): Promise<Result<Buffer, SecretFailure>> {
  // Few builds ask a program.
  const { readOutput } = await import("../host/read-output.ts");
  const { program, timeoutMs } = request;
  const read = await readOutput({ ...request, maxBytes }, signal);
  if (read.ok) return read;
  const failure = read.error;
  switch (failure.kind) {
    case "canceled":
      return err({ kind: "canceled" });
    case "timeout":
      return err(unreadable(`it took longer than ${timeoutMs / 1000} s`));
    case "too-much":
      return err(unreadable(tooLarge));
    case "not-started":
      return err(failure.isMissing ? { kind: "program-missing", program } : unreadable(failure.message));
    case "exited": {
      const { exitCode, signal: killer, stdout, stderr } = failure;
      const how =
        exitCode === undefined ? `it was ended by ${killer ?? "a signal"}` : `exit code ${exitCode}`;
      // A program that fails late may repeat what it had already found.
      const lines = createRedactor([stdout]).redact(stderr).trimEnd().split("\n");
      return err({ ...unreadable(how), log: lines.filter((line) => line.trim() !== "").slice(-shownLines) });
    }
    default:
      return unreachable(failure);
  }
}

const tooLarge = `it is larger than the ${maxBytes / 1024} KiB that BuildKit takes`;

function unreadable(message: string): Extract<SecretFailure, { kind: "unreadable" }> {
  return { kind: "unreadable", message, log: [] };
}

function withoutLineEnd(bytes: Buffer): Buffer {
  if (bytes.at(-1) !== 10) return bytes;
  return bytes.subarray(0, bytes.at(-2) === 13 ? -2 : -1);
}

async function readBytes(path: string): Promise<Result<Buffer, SecretFailure>> {
  try {
    return ok(await readFile(path));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR") return err({ kind: "absent" });
    return err(unreadable(error instanceof Error ? error.message : String(error)));
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
