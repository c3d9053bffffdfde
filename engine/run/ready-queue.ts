// Which steps may start now: those whose parents have all succeeded, the longest remaining path first. Pure
// bookkeeping; who runs them, and how many at once, is the caller's matter.
//
//   waiting ──last parent succeeded──▶ ready ──taken──▶ running ──▶ succeeded | failed
//      └──────an ancestor failed──────▶ doomed

import { Heap } from "../core/heap.ts";

export interface QueueNode {
  readonly key: string;
  /** Keys of nodes of the same queue. */
  readonly parents: readonly string[];
  /** How long it will likely run. */
  readonly seconds: number;
}

interface Entry {
  readonly key: string;
  /** Place among the nodes as given. */
  readonly index: number;
  readonly children: Entry[];
  /** Seconds from its start to the end of the longest path that begins with it. */
  remainingSeconds: number;
  state: "waiting" | "ready" | "running" | "succeeded" | "failed" | "doomed";
  unfinishedParents: number;
}

export class ReadyQueue {
  readonly #entries = new Map<string, Entry>();
  readonly #ready = new Heap<Entry>((a, b) =>
    a.remainingSeconds === b.remainingSeconds ? a.index < b.index : a.remainingSeconds > b.remainingSeconds,
  );

  /** `nodes` stand parents before children. */
  constructor(nodes: readonly QueueNode[]) {
    for (const [index, { key, parents, seconds }] of nodes.entries()) {
      const entry: Entry = {
        key,
        index,
        children: [],
        remainingSeconds: seconds,
        state: "waiting",
        unfinishedParents: parents.length,
      };
      this.#entries.set(key, entry);
      for (const parent of parents) this.#entry(parent).children.push(entry);
    }
    for (const entry of Array.from(this.#entries.values()).reverse()) {
      const longest = entry.children.reduce((most, child) => Math.max(most, child.remainingSeconds), 0);
      entry.remainingSeconds += longest;
      if (entry.unfinishedParents === 0) this.#makeReady(entry);
    }
  }

  /** At most `limit` of those that are ready, each only once: longest remaining path first, among equals in order of the nodes. */
  takeReady(limit = Number.POSITIVE_INFINITY): readonly string[] {
    const taken: string[] = [];
    while (taken.length < limit) {
      const entry = this.#ready.pop();
      if (entry === undefined) break;
      entry.state = "running";
      taken.push(entry.key);
    }
    return taken;
  }

  /** Makes those of its children ready that waited for it alone. */
  succeed(key: string): void {
    for (const child of this.#finish(key, "succeeded").children) {
      child.unfinishedParents -= 1;
      if (child.unfinishedParents === 0 && child.state === "waiting") this.#makeReady(child);
    }
  }

  /** Dooms all that stands on it; those that nothing had doomed before, in order of the nodes. */
  fail(key: string): readonly string[] {
    const doomed: Entry[] = [];
    const pending = [this.#finish(key, "failed")];
    for (let entry = pending.pop(); entry !== undefined; entry = pending.pop()) {
      for (const child of entry.children) {
        // What stands on a doomed one was doomed with it.
        if (child.state === "doomed") continue;
        child.state = "doomed";
        doomed.push(child);
        pending.push(child);
      }
    }
    return doomed.sort((a, b) => a.index - b.index).map((entry) => entry.key);
  }

  #makeReady(entry: Entry): void {
    entry.state = "ready";
    this.#ready.push(entry);
  }

  #finish(key: string, state: "succeeded" | "failed"): Entry {
    const entry = this.#entry(key);
    if (entry.state !== "running") throw new Error(`${key} ends, but it is ${entry.state}`);
    entry.state = state;
    return entry;
  }

  #entry(key: string): Entry {
    const entry = this.#entries.get(key);
    if (entry === undefined) throw new Error(`${key} is not in the queue`);
    return entry;
  }
}
