// Sources of secrets as they are written down, made absolute.

import { posix } from "node:path";
import type { LocalSecretSource } from "../../schemas/secret-source.ts";
import type { SecretPlace, SecretSource } from "../core/secret-source.ts";

/** By id. Relative paths count from `root` (absolute), in which commands run. */
export function resolveSecrets(
  root: string,
  written: Readonly<Record<string, LocalSecretSource>>,
  { isShared }: { readonly isShared: boolean },
): ReadonlyMap<string, SecretSource> {
  return new Map(
    Object.entries(written).map(([id, source]) => [
      id,
      { id, ...placeOf(root, source), ...(isShared ? { isShared } : {}) },
    ]),
  );
}

function placeOf(root: string, source: LocalSecretSource): SecretPlace {
  if ("env" in source) return { from: "env", variable: source.env };
  if ("file" in source) return { from: "file", path: posix.resolve(root, source.file) };
  if ("command" in source) {
    const { command: argv, timeout_seconds: seconds, keep_newline: keepsLineEnd } = source;
    return { from: "command", argv, directory: root, timeoutMs: seconds * 1000, keepsLineEnd };
  }
  const { sops, key, format } = source;
  return { from: "sops", path: posix.resolve(root, sops), key: parseSopsKey(key), format };
}

/** "ci.keys.0" is the first of the list "keys" in "ci". */
export function parseSopsKey(key: string | undefined): readonly (string | number)[] | undefined {
  return key?.split(".").map((part) => (/^\d{1,9}$/.test(part) ? Number(part) : part));
}
