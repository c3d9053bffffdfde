// The build caches of one run: which of them are there, and what became of those that it wrote. A cache is a help and never a
// condition: what is wrong with one is told and counted, and the run goes on.
//
// A registry is asked for each cache before BuildKit is, in bounded time: BuildKit waits for ever for one that says nothing, and
// fails over one whose parts are gone.
//
//   to be rolled back:  written under a tag of its own ──the run is done──▶ moved to the cache's tag
//                                                      └─else─────────────▶ dropped: the cache's tag never moved

import type { Digest } from "../core/digest.ts";
import type { Clock } from "../core/host.ts";
import type { CacheTarget, PlacedCache } from "../plan/cache/cache-ref.ts";
import { stepKey } from "../plan/step.ts";
import type { EventSink } from "../ports/event-sink.ts";
import type { Registry } from "../ports/registry.ts";

/** What is asked of registries. */
export type CacheRegistry = Pick<Registry, "resolve" | "readManifest" | "putManifest" | "deleteTag">;

export interface RunCachesDeps {
  readonly registry: CacheRegistry;
  readonly sink: EventSink;
  readonly clock: Clock;
}

/** What became of a cache. */
type CacheNews =
  | { readonly result: "written" | "current" | "dropped" }
  | { readonly result: "unread" | "unwritten"; readonly message: string };

/** For one cache; a registry that takes longer is left alone for the rest of the run. */
const lookUpMs = 10_000;
const moveMs = 60_000;

type Presence = "there" | "absent" | "unread";

/** A cache that is not under its own tag yet. */
interface Staged {
  readonly target: CacheTarget;
  readonly digest: Digest;
}

export class RunCaches {
  readonly #deps: RunCachesDeps;
  /** By address. */
  readonly #presence = new Map<string, Promise<Presence>>();
  /** Registries that did not answer. */
  readonly #silent = new Set<string>();
  readonly #staged: Staged[] = [];
  /** By `stepKey`: those whose inputs are the lock's. */
  readonly #locked = new Set<string>();
  /** Addresses of what was written, or found to hold it all, by `stepKey`. */
  readonly #kept = new Map<string, readonly string[]>();

  constructor(deps: RunCachesDeps) {
    this.#deps = deps;
  }

  /** To be told of a step before its solve: its inputs are those that the lock knows, so that caches may hold all of it. */
  expect(key: string, isLocked: boolean): void {
    if (isLocked) this.#locked.add(key);
    else this.#locked.delete(key);
  }

  isLocked(key: string): boolean {
    return this.#locked.has(key);
  }

  /** Those that can be read, in order. */
  async find(caches: readonly PlacedCache[], signal: AbortSignal): Promise<readonly PlacedCache[]> {
    const found = await Promise.all(caches.map((cache) => this.#look(cache, signal)));
    return caches.filter((_, index) => found[index] === "there");
  }

  /** Whether the registry did not answer in this run. */
  isSilent({ place }: PlacedCache): boolean {
    return this.#silent.has(place.registry);
  }

  /** To be called where a registry did not answer the builder. */
  forsake({ place }: PlacedCache): void {
    this.#silent.add(place.registry);
  }

  /** It was written, under the tag that it is to have or the one that it waits under. */
  keep(target: CacheTarget, digest: Digest): void {
    if (target.staged === undefined) {
      this.#presence.set(target.address, Promise.resolve("there"));
      this.#tell(target, { result: "written" });
      this.confirm(target);
    } else this.#staged.push({ target, digest });
  }

  /** It holds what the layer's build would write. */
  confirm({ ref, address }: PlacedCache): void {
    if (ref.namespace.kind !== "ci") return;
    const key = stepKey(ref.layer, ref.platform);
    this.#kept.set(key, [...(this.#kept.get(key) ?? []), address]);
  }

  /** Addresses of the canonical caches that hold what a step made: others' caches are nobody else's business. */
  keptBy(key: string): readonly string[] {
    return this.#kept.get(key) ?? [];
  }

  tellUnread(cache: PlacedCache, message: string): void {
    this.#tell(cache, { result: "unread", message });
  }

  tellUnwritten(cache: PlacedCache, message: string): void {
    this.#tell(cache, { result: "unwritten", message });
  }

  tellCurrent(cache: PlacedCache): void {
    this.#tell(cache, { result: "current" });
  }

  /** The end of the run: what waits takes its place where all went well. Hears no signal. */
  async settle(isDone: boolean): Promise<void> {
    await Promise.all(
      this.#staged.splice(0).map(async ({ target, digest }) => {
        if (isDone) await this.#move(target, digest);
        else this.#tell(target, { result: "dropped" });
        await this.#clear(target);
      }),
    );
  }

  #look(cache: PlacedCache, signal: AbortSignal): Promise<Presence> {
    const known = this.#presence.get(cache.address);
    if (known !== undefined) return known;
    const looking = this.#ask(cache, signal);
    this.#presence.set(cache.address, looking);
    return looking;
  }

  async #ask(cache: PlacedCache, signal: AbortSignal): Promise<Presence> {
    const { registry } = cache.place;
    if (this.#silent.has(registry)) return "unread";
    const answer = await this.#within(lookUpMs, signal, (bounded) =>
      this.#deps.registry.resolve(cache.place, cache.place.tag, bounded),
    );
    if (answer.ok) return answer.value === undefined ? "absent" : "there";
    // Not for good: another layer may ask again.
    if (signal.aborted) this.#presence.delete(cache.address);
    else if (!this.#silent.has(registry)) {
      const { kind } = answer.error;
      if (kind === "unreachable" || kind === "canceled") this.#silent.add(registry);
      const message = kind === "canceled" ? `${registry} does not answer` : answer.error.message;
      this.tellUnread(cache, message);
    }
    return "unread";
  }

  async #move(target: CacheTarget, digest: Digest): Promise<void> {
    const { registry } = this.#deps;
    const moved = await this.#within(moveMs, undefined, async (signal) => {
      const manifest = await registry.readManifest(target.place, digest, signal);
      if (!manifest.ok) return manifest;
      return registry.putManifest(target.place, target.place.tag, manifest.value, signal);
    });
    if (moved.ok) this.#tell(target, { result: "written" });
    else {
      const message = moved.error.kind === "canceled" ? "the registry does not answer" : moved.error.message;
      this.tellUnwritten(target, message);
    }
  }

  /** What is left of the tag does no harm: the next run writes over it. */
  async #clear({ place, staged }: CacheTarget): Promise<void> {
    if (staged?.isRemovable !== true) return;
    await this.#within(moveMs, undefined, (signal) =>
      this.#deps.registry.deleteTag(place, staged.tag, signal),
    );
  }

  async #within<T>(
    ms: number,
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const limit = new AbortController();
    const cancel = this.#deps.clock.after(ms, () => limit.abort());
    try {
      return await work(signal === undefined ? limit.signal : AbortSignal.any([signal, limit.signal]));
    } finally {
      cancel();
    }
  }

  #tell({ ref, address }: PlacedCache, news: CacheNews): void {
    const { sink, clock } = this.#deps;
    const { layer, platform } = ref;
    const at = clock.nowMs();
    sink.emit({ type: "layer.cache", at, layer, platform, cache: address, ...news });
    if ("message" in news) {
      const what = news.result === "unread" ? "is not used" : "is not written";
      sink.emit({ type: "run.note", at, text: `${layer}: the cache ${address} ${what}: ${news.message}` });
    }
  }
}
