// A solve with the build caches of its step: read where they are there, done without where they turn out broken, written when it
// ended well and did something new. Writing is a solve of its own, in which every step is cached: so it can be left out, and end
// badly or never, and the image is there.
//
//   look ──▶ solve ──well──────────────────────▶ nothing new: left as it is
//             │ └─badly, not by a step's fault─▶ │ else: written
//             │          once more without them ─┘
//             └─a cache says nothing for long──▶ the same, as far as BuildKit still can: it solves nothing at all while it waits for
//                                                an answer, also when nobody wants it any more

import { err, type Result } from "../core/result.ts";
import { addressOf, type CacheTarget, type PlacedCache } from "../plan/cache/cache-ref.ts";
import { stepKey } from "../plan/step.ts";
import type { Builder, SolveFailure, SolveProgress, SolveRequest, SolveResult } from "../ports/builder.ts";
import type { LayerBuild } from "./layer-build.ts";
import type { RunCaches } from "./run-caches.ts";

/** A cache whose manifest was there takes no longer to be read than this, or never comes. */
const importMs = 30_000;
/** Before BuildKit says the first word of a solve. */
const silenceMs = 60_000;
/** Also gigabytes are sent in this time; a registry that takes longer is left alone for the rest of the run. */
const exportMs = 15 * 60_000;

type Report = (progress: SolveProgress) => void;

/** As `builder.solve` does. Caches change neither whether it ends well nor what comes out. */
export async function solveWithCaches(
  builder: Builder,
  build: LayerBuild,
  request: SolveRequest,
  report: Report,
  signal: AbortSignal,
): Promise<Result<SolveResult, SolveFailure>> {
  const { caches, step } = build;
  if (caches === undefined || step.cache.from.length + step.cache.to.length === 0)
    return builder.solve(request, report, signal);
  const found = await caches.find(step.cache.from, signal);
  if (signal.aborted) return err({ kind: "canceled" });
  const first = await solveReading({ builder, build, request }, found, report, signal);
  if (!first.solved.ok) return first.solved;
  const { solved, read } = first;
  for (const target of step.cache.to)
    await write({ builder, build, request, caches }, target, { solved: solved.value, read }, signal);
  return solved;
}

interface Work {
  readonly builder: Builder;
  readonly build: LayerBuild;
  readonly request: SolveRequest;
}

interface Attempt {
  readonly solved: Result<SolveResult, SolveFailure>;
  readonly read: readonly PlacedCache[];
}

async function solveReading(
  { builder, build, request }: Work,
  found: readonly PlacedCache[],
  report: Report,
  signal: AbortSignal,
): Promise<Attempt> {
  if (found.length === 0)
    return { solved: await builder.solve({ ...request, cacheFrom: [] }, report, signal), read: [] };
  const reading = new Reading(build, found);
  const solved = await builder.solve(
    { ...request, cacheFrom: found },
    (progress) => reading.hear(progress, report),
    AbortSignal.any([signal, reading.stalled]),
  );
  reading.end();
  if (solved.ok) return { solved, read: reading.read };
  if (reading.stalled.aborted && !signal.aborted) {
    const { pending } = reading;
    for (const cache of pending) {
      build.caches?.tellUnread(cache, `it said nothing for ${importMs / 1000} s`);
      build.caches?.forsake(cache);
    }
    return { solved: await solveAfterStall({ builder, build, request }, pending, report, signal), read: [] };
  }
  if (!mayBeCaches(solved.error)) return { solved, read: [] };
  const message = `the build with it failed: ${describe(solved.error)}`;
  for (const cache of found) build.caches?.tellUnread(cache, message);
  return { solved: await builder.solve({ ...request, cacheFrom: [] }, report, signal), read: [] };
}

async function solveAfterStall(
  { builder, build, request }: Work,
  [cache]: readonly PlacedCache[],
  report: Report,
  signal: AbortSignal,
): Promise<Result<SolveResult, SolveFailure>> {
  const silence = new AbortController();
  const cancel = build.clock.after(silenceMs, () => silence.abort());
  const hear: Report = (progress) => {
    cancel();
    report(progress);
  };
  const bounded = AbortSignal.any([signal, silence.signal]);
  const solved = await builder.solve({ ...request, cacheFrom: [] }, hear, bounded);
  cancel();
  if (solved.ok || signal.aborted || !silence.signal.aborted) return solved;
  const message = `BuildKit still waits for ${cache?.place.registry ?? "a registry"}, which says nothing, and solves nothing until that ends: restart it`;
  return err({ kind: "daemon-lost", message });
}

