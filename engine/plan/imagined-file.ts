// The files of the world, and one more that is not there: empty, with folders on the way that are not there either. What would be
// true of a path if something came to be there is judged on these.

import path from "node:path/posix";
import type { DirEntry, FileFailure, FileInfo, Files } from "../core/host.ts";
import { err, ok, type Result } from "../core/result.ts";

/** undefined where nothing can come to be at `file` (absolute): it is there, or what it would lie in is no folder. */
export function imagineFile(files: Files, file: string): Files | undefined {
  const missing = new Map<string, DirEntry["kind"]>();
  for (let place = file; ; place = path.dirname(place)) {
    const info = files.info(place);
    if (!info.ok && info.error.kind === "missing") {
      missing.set(place, place === file ? "file" : "directory");
      continue;
    }
    const target = files.targetInfo(place);
    const isFolder = target.ok && target.value.kind === "directory";
    return place !== file && isFolder ? new ImaginedFiles(files, missing) : undefined;
  }
}

class ImaginedFiles implements Files {
  readonly #files: Files;
  readonly #imagined: ReadonlyMap<string, DirEntry["kind"]>;

  constructor(files: Files, imagined: ReadonlyMap<string, DirEntry["kind"]>) {
    this.#files = files;
    this.#imagined = imagined;
  }

  read(file: string): Result<Uint8Array, FileFailure> {
    return this.#imagined.get(file) === "file" ? ok(new Uint8Array()) : this.#files.read(file);
  }

  readText(file: string): Result<string, FileFailure> {
    return this.#imagined.get(file) === "file" ? ok("") : this.#files.readText(file);
  }

  info(file: string): Result<FileInfo, FileFailure> {
    const kind = this.#imagined.get(file);
    return kind === undefined ? this.#files.info(file) : ok(describe(kind));
  }

  targetInfo(file: string): Result<FileInfo, FileFailure> {
    const kind = this.#imagined.get(file);
    return kind === undefined ? this.#files.targetInfo(file) : ok(describe(kind));
  }

  list(directory: string): Result<readonly DirEntry[], FileFailure> {
    const listed = this.#imagined.has(directory) ? ok([]) : this.#files.list(directory);
    if (!listed.ok) return listed;
    const added = Array.from(this.#imagined)
      .filter(([place]) => path.dirname(place) === directory)
      .map(([place, kind]) => ({ name: path.basename(place), kind }));
    return ok([...listed.value, ...added].sort((a, b) => (a.name < b.name ? -1 : 1)));
  }

  readLink(file: string): Result<string, FileFailure> {
    return this.#files.readLink(file);
  }

  realPath(file: string): Result<string, FileFailure> {
    return this.#imagined.has(file) ? ok(file) : this.#files.realPath(file);
  }

  /** What is only imagined is not written to. */
  writeAtomically(file: string): Result<void, FileFailure> {
    return err({ kind: "denied", path: file, message: "imagined files are not written" });
  }
}

function describe(kind: DirEntry["kind"]): FileInfo {
  const mode = kind === "directory" ? 0o755 : 0o644;
  return { kind, mode, size: 0, mtimeMs: 0, ctimeMs: 0, inode: 0 };
}
