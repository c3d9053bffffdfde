// The embedded Nickel over texts in memory, with the contracts of schemas/ where catalogs find them: under lamina/.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { DirEntry, FileFailure, FileInfo, Files } from "../../engine/core/host.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";
import { createEvaluator, type NickelEvaluator } from "../../engine/nickel/evaluate.ts";

const schemas = join(import.meta.dirname, "../../schemas");

/** Evaluates programs by their absolute path in `programs`; they import "lamina/…" and one another. */
export function openTwinEvaluator(programs: ReadonlyMap<string, string>): NickelEvaluator {
  const texts = new Map(programs);
  for (const name of readdirSync(schemas).filter((each) => each.endsWith(".ncl")))
    texts.set(`/library/lamina/${name}`, readFileSync(join(schemas, name), "utf8"));
  return createEvaluator({ files: new TextFiles(texts), importPaths: ["/library"] });
}

/** Files that are there from the start and never change. */
class TextFiles implements Files {
  readonly #texts: ReadonlyMap<string, string>;

  constructor(texts: ReadonlyMap<string, string>) {
    this.#texts = texts;
  }

  read(path: string): Result<Uint8Array, FileFailure> {
    const text = this.readText(path);
    return text.ok ? ok(new TextEncoder().encode(text.value)) : text;
  }

  readText(path: string): Result<string, FileFailure> {
    const text = this.#texts.get(path);
    return text === undefined ? err(missing(path)) : ok(text);
  }

  info(path: string): Result<FileInfo, FileFailure> {
    const text = this.#texts.get(path);
    if (text === undefined) return err(missing(path));
    return ok({ kind: "file", mode: 0o644, size: Buffer.byteLength(text), mtimeMs: 0, ctimeMs: 0, inode: 0 });
  }

  targetInfo(path: string): Result<FileInfo, FileFailure> {
    return this.info(path);
  }

  list(directory: string): Result<readonly DirEntry[], FileFailure> {
    return err(missing(directory));
  }

  readLink(path: string): Result<string, FileFailure> {
    return err(missing(path));
  }

  realPath(path: string): Result<string, FileFailure> {
    return this.#texts.has(path) ? ok(path) : err(missing(path));
  }

  writeAtomically(path: string): Result<void, FileFailure> {
    return err({ kind: "denied", path, message: "these files cannot be written" });
  }
}

function missing(path: string): FileFailure {
  return { kind: "missing", path, message: "no such file or directory" };
}