/** What a solve says of the caches that it reads. */
class Reading {
  readonly #build: LayerBuild;
  readonly #caches: ReadonlyMap<string, PlacedCache>;
  readonly #pending = new Map<string, () => void>();
  readonly #stall = new AbortController();
  readonly #failed = new Set<PlacedCache>();

  constructor(build: LayerBuild, caches: readonly PlacedCache[]) {
    this.#build = build;
    this.#caches = new Map(caches.map((cache) => [cache.address, cache]));
  }

  get stalled(): AbortSignal {
    return this.#stall.signal;
  }

  get pending(): readonly PlacedCache[] {
    return Array.from(this.#pending.keys()).flatMap((address) => this.#caches.get(address) ?? []);
  }

  get read(): readonly PlacedCache[] {
    return Array.from(this.#caches.values()).filter((cache) => !this.#failed.has(cache));
  }

  hear(progress: SolveProgress, report: Report): void {
    const cache = progress.kind === "cache" ? this.#caches.get(progress.address) : undefined;
    if (progress.kind !== "cache" || cache === undefined) return report(progress);
    const { address } = progress;
    if (progress.state === "reading") {
      if (!this.#pending.has(address))
        this.#pending.set(
          address,
          this.#build.clock.after(importMs, () => this.#stall.abort()),
        );
      return undefined;
    }
    this.#pending.get(address)?.();
    this.#pending.delete(address);
    if (progress.state === "unread") {
      this.#failed.add(cache);
      this.#build.caches?.tellUnread(cache, progress.message);
    }
    return undefined;
  }

  end(): void {
    for (const cancel of this.#pending.values()) cancel();
  }
}

/** BuildKit fails over a cache whose parts are gone, in whatever words and steps; over a step that ran to its end it does not. */
function mayBeCaches(failure: SolveFailure): boolean {
  switch (failure.kind) {
    case "step-failed":
      return failure.exitCode === undefined;
    case "source-missing":
    case "other":
      return true;
    default:
      return false;
  }
}

function describe(failure: SolveFailure): string {
  return "message" in failure ? failure.message : failure.kind;
}

/** Never fails: what keeps it from being written is told. */
async function write(
  { builder, build, request, caches }: Work & { readonly caches: RunCaches },
  target: CacheTarget,
  { solved, read }: { readonly solved: SolveResult; readonly read: readonly PlacedCache[] },
  signal: AbortSignal,
): Promise<void> {
  const { stepsRun, stepsCached } = solved;
  const { layer, platform } = target.ref;
  const isKnown = caches.isLocked(stepKey(layer, platform)) && read.some(({ ref }) => ref.layer === layer);
  if (stepsRun + stepsCached === 0 || (stepsRun === 0 && isKnown)) {
    if (read.some(({ address }) => address === target.address)) caches.confirm(target);
    return caches.tellCurrent(target);
  }
  if (caches.isSilent(target))
    return caches.tellUnwritten(target, `${target.place.registry} does not answer`);
  const limit = new AbortController();
  const cancelLimit = build.clock.after(exportMs, () => limit.abort());
  const { staged, place, options, isPlainHttp } = target;
  const address = staged === undefined ? target.address : addressOf({ ...place, tag: staged.tag });
  const cacheFrom = request.noCache ? [] : read;
  const exported = await builder.exportCache(
    { ...request, cacheFrom, noCache: false },
    { address, options, isPlainHttp },
    AbortSignal.any([signal, limit.signal]),
  );
  cancelLimit();
  if (exported.ok) return caches.keep(target, exported.value);
  if (signal.aborted) return undefined;
  if (limit.signal.aborted) caches.forsake(target);
  const message = limit.signal.aborted
    ? `it took longer than ${exportMs / 60_000} minutes`
    : describe(exported.error);
  return caches.tellUnwritten(target, message);
}
