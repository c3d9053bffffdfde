// A commit's tree, and the working tree as git sees it, as Files: objects are noted when they are asked for, and fetched
// all at once between two tries. The working tree is the commit's with changed paths taken from disk, so that what git
// calls unchanged is unchanged, whatever line ends or filters do to it on its way.

import path from "node:path/posix";
import type { DirEntry, FileFailure, FileInfo, Files } from "../../engine/core/host.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { PathChange, Trees } from "../../engine/ports/version-control.ts";
import type { GitObjects } from "./objects.ts";
import type { RepositoryPaths } from "./repository-paths.ts";
import { readTreeObject, type TreeEntry } from "./tree-object.ts";

export interface TreesOptions {
  readonly objects: GitObjects;
  /** The working tree, and what lies outside the repository. */
  readonly disk: Files;
  /** The commit's id. */
  readonly commit: string;
  readonly repository: RepositoryPaths;
  readonly changes: readonly PathChange[];
}

export function openTrees(options: TreesOptions): Trees {
  const fetched = new Map<string, Uint8Array>();
  const wanted = new Set<string>();
  const content = (id: string): Uint8Array | undefined => {
    const found = fetched.get(id);
    if (found === undefined) wanted.add(id);
    return found;
  };
  const before = new CommitTree(options.commit, content);
  return {
    before: new TreeFiles(options, before, content),
    now: new TreeFiles(options, new ChangedTree(before, options), content),
    async fetch() {
      if (wanted.size === 0) return ok(false);
      const read = await options.objects.read([...wanted]);
      if (!read.ok) return read;
      for (const [id, bytes] of read.value) fetched.set(id, bytes);
      wanted.clear();
      return ok(true);
    },
    close: () => options.objects.close(),
  };
}

/** What stands at a path; "disk" where the disk says it, also of all below. */
type Entry = StoredEntry | "disk";
type StoredEntry = Pick<TreeEntry, "isExecutable" | "id"> & {
  readonly kind: Exclude<TreeEntry["kind"], "repository">;
};
/** "pending": not fetched yet. */
type Sought<T> = T | undefined | "pending";

interface Tree {
  /** Of a path without links in it. */
  entry(file: string): Sought<Entry>;
  names(folder: string): Sought<readonly string[]>;
}

class CommitTree implements Tree {
  readonly #root: string;
  readonly #idBytes: number;
  readonly #content: (id: string) => Uint8Array | undefined;
  readonly #trees = new Map<string, ReadonlyMap<string, TreeEntry>>();

  constructor(commit: string, content: (id: string) => Uint8Array | undefined) {
    this.#root = `${commit}^{tree}`;
    this.#idBytes = commit.length / 2;
    this.#content = content;
  }

  entry(file: string): Sought<Entry> {
    let entry: StoredEntry = { kind: "directory", isExecutable: false, id: this.#root };
    for (const name of file.split("/").filter((part) => part !== "")) {
      if (entry.kind !== "directory") return undefined;
      const children = this.#children(entry.id);
      if (children === "pending") return "pending";
      const next = children.get(name);
      if (next === undefined) return undefined;
      const { kind, isExecutable, id } = next;
      // What a repository within holds, this one does not know.
      if (kind === "repository") return "disk";
      entry = { kind, isExecutable, id };
    }
    return entry;
  }

  names(folder: string): Sought<readonly string[]> {
    const entry = this.entry(folder);
    if (entry === undefined || entry === "pending") return entry;
    if (entry === "disk" || entry.kind !== "directory") return undefined;
    const children = this.#children(entry.id);
    return children === "pending" ? children : [...children.keys()];
  }

  #children(id: string): ReadonlyMap<string, TreeEntry> | "pending" {
    const known = this.#trees.get(id);
    if (known !== undefined) return known;
    const content = this.#content(id);
    if (content === undefined) return "pending";
    const read = readTreeObject(content, this.#idBytes);
    this.#trees.set(id, read);
    return read;
  }
}

/** A commit's tree with changes from disk laid over it. */
class ChangedTree implements Tree {
  readonly #before: CommitTree;
  readonly #changes = new Map<string, PathChange["change"]>();
  /** Folders above what was added or modified, with the names that lead there. */
  readonly #leadingTo = new Map<string, Set<string>>();
  /** Folders above what was removed. */
  readonly #thinned = new Set<string>();

