// Port: what reads the values of secrets. The engine learns whether they can be read, and nothing else.
//
// Laws, held by test/providers/secrets/vault.test.ts:
// 1. A value is read once, at the first need, whoever asks how often; after `forget` it would be read anew.
// 2. No failure holds anything of a value.

import type { Result } from "../core/result.ts";
import type { SecretSource } from "../core/secret-source.ts";

export type SecretFailure =
  /** There is no such variable or file. */
  | { readonly kind: "absent" }
  /** The program that would give it is not installed. */
  | { readonly kind: "program-missing"; readonly program: string }
  /** `message` is a phrase; `log` is what the program wrote to stderr. */
  | { readonly kind: "unreadable"; readonly message: string; readonly log: readonly string[] }
  | { readonly kind: "canceled" };

export interface SecretValues {
  /** Reads the value and keeps it for whoever hands it to a build. Never rejects. */
  check(source: SecretSource, signal: AbortSignal): Promise<Result<void, SecretFailure>>;
}
