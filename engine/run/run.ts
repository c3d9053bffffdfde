// Plan in, Outcome out: every step in its turn under the concurrency limit, each finished layer in the lock at once. While it
// goes on a run may be revised, given another plan for what the world has become:
//
//   queued ──slot free──▶ in flight ──▶ built | reused | failed
//     ▲                     │   │
//     │       revised: its inputs are the same: it goes on, and its result counts
//     │                     │
//     └──revised: to be built of other inputs: it is stopped, and begins anew when that has settled
//
// What a revision no longer asks for is stopped, or forgotten where it had not begun.

import PQueue from "p-queue";
import type { LayerName } from "../../schemas/layer-name.ts";
import type { LockEntry } from "../../schemas/lock.ts";
import type { Platform } from "../../schemas/platform.ts";
import type { Layer } from "../catalog/layer.ts";
import type { ImageDigest, InputDigest } from "../core/digest.ts";
import type { Clock } from "../core/host.ts";
import type { SecretSource } from "../core/secret-source.ts";
import { unreachable } from "../core/unreachable.ts";
import type { OwnInputs } from "../graph/fingerprint.ts";
import type { LayerGraph } from "../graph/graph.ts";
import type { LockFile } from "../lock/lock-file.ts";
import { describeReason } from "../plan/explain-reason.ts";
import { type Plan, type Step, stepKey } from "../plan/step.ts";
import type { EventSink } from "../ports/event-sink.ts";
import type { ImageResolver, ImageStore } from "../ports/images.ts";
import type { BuildMetrics, MetricsStore } from "../ports/metrics.ts";
import type { SecretValues } from "../ports/secrets.ts";
import type { BuildTimes } from "../publish/provenance.ts";
import type { Publication } from "../publish/publication.ts";
import type { PublishedLayers } from "../publish/published-layers.ts";
import { BaseImages } from "./base-images.ts";
import { type BuiltOutcome, buildLayer } from "./build-layer.ts";
import { concludeRun } from "./conclude-run.ts";
import { type Flight, isWanted } from "./flight.ts";
import type { LayerBuild } from "./layer-build.ts";
import type { LayerFailure } from "./layer-failure.ts";
import type { Outcome, StepOutcome } from "./outcome.ts";
import type { Placer } from "./placer.ts";
import { ReadyQueue } from "./ready-queue.ts";
import { type CacheRegistry, RunCaches } from "./run-caches.ts";
import { adoptPublished, dropForeign, newlyAdopted, settleLock } from "./tend-lock.ts";

/** What a plan was made of; another with every revision. */
export interface RunWorld {
  readonly graph: LayerGraph;
  /** Of every layer of the plan: the very ones that the plan was made of. */
  readonly ownInputs: ReadonlyMap<LayerName, OwnInputs>;
  readonly lock: LockFile;
  /** By the secret's id. */
  readonly secrets: ReadonlyMap<string, SecretSource>;
}

/** What a run works with. It closes none of them. */
export interface RunDeps extends RunWorld {
  /**
   * Reads anew what a layer's build can see of its own folder, as what was sent may be another thing than what was hashed;
   * undefined where it cannot be read any more.
   */
  readonly readOwn: (layer: Layer) => OwnInputs | undefined;
  readonly placer: Placer;
  /** Keeps what builds used of leased machines. */
  readonly metrics?: MetricsStore | undefined;
  readonly images: ImageStore;
  /** What others have built and published; undefined: nobody is asked. */
  readonly published?: PublishedLayers | undefined;
  /** Where build caches lie; undefined: the plan has none. */
  readonly cacheRegistry?: CacheRegistry | undefined;
  /** Takes what is built, and what need not be, to the registry; undefined: it stays here. */
  readonly publication?: Publication | undefined;
  /** Looks whether secrets can be read before a machine is asked for; undefined: only the builder looks. */
  readonly secretValues?: SecretValues | undefined;
  readonly resolver: ImageResolver;
  readonly sink: EventSink;
  readonly clock: Clock;
  /**
   * Failures that only other inputs can mend, by the inputs that they came of. Where it is given, such a build is not tried
   * again, and what fails in this run is put in.
   */
  readonly failures?: Map<InputDigest, LayerFailure> | undefined;
}

