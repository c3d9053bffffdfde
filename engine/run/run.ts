// Plan in, Outcome out: every step in its turn under the concurrency limit, each finished layer in the lock at once.

import PQueue from "p-queue";
import type { LayerName } from "../../schemas/layer-name.ts";
import type { Platform } from "../../schemas/platform.ts";
import type { ImageDigest } from "../core/digest.ts";
import type { Clock } from "../core/host.ts";
import { unreachable } from "../core/unreachable.ts";
import type { OwnInputs } from "../graph/fingerprint.ts";
import type { LayerGraph } from "../graph/graph.ts";
import { entryOf, pruneLock } from "../lock/lock.ts";
import type { LockFile } from "../lock/lock-file.ts";
import { describeReason } from "../plan/explain-reason.ts";
import { type Plan, type Step, stepKey } from "../plan/step.ts";
import type { Builder, SecretSource } from "../ports/builder.ts";
import type { EventSink } from "../ports/event-sink.ts";
import type { ImageResolver, ImageStore } from "../ports/images.ts";
import { BaseImages } from "./base-images.ts";
import { buildLayer, type LayerBuild } from "./build-layer.ts";
import type { Outcome, StepOutcome } from "./outcome.ts";
import { ReadyQueue } from "./ready-queue.ts";

/** What a run works with. It closes none of them. */
export interface RunDeps {
  readonly graph: LayerGraph;
  /** Of every layer of the plan: the very ones that the plan was made of. */
  readonly ownInputs: ReadonlyMap<LayerName, OwnInputs>;
  readonly lock: LockFile;
  readonly builder: Builder;
  readonly images: ImageStore;
  readonly resolver: ImageResolver;
  readonly sink: EventSink;
  readonly clock: Clock;
  /** By the secret's id. */
  readonly secrets: ReadonlyMap<string, SecretSource>;
}

export interface RunOptions {
  readonly runId: string;
  /** Solves at once; at least 1. */
  readonly concurrency: number;
  /** Stop at the first failure; else only its descendants are left out. */
  readonly failFast: boolean;
  /** Its abort stops starting, cancels what runs, and waits until that has settled. */
  readonly signal: AbortSignal;
}

/**
 * Runs a plan to its end. Never rejects for what the world can cause: that is in the outcome, layer by layer.
 */
export async function run(plan: Plan, deps: RunDeps, options: RunOptions): Promise<Outcome> {
  const { clock, sink } = deps;
  const startedMs = clock.nowMs();
  sink.emit({
    type: "run.started",
    at: startedMs,
    runId: options.runId,
    builder: deps.builder.description,
    concurrency: options.concurrency,
    local: plan.replacedBases.size > 0,
    steps: plan.steps.length,
  });
  dropForeign(deps);
  const outcomes = await new Conductor(plan, deps, options).conduct();
  const seconds = (clock.nowMs() - startedMs) / 1000;
  const steps = plan.steps.map(({ layer, platform }) => {
    const outcome = outcomes.get(stepKey(layer, platform)) ?? { kind: "canceled" };
    return { layer, platform, outcome };
  });
  const count = (kind: StepOutcome["kind"]): number =>
    steps.filter(({ outcome }) => outcome.kind === kind).length;
  const result =
    options.signal.aborted && count("canceled") > 0
      ? "canceled"
      : count("built") + count("reused") === steps.length
        ? "ok"
        : "failed";
  sink.emit({
    type: "run.completed",
    at: clock.nowMs(),
    seconds,
    result,
    built: count("built"),
    reused: count("reused"),
    failed: count("failed"),
    doomed: count("doomed"),
    canceled: count("canceled"),
  });
  return { result, seconds, steps };
}

/** Takes out of the lock what the catalog has no longer: no build would ever bring that up to date. */
function dropForeign({ graph, lock, sink, clock }: RunDeps): void {
  const layers = new Set<string>(graph.order);
  const bases = new Set(graph.order.flatMap((name) => graph.externalBases(name)));
  const gone = Object.keys(lock.current.layers).filter((name) => !layers.has(name));
  const unused = Object.keys(lock.current.bases).filter((image) => !bases.has(image));
  if (gone.length + unused.length === 0) return;
  const pruned = lock.update((current) => pruneLock(current, layers, bases));
  const names = [...gone, ...unused].join(", ");
  const text = pruned.ok
    ? `taken out of ${lock.path}, as the catalog has it no longer: ${names}`
    : `${lock.path} cannot be written, and still has what the catalog has no longer: ${names}`;
  sink.emit({ type: "run.note", at: clock.nowMs(), text });
}

/** The state of one run. */
class Conductor {
  readonly #plan: Plan;
  readonly #deps: RunDeps;
  readonly #options: RunOptions;
  readonly #failFast = new AbortController();
  readonly #signal: AbortSignal;
  readonly #bases: BaseImages;
  readonly #builds: ReadonlyMap<string, Step>;
  readonly #queue: ReadyQueue;
  readonly #slots: PQueue;
  readonly #outcomes = new Map<string, StepOutcome>();
  readonly #bugs: unknown[] = [];
  /** Steps that were given a slot and have not ended. */
  #working = 0;

