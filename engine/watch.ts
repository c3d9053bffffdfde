// What is stale, built again and again while somebody edits. In: reports that files may have changed. Out: events, and a lock
// that is right. A report only says "look again": the truth is found by opening and planning the project anew, so that thousands
// of reports are one look, and lost or idle ones do no harm.
//
//                report, then quiet for a moment (or too long a wait) · a key · the end of a run · targets watched anew
//                     │
//                     ▼
//   waiting ──────▶ looking ──nothing due──▶ waiting
//                     │ │ │
//                     │ │ └──not sound──▶ invalid: what runs and is not concerned ends; the rest waits for the next look
//                     │ └────due, nothing runs──▶ running, until that has ended
//                     └──────a run goes on──▶ running: what is still wanted goes on, the rest is stopped, the new begins
//
// Due is what is stale, but for what failed and would be built of the same inputs. What the world did wrong (a lost builder, a
// registry that cannot be reached) is tried again at the next report.

import type { LayerName } from "../schemas/layer-name.ts";
import type { Platform } from "../schemas/platform.ts";
import type { InputDigest } from "./core/digest.ts";
import type { FileInfo } from "./core/host.ts";
import type { Event, EventOf } from "./events/event.ts";
import { type PlanTools, type RunningPlan, startPlan } from "./pipeline.ts";
import { describeReason } from "./plan/explain-reason.ts";
import { type Plan, type Step, stepKey } from "./plan/step.ts";
import type { Builder } from "./ports/builder.ts";
import type { EventSink } from "./ports/event-sink.ts";
import type { FileWatch, OpenFileWatch, WatchTargets } from "./ports/file-watch.ts";
import type { ImageStore } from "./ports/images.ts";
import type { Project } from "./project.ts";
import { Attempts } from "./run/attempts.ts";
import type { LayerFailure } from "./run/layer-failure.ts";
import type { Outcome } from "./run/outcome.ts";
import type { Placer } from "./run/placer.ts";
import { adoptPublished, dropForeign, newlyAdopted, settleLock } from "./run/tend-lock.ts";

/** What the project was found to be. */
export type Look =
  | { readonly kind: "sound"; readonly project: Project; readonly plan: Plan; readonly targets: WatchTargets }
  | {
      readonly kind: "invalid";
      /** Diagnostics, or a message that has no place in a file. */
      readonly complaint: Pick<EventOf<"watch.invalid">, "diagnostics" | "message" | "help">;
      /** Absolute paths of the files that are complained of. */
      readonly concerned: ReadonlySet<string>;
      readonly targets: WatchTargets;
    };

export interface LookRequest {
  /** To be built although they are current. */
  readonly forced: ReadonlySet<LayerName> | "selected";
  /** Of layers that declare none; undefined before a builder was opened. */
  readonly defaultPlatform: Platform | undefined;
  readonly signal: AbortSignal;
}

export interface WatchDeps extends Omit<PlanTools, "placer" | "images" | "failures"> {
  /** Opens, selects and plans, all anew. */
  readonly look: (request: LookRequest) => Promise<Look>;
  readonly openFileWatch: OpenFileWatch;
  /** Undefined where there is none, which it has told then. */
  readonly openBuilder: (root: string, signal: AbortSignal) => Promise<Builder | undefined>;
  readonly openImages: (root: string) => Promise<ImageStore>;
  /** Where the layers of a project are placed that such a builder builds. */
  readonly openPlacer: (builder: Builder, project: Project, sink: EventSink) => Placer;
  readonly makeRunId: () => string;
}

export interface WatchOptions {
  /** How long it must be quiet before a look. */
  readonly debounceMs: number;
  /** Solves at once; at least 1. */
  readonly concurrency: number;
  /** Whether what is stale at the start is built, or only what becomes so. */
  readonly buildsAtStart: boolean;
}

/** A look is not put off any longer by reports that go on. */
const longestWaitMs = 1000;

/** The more of them are asked for at once, the later in this list is the one that counts. */
const triggers = [
  "again",
  "change",
  "rebuild",
  "start",
] as const satisfies readonly EventOf<"watch.round">["trigger"][];
type Trigger = (typeof triggers)[number];

interface Running {
  readonly plan: RunningPlan;
  readonly ended: Promise<void>;
  /** Of the plan that it follows. */
  project: Project;
  /** By `stepKey`: what it was last given to build. */
  given: ReadonlyMap<string, string>;
}

/** A builder and where it puts its images. */
interface Workshop {
  readonly builder: Builder;
  readonly images: ImageStore;
}

/** Watches a project until it is stopped. */
export class Watch {
  readonly #deps: WatchDeps;
  readonly #options: WatchOptions;
  readonly #sink: EventSink;
  readonly #fileWatch: FileWatch;
  readonly #stop = new AbortController();
  #reject: (bug: unknown) => void = () => {};

