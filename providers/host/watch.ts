// Files watched with chokidar: one watcher a folder, of that folder's entries alone. Which folders there are is this file's own
// matter, as each has to be known to be watched before it is listed: what is made in a new folder before anybody watches it would
// never be heard of, and a folder that another took the place of would be watched where it no longer is.
//
//   target ──real path──▶ folder ──watched, then listed──▶ the folders in it, and so on
//      └──▶ the nearest folder above that is there: the entry that leads to the target may come, go, or be another link

import type { Stats } from "node:fs";
import { lstat, readdir, realpath } from "node:fs/promises";
import { basename, dirname, join, sep } from "node:path";
import { FSWatcher } from "chokidar";
import type {
  FileWatch,
  FileWatchReader,
  OpenFileWatch,
  WatchTargets,
} from "../../engine/ports/file-watch.ts";

export interface FileWatchOptions {
  /** Look at the files every now and then, where the system tells nothing of their changes: network folders, some containers. */
  readonly polls: boolean;
}

/** For CHOKIDAR_USEPOLLING, which users of other tools know. */
export function wantsPolling(env: (name: string) => string | undefined): boolean {
  const value = env("CHOKIDAR_USEPOLLING")?.toLowerCase() ?? "";
  return !["", "0", "false"].includes(value);
}

export function createFileWatch(options: FileWatchOptions): OpenFileWatch {
  return (reader) => new FolderWatches(reader, options);
}

const leftOut: ReadonlySet<string> = new Set([".git", "node_modules"]);

/** What targets come down to. Absolute real paths. */
interface Ground {
  /** Watched with all below. */
  readonly trees: ReadonlySet<string>;
  /** Folders of which only these entries count. */
  readonly entries: ReadonlyMap<string, ReadonlySet<string>>;
}

class FolderWatches implements FileWatch {
  readonly #reader: FileWatchReader;
  readonly #options: FileWatchOptions;
  readonly #watchers = new Map<string, FSWatcher>();
  /** Paths of which it is to be found out what is there now. */
  readonly #dirty = new Set<string>();
  #targets: WatchTargets = { folders: [], files: [] };
  #ground: Ground = { trees: new Set(), entries: new Map() };
  /** One change of what is watched at a time. */
  #turn: Promise<void> = Promise.resolve();
  #isClosed = false;
  #isLimitTold = false;

  constructor(reader: FileWatchReader, options: FileWatchOptions) {
    this.#reader = reader;
    this.#options = options;
  }

