// Which steps may start now: those whose parents have all succeeded, the longest remaining path first. Pure
// bookkeeping; who runs them, and how many at once, is the caller's matter.
//
//   waiting ──last parent succeeded──▶ ready ──taken──▶ running ──▶ succeeded | failed
//      └──────an ancestor failed──────▶ doomed

export interface QueueNode {
  readonly key: string;
  /** Keys of nodes of the same queue. */
  readonly parents: readonly string[];
  /** How long it will likely run. */
  readonly seconds: number;
}

interface Entry {
  readonly node: QueueNode;
  readonly children: readonly string[];
  /** Seconds from its start to the end of the longest path that begins with it. */
  readonly remainingSeconds: number;
  state: "waiting" | "ready" | "running" | "succeeded" | "failed" | "doomed";
  unfinishedParents: number;
}

export class ReadyQueue {
  /** Parents before children, as given. */
  readonly #entries: ReadonlyMap<string, Entry>;

  /** `nodes` stand parents before children. */
  constructor(nodes: readonly QueueNode[]) {
    const children = new Map<string, string[]>(nodes.map(({ key }) => [key, []]));
    for (const { key, parents } of nodes) for (const parent of parents) children.get(parent)?.push(key);
    const remaining = new Map<string, number>();
    for (const { key, seconds } of nodes.toReversed()) {
      const longest = (children.get(key) ?? []).map((child) => remaining.get(child) ?? 0);
      remaining.set(key, seconds + Math.max(0, ...longest));
    }
    this.#entries = new Map(
      nodes.map((node) => [
        node.key,
        {
          node,
          children: children.get(node.key) ?? [],
          remainingSeconds: remaining.get(node.key) ?? node.seconds,
          state: node.parents.length === 0 ? "ready" : "waiting",
          unfinishedParents: node.parents.length,
        },
      ]),
    );
  }

  /** Everything that is ready, each only once: longest remaining path first, among equals in order of the nodes. */
  takeReady(): readonly string[] {
    const ready = Array.from(this.#entries.values()).filter(({ state }) => state === "ready");
    ready.sort((a, b) => b.remainingSeconds - a.remainingSeconds);
    for (const entry of ready) entry.state = "running";
    return ready.map(({ node }) => node.key);
  }

  /** See `Entry.remainingSeconds`: what is to go first where slots are few. */
  remainingSeconds(key: string): number {
    return this.#entry(key).remainingSeconds;
  }

  /** Makes those of its children ready that waited for it alone. */
  succeed(key: string): void {
    this.#finish(key, "succeeded");
    for (const child of this.#entry(key).children) {
      const entry = this.#entry(child);
      entry.unfinishedParents -= 1;
      if (entry.unfinishedParents === 0 && entry.state === "waiting") entry.state = "ready";
    }
  }

  /** Dooms all that stands on it; those that nothing had doomed before, parents before children. */
  fail(key: string): readonly string[] {
    this.#finish(key, "failed");
    const lost = new Set([key]);
    const doomed: string[] = [];
    for (const entry of this.#entries.values()) {
      if (!entry.node.parents.some((parent) => lost.has(parent))) continue;
      lost.add(entry.node.key);
      if (entry.state === "doomed") continue;
      entry.state = "doomed";
      doomed.push(entry.node.key);
    }
    return doomed;
  }

  #finish(key: string, state: "succeeded" | "failed"): void {
    const entry = this.#entry(key);
    if (entry.state !== "running") throw new Error(`${key} ends, but it is ${entry.state}`);
    entry.state = state;
  }

  #entry(key: string): Entry {
    const entry = this.#entries.get(key);
    if (entry === undefined) throw new Error(`${key} is not in the queue`);
    return entry;
  }
}
