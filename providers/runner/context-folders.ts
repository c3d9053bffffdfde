// Folders for contexts on a leased machine: each context has its own, which is kept, so that the next solve of it sends only
// what has changed. Solves of one context at the same time have one each: nothing changes under a solve.

import { sha256 } from "../../engine/core/digest.ts";

export interface TakenFolder {
  /** On the machine. */
  readonly path: string;
  readonly leave: () => void;
}

export class ContextFolders {
  readonly #root: string;
  readonly #taken = new Set<string>();

  /** `root` is the folder on the machine. */
  constructor(root: string) {
    this.#root = root;
  }

  /** The first of the context's that nobody has; the caller makes it what it is to be. */
  take(contextDirectory: string): TakenFolder {
    const name = sha256(contextDirectory).slice("sha256:".length, "sha256:".length + 16);
    for (let number = 0; ; number += 1) {
      const path = `${this.#root}/contexts/${name}-${number}`;
      if (this.#taken.has(path)) continue;
      this.#taken.add(path);
      return { path, leave: () => this.#taken.delete(path) };
    }
  }
}