  #round = 0;
  #toldRound = 0;
  /** A look that is asked for while one goes on. */
  #wanted: Trigger | undefined;
  #looking: Promise<void> | undefined;
  #run: Running | undefined;
  #workshop: Workshop | undefined;
  /** Layers that were finished, ever. */
  #completions = 0;

  readonly #failures = new Map<InputDigest, LayerFailure>();
  readonly #attempts = new Attempts();
  #forced: LookRequest["forced"] = new Set();
  /** As it was last told. */
  #complaint: string | undefined;
  #stale: readonly LayerName[] = [];

  #targets = "";
  /** Changes of targets that are not in place yet. */
  #following = 0;
  #reportedSinceMs: number | undefined;
  #cancelTimer: () => void = () => {};
  /** Whether anything but the lock was reported since the last look. */
  #isMoreThanLock = false;
  /** The lock as this process left it. */
  #ownLock: { readonly path: string; readonly info: FileInfo | undefined } | undefined;

  constructor(deps: WatchDeps, options: WatchOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#sink = {
      emit: (event) => {
        this.#note(event);
        deps.sink.emit(event);
      },
      close: () => deps.sink.close(),
    };
    this.#fileWatch = deps.openFileWatch({
      changed: (path) => this.#hear(path),
      troubled: ({ kind, message }) => {
        const cause = kind === "limit" ? "the system watches no more files for this user" : message;
        const text = `${cause}: some changes will not be noticed`;
        this.#sink.emit({ type: "run.note", at: deps.clock.nowMs(), text });
      },
    });
  }

  /** Begins, and resolves when `stop` was called and nothing is left. Rejects for what only a bug can cause. */
  async watch(): Promise<void> {
    const stopped = new Promise<void>((resolve, reject) => {
      this.#stop.signal.addEventListener("abort", () => resolve());
      this.#reject = reject;
    });
    this.#request("start");
    try {
      await stopped;
    } finally {
      this.stop();
      this.#cancelTimer();
      await this.#looking;
      await this.#run?.ended;
      await this.#fileWatch.close();
      await this.#workshop?.builder.close();
    }
  }

  /** Cancels what runs. */
  stop(): void {
    this.#stop.abort(new Error("stopped"));
  }

  /** Builds what failed again; where nothing did, all that is selected. */
  rebuild(): void {
    this.#request("rebuild");
  }

  #hear(path: string): void {
    if (this.#stop.signal.aborted) return;
    const { clock } = this.#deps;
    const { debounceMs } = this.#options;
    const nowMs = clock.nowMs();
    this.#reportedSinceMs ??= nowMs;
    this.#isMoreThanLock ||= path !== this.#ownLock?.path;
    const leftMs = this.#reportedSinceMs + Math.max(longestWaitMs, debounceMs) - nowMs;
    this.#cancelTimer();
    this.#cancelTimer = clock.after(Math.max(0, Math.min(debounceMs, leftMs)), () => {
      const isOwn = !this.#isMoreThanLock && this.#isOwnLock();
      this.#reportedSinceMs = undefined;
      this.#isMoreThanLock = false;
      if (isOwn) this.#rest();
      else this.#request("change");
    });
  }

  /** Whether the lock is as this process left it. */
  #isOwnLock(): boolean {
    if (this.#ownLock?.info === undefined) return false;
    const { path, info } = this.#ownLock;
    const now = this.#deps.files.info(path);
    const { inode, mtimeMs, size } = info;
    return now.ok && now.value.inode === inode && now.value.mtimeMs === mtimeMs && now.value.size === size;
  }

  #rememberLock(path: string): void {
    const info = this.#deps.files.info(path);
    this.#ownLock = { path, info: info.ok ? info.value : undefined };
  }

  /** Listens to what the run tells. */
  #note(event: Event): void {
    if (event.type === "lock.written") this.#rememberLock(event.path);
    if (event.type !== "layer.completed" && event.type !== "layer.reused") return;
    this.#completions += 1;
    if (this.#forced !== "selected")
      this.#forced = new Set(Array.from(this.#forced).filter((name) => name !== event.layer));
  }

  #request(trigger: Trigger): void {
    if (this.#stop.signal.aborted) return;
    this.#wanted = stronger(this.#wanted, trigger);
    this.#looking ??= this.#lookAround();
  }

  async #lookAround(): Promise<void> {
    try {
      for (;;) {
        const trigger = this.#wanted;
        if (trigger === undefined || this.#stop.signal.aborted) break;
        this.#wanted = undefined;
        await this.#lookOnce(trigger);
      }
    } catch (bug) {
      this.#reject(bug);
    }
    this.#looking = undefined;
    this.#rest();
  }

  async #lookOnce(trigger: Trigger): Promise<void> {
    this.#round += 1;
    if (trigger === "rebuild") this.#forgetFailures();
    const completions = this.#completions;
    const look = await this.#deps.look({
      forced: this.#forced,
      defaultPlatform: this.#workshop?.builder.platforms[0],
      signal: this.#stop.signal,
    });
    if (this.#stop.signal.aborted) return;
    this.#follow(look.targets);
    if (look.kind === "invalid") this.#pause(look);
    else if (completions === this.#completions) await this.#proceed(look.project, look.plan, trigger);
    // A layer was finished meanwhile: the plan does not know of it.
    else this.#wanted = stronger(this.#wanted, trigger === "rebuild" ? "change" : trigger);
  }

  /** What failed is tried again; where nothing did, what is selected is built though it is current. */
  #forgetFailures(): void {
    if (this.#failures.size === 0 && this.#attempts.isEmpty) this.#forced = "selected";
    this.#failures.clear();
    this.#attempts.clear();
    this.#complaint = undefined;
  }

  /** Nothing is known of what is to be built: what runs goes on, as far as no complaint is about it. */
  #pause({ complaint, concerned }: Extract<Look, { kind: "invalid" }>): void {
    this.#forced = new Set();
    const text = JSON.stringify(complaint);
    if (text !== this.#complaint) {
      const at = this.#deps.clock.nowMs();
      this.#sink.emit({ type: "watch.invalid", at, round: this.#round, ...complaint });
    }
    this.#complaint = text;
    if (this.#run === undefined) return;
    const { graph } = this.#run.project;
    this.#run.given = new Map();
    this.#run.plan.wind((name) => {
      const { directory, sources } = graph.layer(name);
      return Array.from(concerned).some((path) => path.startsWith(`${directory}/`) || sources.includes(path));
    });
  }

  async #proceed(project: Project, plan: Plan, trigger: Trigger): Promise<void> {
    this.#complaint = undefined;
    if (this.#forced === "selected") this.#forced = forcedIn(plan);
    this.#stale = Array.from(
      new Set(plan.steps.flatMap(({ layer, action }) => (action === "reuse" ? [] : [layer]))),
    );
    const due = this.#attempts.due(plan, project.ownInputs, trigger !== "again");
    if (this.#run !== undefined) return this.#revise(this.#run, project, plan, trigger);
    if (trigger === "start" && !this.#options.buildsAtStart) {
      this.#attempts.giveUp(due, project.ownInputs, "changed");
      return undefined;
    }
    if (due.length === 0) return this.#tend(project, plan);
    const isNew = this.#workshop === undefined;
    const workshop = await this.#openWorkshop(project, due);
    if (workshop === undefined) return undefined;
    // Only a builder that is open tells which platform is its own.
    if (isNew && due.some(({ platform }) => platform !== workshop.builder.platforms[0]))
      this.#wanted = stronger(this.#wanted, trigger);
    else this.#start(project, plan, trigger, workshop);
    return undefined;
  }

  /** Nothing is to be built: the lock alone is brought up to date, and what others have built is told. */
  async #tend(project: Project, plan: Plan): Promise<void> {
    const telling = { sink: this.#sink, clock: this.#deps.clock };
    const news = newlyAdopted(plan, project.lock);
    await dropForeign(project, telling);
    await adoptPublished(plan, project, telling);
    for (const { layer, platform, entry } of news.values()) {
      const { image, sizeBytes } = entry;
      const node = { at: this.#deps.clock.nowMs(), layer, platform };
      this.#sink.emit({ type: "layer.reused", ...node, image, sizeBytes, reason: "published" });
    }
    if (news.size > 0) await settleLock(project, telling);
  }

  async #openWorkshop(project: Project, due: readonly Step[]): Promise<Workshop | undefined> {
    if (this.#workshop !== undefined) return this.#workshop;
    const { root } = project.graph;
    const builder = await this.#deps.openBuilder(root, this.#stop.signal);
    if (builder === undefined) {
      this.#attempts.giveUp(due, project.ownInputs, "retried");
      return undefined;
    }
    this.#workshop = { builder, images: await this.#deps.openImages(root) };
    return this.#stop.signal.aborted ? undefined : this.#workshop;
  }

  #start(project: Project, plan: Plan, trigger: Trigger, workshop: Workshop): void {
    this.#tellRound(trigger, buildsOf(plan), [], []);
    const { secretValues, resolver, published, clock, files, metrics, openPlacer, makeRunId } = this.#deps;
    const { builder, images } = workshop;
    const placer = openPlacer(builder, project, this.#sink);
    const own = { placer, images, sink: this.#sink, failures: this.#failures };
    const tools = { ...own, secretValues, resolver, published, clock, files, metrics };
    const running = startPlan(
      project,
      plan,
      { ...tools, cacheRegistry: this.#deps.cacheRegistry },
      {
        runId: makeRunId(),
        concurrency: this.#options.concurrency,
        failFast: false,
        signal: this.#stop.signal,
        isWatched: true,
      },
    );
    const ended = running.outcome
      .then((outcome) => this.#conclude(outcome))
      .catch((bug: unknown) => this.#reject(bug));
    this.#run = { plan: running, ended, project, given: givenBy(plan, project) };
  }

  #revise(run: Running, project: Project, plan: Plan, trigger: Trigger): void {
    const given = givenBy(plan, project);
    const { kept, stopped } = run.plan.foresee(project, plan);
    const keptKeys = new Set(kept.map(keyOf));
    const news = buildsOf(plan).filter((step) => {
      const key = keyOf(step);
      return given.get(key) !== run.given.get(key) && !keptKeys.has(key);
    });
    if (news.length + stopped.length > 0) this.#tellRound(trigger, news, kept, stopped);
    // Where it has just ended, its end is looked after.
    if (!run.plan.revise(project, plan)) return;
    run.given = given;
    run.project = project;
  }

  async #conclude(outcome: Outcome): Promise<void> {
    const run = this.#run;
    if (run === undefined) return;
    this.#run = undefined;
    this.#forced = new Set();
    this.#rememberLock(run.project.lock.path);
    this.#attempts.note(outcome, run.project.ownInputs);
    const isLost = outcome.steps.some(
      ({ outcome: end }) => end.kind === "failed" && end.failure === "daemon-lost",
    );
    if (isLost) await this.#closeWorkshop();
    this.#request("again");
  }

  /** The next build opens another builder. */
  async #closeWorkshop(): Promise<void> {
    const workshop = this.#workshop;
    this.#workshop = undefined;
    await workshop?.builder.close();
  }

  #follow(targets: WatchTargets): void {
    const text = JSON.stringify([targets.folders, targets.files]);
    if (text === this.#targets) return;
    this.#targets = text;
    this.#following += 1;
    void this.#awaitFollowed(this.#fileWatch.follow(targets));
  }

  async #awaitFollowed(followed: Promise<void>): Promise<void> {
    await followed;
    this.#following -= 1;
    // What changed before they were watched was not reported.
    this.#request("again");
  }

  #tellRound(
    trigger: Trigger,
    build: readonly Step[],
    kept: readonly Step[],
    stopped: readonly Step[],
  ): void {
    this.#sink.emit({
      type: "watch.round",
      at: this.#deps.clock.nowMs(),
      round: this.#round,
      trigger,
      build: build.map((step) => ({
        ...nameOf(step),
        reasons: step.reasons.filter(({ kind }) => kind !== "parent-pending").map(describeReason),
      })),
      kept: kept.map(nameOf),
      stopped: stopped.map(nameOf),
    });
  }

  /** Says so where nothing is left to do until something changes. */
  #rest(): void {
    const isBusy = this.#run !== undefined || this.#looking !== undefined || this.#following > 0;
    if (isBusy || this.#reportedSinceMs !== undefined || this.#stop.signal.aborted) return;
    if (this.#toldRound === this.#round) return;
    this.#toldRound = this.#round;
    this.#sink.emit({
      type: "watch.waiting",
      at: this.#deps.clock.nowMs(),
      round: this.#round,
      invalid: this.#complaint !== undefined,
      stale: [...this.#stale],
    });
  }
}

function stronger(a: Trigger | undefined, b: Trigger): Trigger {
  return a === undefined || triggers.indexOf(b) > triggers.indexOf(a) ? b : a;
}

function keyOf({ layer, platform }: Step): string {
  return stepKey(layer, platform);
}

function nameOf({ layer, platform }: Step): Pick<Step, "layer" | "platform"> {
  return { layer, platform };
}

function buildsOf({ steps }: Plan): readonly Step[] {
  return steps.filter(({ action }) => action === "build");
}

function forcedIn({ steps }: Plan): ReadonlySet<LayerName> {
  return new Set(
    steps.filter(({ reasons }) => reasons.some(({ kind }) => kind === "forced")).map(({ layer }) => layer),
  );
}

/** By `stepKey` what is to be built, told apart by all but what parents do. */
function givenBy(plan: Plan, { ownInputs }: Project): ReadonlyMap<string, string> {
  return new Map(
    buildsOf(plan).map((step) => {
      const own = step.reasons.filter(({ kind }) => !kind.startsWith("parent-"));
      return [keyOf(step), `${ownInputs.get(step.layer)?.digest} ${JSON.stringify(own)}`];
    }),
  );
}
