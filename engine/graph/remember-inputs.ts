// A layer's own inputs, kept and taken again while all files that the reading looked at are the same.

import type { Layer } from "../catalog/layer.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import { ok, type Result } from "../core/result.ts";
import type { Kept, Memory } from "../memory/memory.ts";
import { type OwnInputs, readOwnInputs } from "./fingerprint.ts";

/** As `readOwnInputs`; nothing is read where the memory has it. */
export function rememberOwnInputs(layer: Layer, memory: Memory): Result<OwnInputs, readonly Diagnostic[]> {
  const key = `inputs ${layer.directory}`;
  const kept = memory.recall(key, layer.revision);
  const digest = kept?.part(0);
  if (kept !== undefined && isDigest(digest)) return ok(new RememberedInputs(layer, digest, kept));
  const notes = memory.takeNotes();
  const read = readOwnInputs(layer, notes.files);
  if (read.ok) {
    const { digest, declaration, files } = read.value;
    memory.keep(key, layer.revision, notes, [digest, { declaration, files: Array.from(files) }], "small");
  } else memory.drop(key);
  return read;
}

type Details = Pick<OwnInputs, "declaration" | "files">;

/** Digest at hand; what it was made of is told where something is compared. */
class RememberedInputs implements OwnInputs {
  readonly layer: OwnInputs["layer"];
  readonly digest: OwnInputs["digest"];
  readonly #kept: Kept;
  #details: Details | undefined;

  constructor(layer: Layer, digest: OwnInputs["digest"], kept: Kept) {
    this.layer = layer.name;
    this.digest = digest;
    this.#kept = kept;
  }

  get declaration(): OwnInputs["declaration"] {
    return this.#tell().declaration;
  }

  get files(): OwnInputs["files"] {
    return this.#tell().files;
  }

  #tell(): Details {
    if (this.#details === undefined) {
      const kept = this.#kept.part(1);
      if (!isWritten(kept)) throw new Error(`the inputs of ${this.layer} were kept in another form`);
      this.#details = { declaration: kept.declaration, files: new Map(kept.files) };
    }
    return this.#details;
  }
}

function isDigest(json: unknown): json is OwnInputs["digest"] {
  return typeof json === "string";
}

/** A memory gives back only what this very program wrote: that it is there is enough to know its form. */
function isWritten(
  json: unknown,
): json is Pick<OwnInputs, "declaration"> & { readonly files: readonly (readonly [string, string])[] } {
  return typeof json === "object" && json !== null && "declaration" in json && "files" in json;
}