export interface RunOptions {
  readonly runId: string;
  /** Solves at once; at least 1. */
  readonly concurrency: number;
  /** Stop at the first failure; else only its descendants are left out. */
  readonly failFast: boolean;
  /** Its abort stops starting, cancels what runs, and waits until that has settled. */
  readonly signal: AbortSignal;
  /** Somebody follows the files and revises the run: only what is to be done is told, and inputs that change are no failure. */
  readonly isWatched?: boolean;
}

export interface Foresight {
  /** Goes on: the plan asks for it as it is. */
  readonly kept: readonly Step[];
  readonly stopped: readonly Step[];
}

/** A run that goes on. */
export interface RunningRun {
  readonly outcome: Promise<Outcome>;
  /** Gives it another plan. False where it has ended. */
  revise(plan: Plan, world: RunWorld): boolean;
  /** Forgets what has not begun, and stops what is in flight of these layers; the rest goes on to its end. */
  wind(isConcerned: (layer: LayerName) => boolean): void;
  /** What is in flight, by what another plan would do with it. */
  foresee(plan: Plan, world: RunWorld): Foresight;
}

/**
 * Runs a plan to its end. Never rejects for what the world can cause: that is in the outcome, layer by layer.
 */
export function run(plan: Plan, deps: RunDeps, options: RunOptions): Promise<Outcome> {
  return startRun(plan, deps, options).outcome;
}

/** The same, for whoever may have another plan before it ends. */
export function startRun(plan: Plan, deps: RunDeps, options: RunOptions): RunningRun {
  const { clock, sink } = deps;
  const startedMs = clock.nowMs();
  sink.emit({
    type: "run.started",
    at: startedMs,
    runId: options.runId,
    builder: deps.placer.description,
    concurrency: options.concurrency,
    local: plan.replacedBases.size > 0,
    steps: plan.steps.filter(({ action }) => action !== "reuse" || options.isWatched !== true).length,
  });
  const { cacheRegistry: registry } = deps;
  const caches = registry && new RunCaches({ registry, sink, clock });
  const conductor = new Conductor(deps, options, caches);
  conductor.follow(plan, deps);
  return {
    outcome: concludeRun(conductor.conclude(), startedMs, { ...deps, caches }, options),
    revise: (next, world) => conductor.revise(next, world),
    wind: (isConcerned) => conductor.wind(isConcerned),
    foresee: (next, world) => conductor.foresee(next, world),
  };
}

/** The state of one run. Its maps are by `stepKey`. */
class Conductor {
  readonly #deps: RunDeps;
  readonly #options: RunOptions;
  readonly #caches: RunCaches | undefined;
  readonly #failFast = new AbortController();
  readonly #signal: AbortSignal;
  readonly #bases: BaseImages;
  readonly #slots: PQueue;
  readonly #bugs: unknown[] = [];
  /** Work on the lock that no build waits for. */
  readonly #chores: Promise<void>[] = [];
  readonly #flights = new Map<string, Flight>();
  /** Builds that were stopped and have not settled: the last one of each step. */
  readonly #leaving = new Map<string, Flight>();
  /** Every step that was told of. */
  readonly #told = new Map<string, Step>();
  /** Of them those that were queued, and of whose end nothing was told yet. */
  readonly #open = new Set<string>();
  readonly #outcomes = new Map<string, StepOutcome>();
  /** That of the world as it is at the moment, for those that began in another. */
  readonly #lock: LockFile;
  #world: RunWorld;
  #builds: ReadonlyMap<string, Step> = new Map();
  #queue = new ReadyQueue([]);
  /** Builds that were given a slot and have not settled. */
  #working = 0;
  #hasEnded = false;
  #isMetricsLossTold = false;

