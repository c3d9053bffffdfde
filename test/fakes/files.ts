// Files in memory: a tree of folders, files and links, with times that tick by one with every change.

import path from "node:path/posix";
import type { DirEntry, EntryKind, FileFailure, FileInfo, SharedFiles } from "../../engine/core/host.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";

/** What stands at a path: text or bytes of a file, or more about it. */
export type Seed =
  | string
  | Uint8Array
  | { readonly content: string | Uint8Array; readonly mode: number }
  | { readonly link: string }
  | { readonly folder: true; readonly mode?: number };

interface Entry {
  readonly kind: EntryKind;
  readonly inode: number;
  mode: number;
  mtimeMs: number;
  ctimeMs: number;
  bytes: Uint8Array;
  link: string;
  readonly children: Map<string, Entry>;
}

type Found = Result<Entry, FileFailure["kind"]>;

export class FakeFiles implements SharedFiles {
  #now = 1_700_000_000_000;
  #inodes = 1;
  readonly #root = this.#make("directory", 0o755);
  readonly #denied = new Set<string>();
  readonly #inTurn = new Set<string>();

  /** Absolute paths to what stands there; missing folders are made. */
  constructor(seeds: Readonly<Record<string, Seed>> = {}) {
    for (const [file, seed] of Object.entries(seeds)) this.put(file, seed);
  }

