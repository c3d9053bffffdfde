// Secrets at the moment of a solve: each must be there, and its value is read once to be blanked in every text.

import { readFileSync } from "node:fs";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { SecretSource, SolveFailure } from "../../engine/ports/builder.ts";

export interface ReadSecrets {
  /** The variables that buildctl reads values from. */
  readonly env: Readonly<Record<string, string>>;
  readonly secretValues: readonly string[];
}

/** Looks every secret up; the first that is not there is the failure. BuildKit itself takes an unset variable for "". */
export function readSecrets(
  secrets: readonly SecretSource[],
  env: (name: string) => string | undefined,
): Result<ReadSecrets, SolveFailure> {
  const variables: Record<string, string> = {};
  const secretValues: string[] = [];
  for (const secret of secrets) {
    const value = secret.from === "env" ? env(secret.variable) : readText(secret.path);
    if (value === undefined) return err({ kind: "secret-missing", id: secret.id });
    secretValues.push(value);
    if (secret.from === "env") variables[secret.variable] = value;
  }
  return ok({ env: variables, secretValues });
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
