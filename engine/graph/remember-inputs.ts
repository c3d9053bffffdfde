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
  const digest = kept?.brief;
  if (kept !== undefined && isDigest(digest)) return ok(rememberedInputs(layer.name, digest, kept));
  const notes = memory.takeNotes();
  const read = readOwnInputs(layer, notes.files);
  if (read.ok) {
    const { digest, declaration, files } = read.value;
    memory.keep(
      key,
      layer.revision,
      notes,
      { brief: digest, details: [{ declaration, files: Array.from(files) }] },
      "small",
    );
  } else memory.drop(key);
  return read;
}

/** Digest at hand; what it was made of is told where something is compared. */
function rememberedInputs(layer: OwnInputs["layer"], digest: OwnInputs["digest"], kept: Kept): OwnInputs {
  let details: Pick<OwnInputs, "declaration" | "files"> | undefined;
  const tell = () => {
    if (details === undefined) {
      const written = kept.detail(0);
      if (!isWritten(written)) throw new Error(`the inputs of ${layer} were kept in another form`);
      details = { declaration: written.declaration, files: new Map(written.files) };
    }
    return details;
  };
  return {
    layer,
    digest,
    get declaration() {
      return tell().declaration;
    },
    get files() {
      return tell().files;
    },
  };
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