  /** Puts something at a path, in place of what was there. */
  put(file: string, seed: Seed): void {
    const folder = this.#makeFolder(path.dirname(file));
    const known = folder.children.get(path.basename(file));
    // A folder that is there already keeps what it holds.
    if (typeof seed === "object" && "folder" in seed && known?.kind === "directory")
      known.mode = seed.mode ?? 0o755;
    else folder.children.set(path.basename(file), this.#grow(seed));
    folder.mtimeMs = folder.ctimeMs = this.#now;
  }

  remove(file: string): Result<void, FileFailure> {
    const old = this.#find(file, false);
    if (old.ok && old.value.kind === "directory") return fail("not-a-file", file);
    const folder = this.#find(path.dirname(file), true);
    if (folder.ok && folder.value.children.delete(path.basename(file)))
      folder.value.mtimeMs = folder.value.ctimeMs = this.#tick();
    return ok(undefined);
  }

  /** Gives a file or folder a new time, as `touch` does. */
  touch(file: string): void {
    const found = this.#find(file, false);
    if (found.ok) found.value.mtimeMs = found.value.ctimeMs = this.#tick();
  }

  /** Reading, listing and writing of this path are refused from now on, and so is every look at what lies below it. */
  deny(file: string): void {
    this.#denied.add(path.normalize(file));
  }

  read(file: string): Result<Uint8Array, FileFailure> {
    if (this.#denied.has(path.normalize(file)) || this.#isBelowDenied(file)) return fail("denied", file);
    const found = this.#find(file, true);
    if (!found.ok) return fail(found.error, file);
    return found.value.kind === "file" ? ok(found.value.bytes.slice()) : fail("not-a-file", file);
  }

  readText(file: string): Result<string, FileFailure> {
    const bytes = this.read(file);
    return bytes.ok ? ok(new TextDecoder().decode(bytes.value)) : bytes;
  }

  info(file: string): Result<FileInfo, FileFailure> {
    if (this.#isBelowDenied(file)) return fail("denied", file);
    const found = this.#find(file, false);
    if (!found.ok) return fail(found.error, file);
    return ok(describe(found.value));
  }

  targetInfo(file: string): Result<FileInfo, FileFailure> {
    if (this.#isBelowDenied(file)) return fail("denied", file);
    const found = this.#find(file, true);
    return found.ok ? ok(describe(found.value)) : fail(found.error, file);
  }

  list(directory: string): Result<readonly DirEntry[], FileFailure> {
    if (this.#denied.has(path.normalize(directory))) return fail("denied", directory);
    const found = this.#find(directory, true);
    if (!found.ok) return fail(found.error, directory);
    if (found.value.kind !== "directory") return fail("not-a-directory", directory);
    return ok(
      Array.from(found.value.children, ([name, { kind }]) => ({ name, kind })).sort((a, b) =>
        a.name < b.name ? -1 : 1,
      ),
    );
  }

  readLink(file: string): Result<string, FileFailure> {
    const found = this.#find(file, false);
    if (!found.ok) return fail(found.error, file);
    return found.value.kind === "symlink" ? ok(found.value.link) : fail("not-a-file", file);
  }

  realPath(file: string): Result<string, FileFailure> {
    const trail: string[] = [];
    const found = this.#walk(file, true, trail);
    return found.ok ? ok(`/${trail.join("/")}`) : fail(found.error, file);
  }

  #isBelowDenied(file: string): boolean {
    return Array.from(this.#denied).some((folder) => path.normalize(file).startsWith(`${folder}/`));
  }

  writeAtomically(file: string, content: string | Uint8Array): Result<void, FileFailure> {
    if (this.#denied.has(path.normalize(file))) return fail("denied", file);
    for (let folder = path.dirname(file); folder !== "/"; folder = path.dirname(folder)) {
      const found = this.#find(folder, true);
      if (found.ok && found.value.kind !== "directory") return fail("not-a-directory", file);
    }
    const old = this.#find(file, false);
    if (old.ok && old.value.kind === "directory") return fail("not-a-file", file);
    const mode = old.ok && old.value.kind === "file" ? old.value.mode : 0o644;
    this.put(file, { content, mode });
    return ok(undefined);
  }

  append(file: string, text: string): Result<void, FileFailure> {
    const old = this.read(file);
    if (!old.ok && old.error.kind !== "missing") return old;
    const before = old.ok ? new TextDecoder().decode(old.value) : "";
    return this.writeAtomically(file, before + text);
  }

  exclusively<T>(file: string, work: () => T): Result<T, FileFailure> {
    if (this.#inTurn.has(file)) throw new Error(`work within work on ${file}`);
    if (!this.#find(file, true).ok) {
      const made = this.writeAtomically(file, "");
      if (!made.ok) return made;
    }
    this.#inTurn.add(file);
    try {
      return ok(work());
    } finally {
      this.#inTurn.delete(file);
    }
  }

  #tick(): number {
    this.#now += 1;
    return this.#now;
  }

  #make(kind: EntryKind, mode: number): Entry {
    const now = this.#tick();
    return {
      kind,
      mode,
      inode: this.#inodes++,
      mtimeMs: now,
      ctimeMs: now,
      bytes: new Uint8Array(),
      link: "",
      children: new Map(),
    };
  }

  #grow(seed: Seed): Entry {
    if (typeof seed === "string" || seed instanceof Uint8Array)
      return this.#grow({ content: seed, mode: 0o644 });
    if ("folder" in seed) return this.#make("directory", seed.mode ?? 0o755);
    if ("link" in seed) {
      const link = this.#make("symlink", 0o777);
      link.link = seed.link;
      link.bytes = new TextEncoder().encode(seed.link);
      return link;
    }
    const file = this.#make("file", seed.mode);
    file.bytes =
      typeof seed.content === "string" ? new TextEncoder().encode(seed.content) : seed.content.slice();
    return file;
  }

  #makeFolder(directory: string): Entry {
    let folder = this.#root;
    for (const name of directory.split("/").filter((part) => part !== "")) {
      const next = folder.children.get(name) ?? this.#make("directory", 0o755);
      folder.children.set(name, next);
      folder = next;
    }
    return folder;
  }

  #find(file: string, follow: boolean): Found {
    return this.#walk(file, follow, []);
  }

  /** Leaves the names of the real path in `trail`. */
  #walk(file: string, follow: boolean, trail: string[]): Found {
    let entry = this.#root;
    const pending = file.split("/").filter((part) => part !== "");
    const stack = [entry];
    for (let links = 0; pending.length > 0; ) {
      const name = pending.shift() ?? "";
      if (name === ".") continue;
      if (name === "..") {
        trail.pop();
        if (stack.length > 1) stack.pop();
        entry = stack.at(-1) ?? this.#root;
        continue;
      }
      const next = entry.children.get(name);
      if (next === undefined) return err("missing");
      if (next.kind === "symlink" && (follow || pending.length > 0)) {
        if (++links > 40) return err("io");
        if (next.link.startsWith("/")) {
          trail.length = 0;
          stack.length = 1;
          entry = this.#root;
        }
        pending.unshift(...next.link.split("/").filter((part) => part !== ""));
        continue;
      }
      entry = next;
      stack.push(entry);
      trail.push(name);
    }
    return ok(entry);
  }
}

function fail(kind: FileFailure["kind"], file: string): { readonly ok: false; readonly error: FileFailure } {
  return err({ kind, path: file, message: `${kind}: ${file}` });
}

function describe({ kind, mode, bytes, mtimeMs, ctimeMs, inode }: Entry): FileInfo {
  return { kind, mode, size: bytes.length, mtimeMs, ctimeMs, inode };
}
