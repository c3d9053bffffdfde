// Files in memory that are watched: what is put or removed through this is told to every reader whose targets it concerns.

import type { FileWatch, FileWatchReader, WatchTargets } from "../../engine/ports/file-watch.ts";
import { FakeFiles, type Seed } from "./files.ts";

export class WatchedFiles {
  readonly files: FakeFiles;
  readonly #watches = new Set<FakeFileWatch>();

  constructor(files: FakeFiles = new FakeFiles()) {
    this.files = files;
  }

  /** How many watch at the moment. */
  get watchers(): number {
    return this.#watches.size;
  }

  readonly open = (reader: FileWatchReader): FileWatch => {
    const watch = new FakeFileWatch(reader, () => this.#watches.delete(watch));
    this.#watches.add(watch);
    return watch;
  };

  put(path: string, seed: Seed): void {
    this.files.put(path, seed);
    this.tell(path);
  }

  /** Of a folder all that it holds. */
  remove(path: string): void {
    const listed = this.files.list(path);
    for (const { name } of listed.ok ? listed.value : []) this.remove(`${path}/${name}`);
    this.files.remove(path);
    this.tell(path);
  }

  /** Tells of a change that was none. */
  tell(path: string): void {
    for (const watch of this.#watches) watch.hear(path);
  }
}

class FakeFileWatch implements FileWatch {
  readonly #reader: FileWatchReader;
  readonly #onClose: () => void;
  #targets: WatchTargets = { folders: [], files: [] };

  constructor(reader: FileWatchReader, onClose: () => void) {
    this.#reader = reader;
    this.#onClose = onClose;
  }

  hear(path: string): void {
    const { folders, files } = this.#targets;
    const isAtOrAbove = (target: string) => target === path || target.startsWith(`${path}/`);
    const isLeftOut = /\/(\.git|node_modules)(\/|$)/.test(path);
    const isBelow = !isLeftOut && folders.some((folder) => path.startsWith(`${folder}/`));
    if (isBelow || [...folders, ...files].some(isAtOrAbove)) this.#reader.changed(path);
  }

  follow(targets: WatchTargets): Promise<void> {
    this.#targets = targets;
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#targets = { folders: [], files: [] };
    this.#onClose();
    return Promise.resolve();
  }
}