  constructor(before: CommitTree, { changes, repository }: TreesOptions) {
    this.#before = before;
    for (const { path: changed, change } of changes) {
      const file = repository.toRepository(changed) ?? "";
      this.#changes.set(file, change);
      for (let child = file; child !== ""; child = parentOf(child)) {
        const folder = parentOf(child);
        if (change === "removed") this.#thinned.add(folder);
        else
          this.#leadingTo.set(folder, (this.#leadingTo.get(folder) ?? new Set()).add(path.basename(child)));
      }
    }
  }

  entry(file: string): Sought<Entry> {
    if (this.#leadingTo.has(file)) return { kind: "directory", isExecutable: false, id: "" };
    for (let above = file; above !== ""; above = parentOf(above)) {
      const change = this.#changes.get(above);
      if (change === "removed") return undefined;
      // Below a changed path there is something only where that is a repository of its own.
      if (change !== undefined) return "disk";
    }
    const entry = this.#before.entry(file);
    if (entry === undefined || entry === "pending" || entry === "disk" || entry.kind !== "directory")
      return entry;
    const holds = this.#holdsAnything(file);
    return holds === true ? entry : holds === false ? undefined : holds;
  }

  names(folder: string): Sought<readonly string[]> {
    const entry = this.entry(folder);
    if (entry === undefined || entry === "pending") return entry;
    if (entry === "disk" || entry.kind !== "directory") return undefined;
    const before = this.#before.names(folder);
    if (before === "pending") return before;
    const names = new Set(this.#leadingTo.get(folder));
    for (const name of before ?? []) {
      const child = this.entry(path.join(folder, name));
      if (child === "pending") return child;
      if (child !== undefined) names.add(name);
    }
    return [...names];
  }

  #holdsAnything(folder: string): boolean | "pending" {
    if (!this.#thinned.has(folder)) return true;
    const names = this.#before.names(folder);
    if (names === "pending") return names;
    const children = (names ?? []).map((name) => this.entry(path.join(folder, name)));
    if (children.some((child) => child !== undefined && child !== "pending")) return true;
    return children.includes("pending") ? "pending" : false;
  }
}

function parentOf(file: string): string {
  const slash = file.lastIndexOf("/");
  return slash === -1 ? "" : file.slice(0, slash);
}

/** Where a path leads: into the tree, or to a path on disk that the disk answers for. */
type Place =
  | { readonly kind: "tree"; readonly file: string; readonly entry: Exclude<Entry, "disk"> }
  | { readonly kind: "disk"; readonly file: string; readonly isTracked: boolean };

const maxLinks = 40;

class TreeFiles implements Files {
  readonly #options: TreesOptions;
  readonly #tree: Tree;
  readonly #content: (id: string) => Uint8Array | undefined;
  readonly #inodes = new Map<string, number>();

  constructor(options: TreesOptions, tree: Tree, content: (id: string) => Uint8Array | undefined) {
    this.#options = options;
    this.#tree = tree;
    this.#content = content;
  }

  read(file: string): Result<Uint8Array, FileFailure> {
    const place = this.#find(file, true);
    if (!place.ok) return place;
    if (place.value.kind === "disk") return this.#options.disk.read(place.value.file);
    const { entry } = place.value;
    if (entry.kind !== "file") return fail("not-a-file", file);
    const content = this.#content(entry.id);
    return content === undefined ? pending(file) : ok(content);
  }

  readText(file: string): Result<string, FileFailure> {
    const bytes = this.read(file);
    return bytes.ok ? ok(new TextDecoder().decode(bytes.value)) : bytes;
  }

  info(file: string): Result<FileInfo, FileFailure> {
    return this.#describe(file, false);
  }

  targetInfo(file: string): Result<FileInfo, FileFailure> {
    return this.#describe(file, true);
  }

  list(directory: string): Result<readonly DirEntry[], FileFailure> {
    const place = this.#find(directory, true);
    if (!place.ok) return place;
    if (place.value.kind === "disk") return this.#options.disk.list(place.value.file);
    const { file, entry } = place.value;
    if (entry.kind !== "directory") return fail("not-a-directory", directory);
    const names = this.#tree.names(file);
    if (names === "pending") return pending(directory);
    const entries: DirEntry[] = [];
    for (const name of (names ?? []).toSorted()) {
      const info = this.#kindOf(path.join(file, name));
      if (!info.ok) return info;
      entries.push({ name, kind: info.value });
    }
    return ok(entries);
  }

  readLink(file: string): Result<string, FileFailure> {
    const place = this.#find(file, false);
    if (!place.ok) return place;
    if (place.value.kind === "disk") return this.#options.disk.readLink(place.value.file);
    const { entry } = place.value;
    if (entry.kind !== "symlink") return fail("not-a-file", file);
    const target = this.#content(entry.id);
    return target === undefined ? pending(file) : ok(new TextDecoder().decode(target));
  }

  realPath(file: string): Result<string, FileFailure> {
    const place = this.#find(file, true);
    if (!place.ok) return place;
    return place.value.kind === "disk"
      ? this.#options.disk.realPath(place.value.file)
      : ok(this.#options.repository.toDisk(place.value.file));
  }

  writeAtomically(file: string): Result<void, FileFailure> {
    return fail("denied", file);
  }

  #describe(file: string, follow: boolean): Result<FileInfo, FileFailure> {
    const place = this.#find(file, follow);
    if (!place.ok) return place;
    if (place.value.kind === "disk") {
      const info = this.#options.disk.info(place.value.file);
      if (!info.ok || !place.value.isTracked) return info;
      // What git keeps of a mode is whether the owner may execute.
      return ok({ ...info.value, mode: modeOf(info.value.kind, (info.value.mode & 0o100) !== 0) });
    }
    const { entry, file: at } = place.value;
    const { kind } = entry;
    const content = kind === "directory" ? new Uint8Array() : this.#content(entry.id);
    if (content === undefined) return pending(file);
    const inode = this.#inodes.get(at) ?? this.#inodes.size + 1;
    this.#inodes.set(at, inode);
    const mode = modeOf(kind, entry.isExecutable);
    return ok({ kind, mode, size: content.length, mtimeMs: 0, ctimeMs: 0, inode });
  }

  /** Without following links, and without a look at what they hold. */
  #kindOf(file: string): Result<DirEntry["kind"], FileFailure> {
    const entry = this.#tree.entry(file);
    if (entry === "pending") return pending(file);
    if (entry === undefined) return fail("missing", file);
    if (entry !== "disk") return ok(entry.kind);
    const info = this.#options.disk.info(this.#options.repository.toDisk(file));
    return info.ok ? ok(info.value.kind) : info;
  }

  /** Goes along a path, through links; links in a repository lead where they would on disk. */
  #find(file: string, follow: boolean): Result<Place, FileFailure> {
    const inside = this.#options.repository.toRepository(path.normalize(file));
    if (inside === undefined) return ok({ kind: "disk", file, isTracked: false });
    const ahead = inside.split("/").filter((part) => part !== "");
    let at = "";
    for (let links = 0; ; ) {
      const entry = this.#tree.entry(at);
      if (entry === "pending") return pending(file);
      if (entry === undefined) return fail("missing", file);
      const isLast = ahead.length === 0;
      const onDisk =
        entry === "disk" ? this.#options.disk.info(this.#options.repository.toDisk(at)) : undefined;
      if (onDisk?.ok === false) return onDisk;
      const kind = entry === "disk" ? onDisk?.value.kind : entry.kind;
      if (kind === "symlink" && (!isLast || follow)) {
        links += 1;
        if (links > maxLinks) return fail("io", file);
        const target = this.readLink(this.#options.repository.toDisk(at));
        if (!target.ok) return target;
        const leadsTo = path.resolve(this.#options.repository.toDisk(parentOf(at)), target.value, ...ahead);
        const back = this.#options.repository.toRepository(leadsTo);
        if (back === undefined) return ok({ kind: "disk", file: leadsTo, isTracked: false });
        ahead.splice(0, ahead.length, ...back.split("/").filter((part) => part !== ""));
        at = "";
        continue;
      }
      if (entry === "disk" && (isLast || kind === "directory"))
        return ok({
          kind: "disk",
          file: path.join(this.#options.repository.toDisk(at), ...ahead),
          isTracked: isLast,
        });
      if (isLast && entry !== "disk") return ok({ kind: "tree", file: at, entry });
      if (kind !== "directory") return fail("missing", file);
      at = path.join(at, ahead.shift() ?? "");
    }
  }
}

/** As git checks out, where nobody's umask takes anything away from others. */
function modeOf(kind: FileInfo["kind"], isExecutable: boolean): number {
  if (kind === "symlink") return 0o777;
  return kind === "directory" || isExecutable ? 0o755 : 0o644;
}

function pending(file: string): Result<never, FileFailure> {
  return err({ kind: "io", path: file, message: "not fetched yet" });
}

function fail(kind: FileFailure["kind"], file: string): Result<never, FileFailure> {
  return err({ kind, path: file, message: `${kind.replaceAll("-", " ")}: ${file}` });
}