  constructor(plan: Plan, deps: RunDeps, options: RunOptions) {
    this.#plan = plan;
    this.#deps = deps;
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, this.#failFast.signal]);
    this.#slots = new PQueue({ concurrency: options.concurrency });
    this.#bases = new BaseImages({
      resolver: deps.resolver,
      replaced: plan.replacedBases,
      lock: () => deps.lock.current,
      onPinned: (image, platform, digest) =>
        deps.sink.emit({ type: "base.pinned", at: deps.clock.nowMs(), image, platform, digest }),
      signal: this.#signal,
    });
    const builds = plan.steps.filter(({ action }) => action === "build");
    this.#builds = new Map(builds.map((step) => [keyOf(step), step]));
    this.#queue = new ReadyQueue(
      builds.map((step) => ({
        key: keyOf(step),
        parents: step.parents
          .map((parent) => stepKey(parent, step.platform))
          .filter((key) => this.#builds.has(key)),
        seconds: step.estimate.seconds,
      })),
    );
  }

  async conduct(): Promise<ReadonlyMap<string, StepOutcome>> {
    for (const step of this.#plan.steps) this.#announce(step);
    this.#start();
    await this.#slots.onIdle();
    if (this.#bugs.length > 0) throw this.#bugs[0];
    for (const step of this.#plan.steps) {
      if (this.#outcomes.has(keyOf(step))) continue;
      this.#outcomes.set(keyOf(step), { kind: "canceled" });
      this.#deps.sink.emit({ type: "layer.canceled", ...this.#node(step) });
    }
    return this.#outcomes;
  }

  #announce(step: Step): void {
    const { sink, lock } = this.#deps;
    switch (step.action) {
      case "build":
        return sink.emit({
          type: "layer.queued",
          ...this.#node(step),
          reasons: step.reasons.map(describeReason),
        });
      case "reuse": {
        const entry = entryOf(lock.current, step.layer, step.platform);
        if (entry === undefined)
          throw new Error(`${step.layer} is to be reused, but the lock has no entry of it`);
        this.#outcomes.set(keyOf(step), { kind: "reused", image: entry.image });
        const { image, sizeBytes } = entry;
        return sink.emit({ type: "layer.reused", ...this.#node(step), image, sizeBytes, reason: "current" });
      }
      case "blocked": {
        const reason = step.reasons.find((each) => each.kind === "parent-not-current");
        const cause = reason?.parent ?? step.layer;
        // A parent that is held back itself has had its word.
        if (reason !== undefined && !this.#plan.steps.some(({ layer }) => layer === cause))
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
      this.#working += 1;
      // The slot is given free only when the work has settled: p-queue hears no signal, the work itself does.
      this.#slots
        .add(() => this.#work(key))
        .catch((bug: unknown) => {
          this.#bugs.push(bug);
          this.#failFast.abort(bug);
        });
    }
  }

  async #work(key: string): Promise<void> {
    const step = this.#builds.get(key);
    if (step === undefined || this.#signal.aborted) return;
    const outcome = await buildLayer(this.#prepare(step));
    this.#working -= 1;
    if (outcome.kind === "canceled") return;
    this.#outcomes.set(key, outcome);
    if (outcome.kind === "failed") {
      for (const lost of this.#queue.fail(key)) this.#doom(this.#builds.get(lost), step.layer);
      if (this.#options.failFast) this.#failFast.abort(new Error(`${step.layer} failed`));
    } else this.#queue.succeed(key);
    this.#start();
  }

  #prepare(step: Step): LayerBuild {
    const { graph, ownInputs, lock, builder, images, sink, clock, secrets } = this.#deps;
    const own = ownInputs.get(step.layer);
    if (own === undefined) throw new Error(`no inputs were read of ${step.layer}`);
    return {
      step,
      layer: graph.layer(step.layer),
      own,
      graph,
      parents: new Map(step.parents.map((parent) => [parent, this.#imageOf(parent, step.platform)])),
      bases: this.#bases,
      lock,
      builder,
      images,
      sink,
      clock,
      secrets,
      signal: this.#signal,
    };
  }

  /** Of a parent: as it came out of this run, else as the lock has it. */
  #imageOf(layer: LayerName, platform: Platform): ImageDigest {
    const outcome = this.#outcomes.get(stepKey(layer, platform));
    if (outcome?.kind === "built" || outcome?.kind === "reused") return outcome.image;
    const entry = entryOf(this.#deps.lock.current, layer, platform);
    if (entry === undefined) throw new Error(`a child of ${layer} starts, but there is no image of it`);
    return entry.image;
  }

  #doom(step: Step | undefined, cause: LayerName): void {
    if (step === undefined) return;
    this.#outcomes.set(keyOf(step), { kind: "doomed", cause });
    this.#deps.sink.emit({ type: "layer.doomed", ...this.#node(step), cause });
  }

  #node({ layer, platform }: Step): { at: number; layer: LayerName; platform: Platform } {
    return { at: this.#deps.clock.nowMs(), layer, platform };
  }
}

function keyOf({ layer, platform }: Step): string {
  return stepKey(layer, platform);
}
