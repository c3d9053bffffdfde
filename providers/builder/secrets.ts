// Secrets at the moment of a solve: each must be there, and its value is read once to be blanked in every text.

import { readFileSync } from "node:fs";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { SecretSource, SolveFailure } from "../../engine/ports/builder.ts";

export interface ReadSecrets {
  /** The variables that buildctl reads values from. */
  readonly env: Readonly<Record<string, string>>;
  readonly secretValues: readonly string[];
  /** Each as it is, in the order asked. */
  readonly bytes: readonly Uint8Array[];
}

/** Looks every secret up; the first that is not there is the failure. BuildKit itself takes an unset variable for "". */
export function readSecrets(
  secrets: readonly SecretSource[],
  env: (name: string) => string | undefined,
): Result<ReadSecrets, SolveFailure> {
  const variables: Record<string, string> = {};
  const secretValues: string[] = [];
  const bytes: Uint8Array[] = [];
  for (const secret of secrets) {
    const found = secret.from === "env" ? bytesOf(env(secret.variable)) : readBytes(secret.path);
    if (found === undefined) return err({ kind: "secret-missing", id: secret.id });
    const value = found.toString();
    bytes.push(found);
    secretValues.push(value);
    if (secret.from === "env") variables[secret.variable] = value;
  }
  return ok({ env: variables, secretValues, bytes });
}

function bytesOf(text: string | undefined): Buffer | undefined {
  return text === undefined ? undefined : Buffer.from(text);
}

function readBytes(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
