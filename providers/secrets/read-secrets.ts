// The secrets of a solve, read and made ready for a buildctl: it reads them from its environment, which no disk holds and no other
// user sees, and from a file only what no variable can hold.

import { isUtf8 } from "node:buffer";
import { rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { SecretSource } from "../../engine/core/secret-source.ts";
import type { SolveFailure } from "../../engine/ports/builder.ts";
import { makePrivateFolder } from "../host/private-folder.ts";
import type { SecretVault } from "./vault.ts";

/** Linux takes no longer string into an environment; its name, "=" and a NUL count. */
export const maxVariableBytes = 128 * 1024;

export interface ReadSecret {
  readonly source: SecretSource;
  readonly value: Uint8Array;
}

/** Where a buildctl reads a secret. */
export type HandedSecret =
  | { readonly id: string; readonly from: "env"; readonly variable: string }
  | { readonly id: string; readonly from: "file"; readonly path: string };

export interface HandedSecrets {
  readonly secrets: readonly HandedSecret[];
  /** For buildctl's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Removes what was written; to be called when buildctl is gone. */
  readonly dispose: () => void;
}

/** The variable that a solve's secret stands in, by its place among them. */
export function secretVariable(index: number): string {
  return `LAMINA_SECRET_${index}`;
}

/** Reads every one; the first that cannot be read is the failure. */
export async function readSecrets(
  vault: SecretVault,
  sources: readonly SecretSource[],
  signal: AbortSignal,
): Promise<Result<readonly ReadSecret[], SolveFailure>> {
  const read: ReadSecret[] = [];
  for (const source of sources) {
    const value = await vault.read(source, signal);
    if (!value.ok)
      return err(
        value.error.kind === "canceled" ? { kind: "canceled" } : { kind: "secret-missing", id: source.id },
      );
    read.push({ source, value: value.value });
  }
  return ok(read);
}

/** For a buildctl on this machine. */
export function handOverSecrets(read: readonly ReadSecret[]): HandedSecrets {
  const env: Record<string, string> = {};
  let folder: string | undefined;
  const secrets = read.map(({ source, value }, index): HandedSecret => {
    const { id } = source;
    const variable = secretVariable(index);
    const isFit =
      isUtf8(value) && !value.includes(0) && variable.length + value.length + 2 <= maxVariableBytes;
    if (isFit) {
      env[variable] = Buffer.from(value).toString();
      return { id, from: "env", variable };
    }
    if (source.from === "file") return { id, from: "file", path: source.path };
    folder ??= makePrivateFolder(memoryFolder());
    const path = join(folder, String(index));
    writeFileSync(path, value, { mode: 0o600, flag: "wx" });
    return { id, from: "file", path };
  });
  const dispose = (): void => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  };
  return { secrets, env, dispose };
}

/** One that no disk backs, where there is one. */
function memoryFolder(): string {
  const shared = "/dev/shm";
  return statSync(shared, { throwIfNoEntry: false })?.isDirectory() === true ? shared : tmpdir();
}
