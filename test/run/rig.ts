// A run with everything it works with, driven by the test: the real lock file over files in memory, the fake builder.

import { setImmediate as nextTurnOfLoop } from "node:timers/promises";
import type { InputDigest } from "../../engine/core/digest.ts";
import { err, ok } from "../../engine/core/result.ts";
import type { SecretSource } from "../../engine/core/secret-source.ts";
import { emptyLock } from "../../engine/lock/lock.ts";
import { openLockFile } from "../../engine/lock/lock-file.ts";
import { parseLock } from "../../engine/lock/parse-lock.ts";
import { serializeLock } from "../../engine/lock/serialize-lock.ts";
import { emptyHistory, type History } from "../../engine/plan/history.ts";
import { makePlan, type PlanInput, type PlanOptions } from "../../engine/plan/plan.ts";
import type { Plan } from "../../engine/plan/step.ts";
import type { SecretFailure } from "../../engine/ports/secrets.ts";
import type { LayerFailure } from "../../engine/run/layer-failure.ts";
import type { Outcome } from "../../engine/run/outcome.ts";
import { type Placer, placeOn } from "../../engine/run/placer.ts";
import {
  type RunDeps,
  type RunningRun,
  type RunOptions,
  type RunWorld,
  run,
  startRun,
} from "../../engine/run/run.ts";
import type { LayerName } from "../../schemas/layer-name.ts";
import type { Lock } from "../../schemas/lock.ts";
import { FakeBuilder } from "../fakes/builder.ts";
import { FakeClock } from "../fakes/clock.ts";
import { EventLog } from "../fakes/event-log.ts";
import { FakeFiles } from "../fakes/files.ts";
import { FakeImageStore, FakeResolver } from "../fakes/images.ts";
import { FakeMetrics } from "../fakes/metrics.ts";
import { amd64, layer } from "../lock/samples.ts";
import type { Project } from "../plan/project.ts";

export const lockPath = "/project/lamina.lock";

export class RunRig {
  project: Project;
  /** What the files have become since the project was read; undefined while nobody touched them. */
  onDisk: Project | undefined;
  readonly failures = new Map<InputDigest, LayerFailure>();
  readonly images = new FakeImageStore();
  readonly builder = new FakeBuilder(this.images);
  readonly resolver = new FakeResolver();
  readonly log = new EventLog();
  readonly clock = new FakeClock();
  readonly stop = new AbortController();
  readonly secrets = new Map<string, SecretSource>();
  readonly replaced = new Map<string, string>();
  readonly files = new FakeFiles();
  readonly metrics = new FakeMetrics();
  /** By id: secrets that cannot be read, and why. */
  readonly unreadable = new Map<string, SecretFailure>();
  published: RunDeps["published"];
  publication: RunDeps["publication"];
  cacheRegistry: RunDeps["cacheRegistry"];
  caches: PlanInput["caches"];

  constructor(project: Project, lock: Lock = emptyLock) {
    this.project = project;
    if (lock !== emptyLock) this.files.put(lockPath, serializeLock(lock));
    for (const platforms of Object.values(lock.layers))
      for (const { image } of Object.values(platforms)) this.images.add(image);
  }

  /** The lock as it lies on disk now. */
  get lock(): Lock {
    const text = this.files.readText(lockPath);
    if (!text.ok) return emptyLock;
    const parsed = parseLock(text.value, lockPath);
    if (!parsed.ok) throw new Error("the lock on disk is broken");
    return parsed.value;
  }

  plan(
    selection: readonly string[] = [],
    options: Partial<PlanOptions> = {},
    history: History = emptyHistory,
  ): Plan {
    return makePlan(this.planInput(selection, options, history));
  }

  planInput(
    selection: readonly string[] = [],
    options: Partial<PlanOptions> = {},
    history: History = emptyHistory,
  ): PlanInput {
    return {
      ...this.project,
      lock: this.lock,
      selection: selection.map(layer),
      options: { only: false, force: false, withAncestors: false, ...options },
      defaultPlatform: amd64,
      platforms: [],
      images: this.images,
      replacedBases: new Map(
        Array.from(this.replaced, ([image, reference]) => [image, { reference, digests: new Map() }]),
      ),
      history,
      caches: this.caches,
      leased: false,
    };
  }

  async start(options: Partial<RunOptions> = {}, plan: Plan = this.plan()): Promise<Outcome> {
    return await run(plan, await this.#deps(), { ...this.#defaults, ...options });
  }

  /** A run that may be revised. */
  async startWatched(options: Partial<RunOptions> = {}): Promise<RunningRun> {
    const deps = { ...(await this.#deps()), failures: this.failures };
    return startRun(this.plan(), deps, { ...this.#defaults, isWatched: true, ...options });
  }

  /** Gives a run the plan of what the project has become. */
  async revise(running: RunningRun, project: Project): Promise<boolean> {
    this.project = project;
    const world = await this.#world();
    return running.revise(this.plan(), world);
  }

  /** What such a plan would do with what is in flight. */
  async foresee(running: RunningRun, project: Project): Promise<Record<"kept" | "stopped", LayerName[]>> {
    this.project = project;
    const { kept, stopped } = running.foresee(this.plan(), await this.#world());
    return { kept: kept.map((step) => step.layer), stopped: stopped.map((step) => step.layer) };
  }

  get #defaults(): RunOptions {
    return { runId: "run-1", concurrency: 4, failFast: false, signal: this.stop.signal };
  }

  async #world(): Promise<RunWorld> {
    const lock = await openLockFile(this.files, { path: lockPath, folder: "/project/.lamina" });
    if (!lock.ok) throw new Error("the lock cannot be opened");
    return { ...this.project, lock: lock.value, secrets: this.secrets };
  }

  async #deps(): Promise<RunDeps> {
    const { placer, images, resolver, log: sink, clock } = this;
    const readOwn: RunDeps["readOwn"] = ({ name }) => (this.onDisk ?? this.project).ownInputs.get(name);
    const metrics = this.metrics;
    const { published, publication, cacheRegistry } = this;
    return {
      ...(await this.#world()),
      readOwn,
      placer,
      metrics,
      secretValues: {
        check: (source) => {
          const failure = this.unreadable.get(source.id);
          return Promise.resolve(failure === undefined ? ok(undefined) : err(failure));
        },
      },
      images,
      resolver,
      sink,
      clock,
      published,
      publication,
      cacheRegistry,
    };
  }

  /** Where its layers are built. */
  protected get placer(): Placer {
    return placeOn(this.builder);
  }

  /** Ends a layer's solve well as soon as it runs, and waits until everything that follows from it has happened. */
  async succeed(name: string): Promise<void> {
    (await this.builder.solving(name)).succeed();
    await settle();
  }

  async fail(name: string): Promise<void> {
    const message = "process did not complete successfully";
    const failure = {
      kind: "step-failed",
      step: "RUN false",
      exitCode: 1,
      message,
      logTail: ["no"],
    } as const;
    (await this.builder.solving(name)).fail(failure);
    await settle();
  }
}

/** Lets everything happen that waits for nothing but its turn. */
export async function settle(): Promise<void> {
  await nextTurnOfLoop();
  await nextTurnOfLoop();
}

/** "rust: built" and the like, in the plan's order. */
export function brief({ steps }: Outcome): readonly string[] {
  return steps.map(({ layer: name, outcome }) =>
    outcome.kind === "doomed" ? `${name}: doomed by ${outcome.cause}` : `${name}: ${outcome.kind}`,
  );
}