  constructor(deps: RunDeps, options: RunOptions, caches: RunCaches | undefined) {
    this.#deps = deps;
    this.#caches = caches;
    this.#options = options;
    this.#world = deps;
    const now = () => this.#world.lock;
    this.#lock = {
      get path() {
        return now().path;
      },
      get current() {
        return now().current;
      },
      entryOf: (layer, platform) => now().entryOf(layer, platform),
      pinOf: (image, platform) => now().pinOf(image, platform),
      record: (news) => now().record(news),
      update: (change) => now().update(change),
      settle: () => now().settle(),
    };
    this.#signal = AbortSignal.any([options.signal, this.#failFast.signal]);
    this.#slots = new PQueue({ concurrency: options.concurrency });
    this.#bases = new BaseImages({
      resolver: deps.resolver,
      pinOf: (image, platform) => this.#world.lock.pinOf(image, platform),
      onPinned: (image, platform, digest) =>
        deps.sink.emit({ type: "base.pinned", at: deps.clock.nowMs(), image, platform, digest }),
      signal: this.#signal,
    });
  }

  /** Takes up a plan: the first, or another in place of the one before. */
  follow(plan: Plan, world: RunWorld): void {
    this.#world = world;
    this.#bases.replace(plan.replacedBases);
    const news = newlyAdopted(plan, world.lock);
    this.#chores.push(dropForeign(world, this.#deps), adoptPublished(plan, world, this.#deps));
    const builds = plan.steps.filter(({ action }) => action === "build");
    const before = this.#builds;
    this.#builds = new Map(builds.map((step) => [keyOf(step), step]));
    for (const [key, flight] of this.#flights)
      if (!isWanted(flight, this.#builds.get(key), world)) this.#stop(key, flight);
    this.#dropOutcomes();
    this.#queue = new ReadyQueue(
      builds.map((step) => ({
        key: keyOf(step),
        parents: step.parents
          .map((parent) => stepKey(parent, step.platform))
          .filter((key) => this.#builds.has(key)),
        seconds: this.#flights.has(keyOf(step)) ? Number.POSITIVE_INFINITY : step.estimate.seconds,
      })),
    );
    // What goes on has no parent left to wait for, and is the most urgent: the queue gives out these.
    this.#queue.takeReady(this.#flights.size);
    for (const step of plan.steps) this.#announce(step, before.get(keyOf(step)), plan, news);
    const planned = new Set(plan.steps.map(keyOf));
    for (const [key, step] of this.#told)
      if (!planned.has(key) && !this.#outcomes.has(key)) this.#forget(key, step);
    this.#start();
  }

  revise(plan: Plan, world: RunWorld): boolean {
    if (this.#hasEnded || this.#signal.aborted) return false;
    this.follow(plan, world);
    return true;
  }

  wind(isConcerned: (layer: LayerName) => boolean): void {
    for (const [key, flight] of this.#flights) if (isConcerned(flight.step.layer)) this.#stop(key, flight);
    this.#builds = new Map(Array.from(this.#flights, ([key, { step }]) => [key, step]));
    this.#queue = new ReadyQueue(
      Array.from(this.#builds.keys(), (key) => ({ key, parents: [], seconds: 0 })),
    );
    this.#queue.takeReady();
    for (const [key, step] of this.#told)
      if (!this.#outcomes.has(key) && !this.#builds.has(key)) this.#forget(key, step);
  }

  foresee(plan: Plan, world: RunWorld): Foresight {
    const builds = new Map(plan.steps.map((step) => [keyOf(step), step]));
    const flights = Array.from(this.#flights.values());
    const kept = flights.filter((flight) => isWanted(flight, builds.get(keyOf(flight.step)), world));
    return {
      kept: kept.map(({ step }) => step),
      stopped: flights.filter((flight) => !kept.includes(flight)).map(({ step }) => step),
    };
  }

  /** Waits for the end. */
  async conclude(): Promise<Outcome["steps"]> {
    // It may be given more to do in the very moment when it comes to rest.
    do await this.#slots.onIdle();
    while (this.#slots.size + this.#slots.pending > 0);
    this.#hasEnded = true;
    await Promise.all(this.#chores);
    await settleLock(this.#world, this.#deps);
    if (this.#bugs.length > 0) throw this.#bugs[0];
    return Array.from(this.#told, ([key, step]) => {
      const { layer, platform } = step;
      const outcome = this.#outcomes.get(key);
      if (outcome !== undefined) return { layer, platform, outcome };
      this.#tellCanceled(key, step, !this.#signal.aborted);
      return { layer, platform, outcome: { kind: "canceled" } };
    });
  }

  #stop(key: string, flight: Flight): void {
    this.#flights.delete(key);
    this.#leaving.set(key, flight);
    this.#tellCanceled(key, flight.step, true);
    flight.stop.abort(new Error(`${flight.step.layer} is built of inputs that nobody wants any more`));
  }

  /** Of all that has ended only what was built stays so, as long as the lock agrees and no plan asks for it again. */
  #dropOutcomes(): void {
    for (const [key, outcome] of this.#outcomes) {
      const step = this.#told.get(key);
      const entry = step && this.#world.lock.entryOf(step.layer, step.platform);
      const stays = outcome.kind === "built" && entry?.image === outcome.image && !this.#builds.has(key);
      if (!stays) this.#outcomes.delete(key);
    }
  }

  #forget(key: string, step: Step): void {
    this.#told.delete(key);
    this.#tellCanceled(key, step, true);
  }

  /** `news` are what others have built and the lock did not say. */
  #announce(step: Step, before: Step | undefined, plan: Plan, news: ReadonlyMap<string, unknown>): void {
    const { sink } = this.#deps;
    const key = keyOf(step);
    switch (step.action) {
      case "build": {
        const reasons = step.reasons.map(describeReason);
        const isTold = this.#open.has(key) && before?.reasons.map(describeReason).join() === reasons.join();
        if (this.#flights.has(key) || isTold) return undefined;
        this.#told.set(key, step);
        this.#open.add(key);
        return sink.emit({ type: "layer.queued", ...this.#node(step), reasons });
      }
      case "reuse": {
        const isQuiet = this.#options.isWatched === true && !this.#told.has(key) && !news.has(key);
        if (this.#outcomes.has(key) || isQuiet) return undefined;
        const adopted = plan.adopted?.get(key)?.entry;
        const entry = adopted ?? this.#world.lock.entryOf(step.layer, step.platform);
        if (entry === undefined)
          throw new Error(`${step.layer} is to be reused, but the lock has no entry of it`);
        this.#told.set(key, step);
        this.#end(key, { kind: "reused", image: entry.image });
        this.#publish(step, entry);
        const { image, sizeBytes } = entry;
        const reason = adopted === undefined ? "current" : "published";
        return sink.emit({ type: "layer.reused", ...this.#node(step), image, sizeBytes, reason });
      }
      case "blocked": {
        this.#told.set(key, step);
        const reason = step.reasons.find((each) => each.kind === "parent-not-current");
        const cause = reason?.parent ?? step.layer;
        // A parent that is held back itself has had its word.
        if (reason !== undefined && !plan.steps.some(({ layer }) => layer === cause))
          sink.emit({
            type: "run.note",
            at: this.#deps.clock.nowMs(),
            text: `${step.layer} is held back: ${describeReason(reason)}`,
          });
        return this.#doom(step, cause);
      }
      default:
        return unreachable(step.action);
    }
  }

  /** Gives every free slot to the most urgent of what is ready: what becomes ready later may be more urgent than what waits. */
  #start(): void {
    if (this.#signal.aborted) return;
    for (const key of this.#queue.takeReady(this.#options.concurrency - this.#working)) {
      const step = this.#builds.get(key);
      if (step !== undefined) this.#flights.set(key, this.#takeOff(key, step));
    }
  }

  #takeOff(key: string, step: Step): Flight {
    const before = this.#leaving.get(key)?.settled;
    const flight: Flight = {
      step,
      stop: new AbortController(),
      inputs: undefined,
      settled: Promise.resolve(),
    };
    this.#working += 1;
    // The slot is given free only when the work has settled: p-queue hears no signal, the work itself does.
    flight.settled = this.#slots
      .add(() => this.#work(key, flight, before))
      .catch((bug: unknown) => {
        this.#bugs.push(bug);
        this.#failFast.abort(bug);
      });
    return flight;
  }

  /** `before` is the end of a build of the same step that was stopped. */
  async #work(key: string, flight: Flight, before: Promise<void> | undefined): Promise<void> {
    await before;
    const signal = AbortSignal.any([this.#signal, flight.stop.signal]);
    const outcome: BuiltOutcome = signal.aborted
      ? { kind: "canceled" }
      : await buildLayer(this.#prepare(flight, signal));
    this.#working -= 1;
    if (this.#leaving.get(key) === flight) this.#leaving.delete(key);
    if (this.#flights.get(key) === flight) {
      this.#flights.delete(key);
      if (outcome.kind !== "canceled") this.#settle(key, flight.step, outcome);
    }
    this.#start();
  }

  #settle(key: string, step: Step, outcome: BuiltOutcome): void {
    this.#end(key, outcome);
    if (outcome.kind === "failed") {
      for (const lost of this.#queue.fail(key)) this.#doom(this.#builds.get(lost), step.layer);
      if (this.#options.failFast) this.#failFast.abort(new Error(`${step.layer} failed`));
    } else {
      this.#queue.succeed(key);
      const entry = this.#world.lock.entryOf(step.layer, step.platform);
      if (entry !== undefined) this.#publish(step, entry, this.#timesOf(outcome));
    }
  }

  #timesOf(outcome: BuiltOutcome): BuildTimes | undefined {
    if (outcome.kind !== "built") return undefined;
    const finishedMs = this.#deps.clock.nowMs();
    return { startedMs: finishedMs - outcome.seconds * 1000, finishedMs };
  }

  #publish({ layer, platform }: Step, entry: LockEntry, build?: BuildTimes): void {
    this.#deps.publication?.offer(this.#world.graph.layer(layer), platform, entry, build);
  }

  #prepare(flight: Flight, signal: AbortSignal): LayerBuild {
    const { placer, images, published, secretValues, sink, clock, readOwn, failures } = this.#deps;
    const { graph, ownInputs, secrets } = this.#world;
    const { step } = flight;
    const own = ownInputs.get(step.layer);
    if (own === undefined) throw new Error(`no inputs were read of ${step.layer}`);
    return {
      step,
      layer: graph.layer(step.layer),
      own,
      graph,
      parents: new Map(step.parents.map((parent) => [parent, this.#imageOf(parent, step.platform)])),
      bases: this.#bases,
      lock: this.#lock,
      placer,
      images,
      published,
      caches: this.#caches,
      // What is stopped has had its word.
      sink: {
        emit: (event) => (flight.stop.signal.aborted ? undefined : sink.emit(event)),
        close: () => sink.close(),
      },
      clock,
      secrets,
      secretValues,
      signal,
      readOwn,
      failures,
      isWatched: this.#options.isWatched === true,
      onMeasured: (metrics) =>
        this.#chores.push(
          this.#record({ ...metrics, workspace: graph.workspace, runId: this.#options.runId }),
        ),
      onInputs: (inputs) => {
        flight.inputs = inputs;
      },
    };
  }

  /** Where the figures cannot be kept, only sizes to come suffer: that is said once. */
  async #record(metrics: BuildMetrics): Promise<void> {
    const { metrics: store, sink, clock } = this.#deps;
    const recorded = await store?.record(metrics);
    if (recorded?.ok !== false || this.#isMetricsLossTold) return;
    this.#isMetricsLossTold = true;
    const text = `what builds use is not recorded: ${recorded.error.message}`;
    sink.emit({ type: "run.note", at: clock.nowMs(), text });
  }

  /** Of a parent: as it came out of this run, else as the lock has it. */
  #imageOf(layer: LayerName, platform: Platform): ImageDigest {
    const outcome = this.#outcomes.get(stepKey(layer, platform));
    if (outcome?.kind === "built" || outcome?.kind === "reused") return outcome.image;
    const entry = this.#world.lock.entryOf(layer, platform);
    if (entry === undefined) throw new Error(`a child of ${layer} starts, but there is no image of it`);
    return entry.image;
  }

  #doom(step: Step | undefined, cause: LayerName): void {
    if (step === undefined) return;
    this.#end(keyOf(step), { kind: "doomed", cause });
    this.#deps.sink.emit({ type: "layer.doomed", ...this.#node(step), cause });
  }

  #end(key: string, outcome: StepOutcome): void {
    this.#open.delete(key);
    this.#outcomes.set(key, outcome);
  }

  #tellCanceled(key: string, step: Step, isOutdated: boolean): void {
    if (!this.#open.delete(key)) return;
    const reason = isOutdated ? ({ reason: "outdated" } as const) : {};
    this.#deps.sink.emit({ type: "layer.canceled", ...this.#node(step), ...reason });
  }

  #node({ layer, platform }: Step): { at: number; layer: LayerName; platform: Platform } {
    return { at: this.#deps.clock.nowMs(), layer, platform };
  }
}

function keyOf({ layer, platform }: Step): string {
  return stepKey(layer, platform);
}
