// Port: something that tells that files may have changed. A report says "look again", never what is true: the same change may be
// told many times, and nothing may have changed at all.
//
// Laws, held by test/ports/file-watch.ts on every body:
// 1. Once `follow` has resolved, every change at or below a target that shows in content, mode, name or links is reported
//    after it happened, at least once; folders that are made, moved in, or replaced by others of the same name included.
// 2. A target need not be there: its coming is a change.
// 3. `follow` with other targets leaves no gap for those that stay.
// 4. After `close` has resolved nothing is reported any more; closing twice is the same as once.
// 5. Nothing rejects. What cannot be watched is told as trouble, and the rest is watched.

/** Absolute paths. Symbolic links in a target are followed, those below it are not. */
export interface WatchTargets {
  /** With all that lies below them, but for folders called .git and node_modules. */
  readonly folders: readonly string[];
  /** The entry alone. */
  readonly files: readonly string[];
}

export interface WatchTrouble {
  /** "limit": the system watches no more for this user. */
  readonly kind: "limit" | "other";
  readonly message: string;
}

export interface FileWatchReader {
  /** A path at or near which something changed. */
  changed(path: string): void;
  /** Some changes will not be reported from now on. */
  troubled(trouble: WatchTrouble): void;
}

export interface FileWatch {
  /** Watches these targets, and no others, from when it resolves. */
  follow(targets: WatchTargets): Promise<void>;
  close(): Promise<void>;
}

export type OpenFileWatch = (reader: FileWatchReader) => FileWatch;
