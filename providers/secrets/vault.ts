// The secrets of a run: each is read once, at the first need, kept in memory until the run forgets it, and blanked in every text.

import { err, ok, type Result } from "../../engine/core/result.ts";
import type { SecretSource } from "../../engine/core/secret-source.ts";
import type { SecretFailure, SecretValues } from "../../engine/ports/secrets.ts";
import { createRedactor, type Redactor } from "./redact.ts";

type ReadResult = Result<Buffer, SecretFailure>;

export class SecretVault implements SecretValues {
  readonly #env: (name: string) => string | undefined;
  /** By source. */
  readonly #reading = new Map<string, Promise<ReadResult>>();
  #values: readonly Buffer[] = [];
  #redactor = createRedactor([]);

  constructor(env: (name: string) => string | undefined) {
    this.#env = env;
  }

  async check(source: SecretSource, signal: AbortSignal): Promise<Result<void, SecretFailure>> {
    const read = await this.read(source, signal);
    return read.ok ? ok(undefined) : read;
  }

  /** The value, which is the vault's own: whoever changes it changes it for all. Never rejects. */
  async read(source: SecretSource, signal: AbortSignal): Promise<ReadResult> {
    // Several ids may have one place.
    const place = JSON.stringify({ ...source, id: "", isShared: false });
    for (;;) {
      if (signal.aborted) return err({ kind: "canceled" });
      const reading = this.#reading.get(place) ?? this.#start(source, signal);
      this.#reading.set(place, reading);
      const result = await reading;
      if (result.ok || result.error.kind !== "canceled") return result;
      // Whoever began was canceled: that is nobody else's end.
      if (this.#reading.get(place) === reading) this.#reading.delete(place);
    }
  }

  async #start(source: SecretSource, signal: AbortSignal): Promise<ReadResult> {
    // Most builds have no secrets.
    const { readSource } = await import("./read-source.ts");
    const result = await readSource(source, this.#env, signal);
    if (!result.ok) return result;
    this.#values = [...this.#values, result.value];
    this.#redactor = createRedactor(this.#values);
    return result;
  }

  /** What was read so far. */
  get values(): readonly Uint8Array[] {
    return this.#values;
  }

  /** Of what was read so far. */
  get redactor(): Redactor {
    return this.#redactor;
  }

  /** Overwrites what was read. What is needed after that is read anew. */
  forget(): void {
    this.#reading.clear();
    for (const value of this.#values) value.fill(0);
    this.#values = [];
    this.#redactor = createRedactor([]);
  }
}