  follow(targets: WatchTargets): Promise<void> {
    return this.#inTurn(async () => {
      this.#targets = targets;
      await this.#settle();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#turn;
    await Promise.all(Array.from(this.#watchers.keys(), (folder) => this.#leave(folder)));
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(() => (this.#isClosed ? undefined : work()));
    return this.#turn;
  }

  /** Finds out where the targets are by now, and watches there. */
  async #settle(): Promise<void> {
    this.#ground = await findGround(this.#targets);
    const { trees, entries } = this.#ground;
    const unneeded = Array.from(this.#watchers.keys()).filter(
      (folder) => !entries.has(folder) && !this.#isInTree(folder),
    );
    await Promise.all(unneeded.map((folder) => this.#leave(folder)));
    await Promise.all(Array.from(entries.keys(), (folder) => this.#watch(folder)));
    await Promise.all(Array.from(trees, (folder) => this.#cover(folder)));
  }

  /** Watches a folder and all below it, as far as they are not watched yet. */
  async #cover(folder: string): Promise<void> {
    if (this.#isClosed || !(await isFolder(folder))) return;
    await this.#watch(folder);
    const listed = await readdir(folder, { withFileTypes: true }).catch(() => []);
    const inner = listed.filter((entry) => entry.isDirectory() && !leftOut.has(entry.name));
    await Promise.all(inner.map(({ name }) => this.#cover(join(folder, name))));
  }

  /** Resolves when nothing that happens to the folder's entries is missed any more. */
  async #watch(folder: string): Promise<void> {
    if (this.#watchers.has(folder)) return;
    const { polls } = this.#options;
    const watcher = new FSWatcher({
      depth: 0,
      ignoreInitial: true,
      atomic: false,
      followSymlinks: false,
      usePolling: polls,
      // The system tells of a folder's files by the folder; only who polls has to look at each.
      ignored: (path: string, stats?: Stats) =>
        path !== folder && (polls ? stats?.isDirectory() === true : stats !== undefined),
    });
    this.#watchers.set(folder, watcher);
    const ready = new Promise<void>((resolve) => {
      watcher.once("ready", resolve).once("error", () => resolve());
    });
    watcher.on("raw", (event, name) => {
      const entry = typeof name === "string" && name !== "" ? basename(name) : undefined;
      this.#hear(folder, event !== "change" || polls, entry);
    });
    watcher.on("error", (error) => this.#tell(error));
    watcher.add(folder);
    await ready;
  }

  async #leave(folder: string): Promise<void> {
    const watcher = this.#watchers.get(folder);
    this.#watchers.delete(folder);
    await watcher?.close();
  }

  /** `comesOrGoes`: an entry may have been made, removed or moved. `name` is unknown on some systems. */
  #hear(folder: string, comesOrGoes: boolean, name: string | undefined): void {
    if (this.#isClosed) return;
    const path = name === undefined ? folder : join(folder, name);
    const isEntry = name === undefined || this.#ground.entries.get(folder)?.has(name) === true;
    const isInTree = this.#isInTree(path);
    // A folder that goes tells its own name.
    const isItself = name === basename(folder);
    if (isEntry || isInTree || isItself) this.#reader.changed(path);
    if (!comesOrGoes || !(isEntry || isInTree || isItself)) return;
    const isIdle = this.#dirty.size === 0;
    this.#dirty.add(path);
    if (isItself) this.#dirty.add(folder);
    if (isIdle) void this.#inTurn(() => this.#mend());
  }

  /** What stands at a dirty path may be another folder than the one that is watched. */
  async #mend(): Promise<void> {
    const paths = Array.from(this.#dirty);
    this.#dirty.clear();
    for (const path of paths) {
      // What is below a folder is watched only where the folder is.
      if (!this.#watchers.has(path)) continue;
      const below = Array.from(this.#watchers.keys()).filter((folder) => isWithin(folder, path));
      await Promise.all(below.map((folder) => this.#leave(folder)));
    }
    if (paths.some((path) => this.#isGround(path))) await this.#settle();
    else await Promise.all(paths.map((path) => this.#cover(path)));
    // What happened in it before it was watched has not been told.
    for (const path of paths) if (this.#watchers.has(path) && !this.#isClosed) this.#reader.changed(path);
  }

  /** Whether where the targets are may depend on what is at the path. */
  #isGround(path: string): boolean {
    const { trees, entries } = this.#ground;
    return trees.has(path) || entries.has(path) || entries.get(dirname(path))?.has(basename(path)) === true;
  }

  #isInTree(path: string): boolean {
    for (const tree of this.#ground.trees)
      if (isWithin(path, tree))
        return !path
          .slice(tree.length)
          .split(sep)
          .some((part) => leftOut.has(part));
    return false;
  }

  #tell(error: unknown): void {
    if (this.#isClosed) return;
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    const isLimit = code === "ENOSPC" || code === "EMFILE";
    if (isLimit && this.#isLimitTold) return;
    this.#isLimitTold ||= isLimit;
    const message = error instanceof Error ? error.message : String(error);
    this.#reader.troubled({ kind: isLimit ? "limit" : "other", message });
  }
}

async function findGround({ folders, files }: WatchTargets): Promise<Ground> {
  const trees = new Set<string>();
  const entries = new Map<string, Set<string>>();
  const addEntry = async (path: string): Promise<void> => {
    let name = basename(path);
    for (let above = dirname(path); ; above = dirname(above)) {
      const real = await realpath(above).catch(() => undefined);
      if (real !== undefined && (await isFolder(real))) {
        entries.set(real, (entries.get(real) ?? new Set()).add(name));
        return;
      }
      if (above === dirname(above)) return;
      name = basename(above);
    }
  };
  for (const path of new Set([...folders, ...files])) {
    await addEntry(path);
    const real = await realpath(path).catch(() => undefined);
    if (real === undefined) continue;
    if (real !== path) await addEntry(real);
    if (folders.includes(path)) trees.add(real);
  }
  return { trees, entries };
}

async function isFolder(path: string): Promise<boolean> {
  return await lstat(path).then(
    (info) => info.isDirectory(),
    () => false,
  );
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}
