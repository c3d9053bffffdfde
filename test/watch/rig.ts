// Somebody edits while lamina watches, all in memory: the real engine from files to lock, with files, clock and builder driven by the
// test. Nothing happens but what the test makes happen.

import type { Event, EventOf } from "../../engine/events/event.ts";
import { emptyLock } from "../../engine/lock/lock.ts";
import { parseLock } from "../../engine/lock/parse-lock.ts";
import { createEvaluator } from "../../engine/nickel/evaluate.ts";
import type { Builder, SolveFailure } from "../../engine/ports/builder.ts";
import { openProject, planProject } from "../../engine/project.ts";
import { placeOn } from "../../engine/run/placer.ts";
import { type Look, type LookRequest, Watch, type WatchOptions } from "../../engine/watch.ts";
import type { LayerName } from "../../schemas/layer-name.ts";
import type { Lock } from "../../schemas/lock.ts";
import { FakeBuilder } from "../fakes/builder.ts";
import { FakeClock } from "../fakes/clock.ts";
import { EventLog } from "../fakes/event-log.ts";
import { WatchedFiles } from "../fakes/file-watch.ts";
import { FakeImageStore, FakeResolver } from "../fakes/images.ts";
import { amd64 } from "../lock/samples.ts";

export const lockPath = "/project/lamina.lock";

/** Parents of each layer, the base first; none: it stands on nothing. */
export type Shape = Readonly<Record<string, readonly string[]>>;

/** Text of a workflow.ncl. */
export function workflow(name: string, [base, ...copies]: readonly string[], more = ""): string {
  const copied = copies.map((copy) => `"${copy}"`).join(", ");
  return `{
  name = "${name}", kind = 'utility, language = "none", tools_provided = [], artifact_paths = [],
  build_base = ${base === undefined ? '{ image = "scratch" }' : `"${base}"`}, copies_from = [${copied}], ${more}
}
`;
}

/** Text of the Dockerfile that belongs to it. */
export function dockerfile([base, ...copies]: readonly string[]): string {
  const lines = copies.map((copy) => `COPY --from=lamina/${copy} /x /${copy}\n`).join("");
  return `FROM ${base === undefined ? "scratch" : `lamina/${base}`}\nCOPY file /file\n${lines}`;
}

export class WatchRig {
  readonly watched = new WatchedFiles();
  readonly images = new FakeImageStore();
  readonly resolver = new FakeResolver();
  readonly clock = new FakeClock();
  readonly log = new EventLog();
  /** The one that is opened next; undefined: there is none. */
  builder: FakeBuilder | undefined = new FakeBuilder(this.images);
  builtWith = 0;
  looks = 0;
  /** Done within every look, after the project was read. */
  whileLooking: () => Promise<void> = () => Promise.resolve();
  readonly watch: Watch;
  #ended: Promise<void> = Promise.resolve();
  #cursor = 0;
  #wake = (): void => {};

  constructor(shape: Shape, options: Partial<WatchOptions> = {}) {
    for (const [name, parents] of Object.entries(shape)) this.add(name, parents);
    const { files } = this.watched;
    this.watch = new Watch(
      {
        look: (request) => this.#look(request),
        openFileWatch: this.watched.open,
        openBuilder: () => {
          this.builtWith += this.builder === undefined ? 0 : 1;
          return Promise.resolve<Builder | undefined>(this.builder);
        },
        openImages: () => Promise.resolve(this.images),
        openPlacer: (builder) => placeOn(builder),
        makeRunId: () => "run",
        resolver: this.resolver,
        sink: {
          emit: (event) => {
            this.log.emit(event);
            this.#wake();
          },
          close: () => Promise.resolve(),
        },
        clock: this.clock,
        files,
      },
      { debounceMs: 100, concurrency: 4, buildsAtStart: true, ...options },
    );
  }

  /** Begins to watch. */
  start(): void {
    this.#ended = this.watch.watch();
  }

  /** Stops, ending every solve that runs as its signal asks, and waits for the end. */
  async stop(): Promise<void> {
    this.watch.stop();
    for (const name of this.builder?.running ?? [])
      (await this.builder?.solving(name))?.fail({ kind: "canceled" });
    await this.#ended;
  }

  /** The next event of a type after the one that was last waited for. */
  async next<T extends Event["type"]>(type: T): Promise<EventOf<T>> {
    for (;;) {
      const events = this.log.events.slice(this.#cursor);
      const at = events.findIndex((event) => event.type === type);
      const found = events[at];
      if (found !== undefined) {
        this.#cursor += at + 1;
        if (isOf(found, type)) return found;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Passes over everything that was told so far. */
  skip(): void {
    this.#cursor = this.log.events.length;
  }

  /** What was told since the last event that was waited for. */
  get since(): readonly string[] {
    return this.log.events
      .slice(this.#cursor)
      .map((event) => ("layer" in event ? `${event.type} ${event.layer}` : event.type));
  }

  /** Files of a new layer. */
  add(name: string, parents: readonly string[]): void {
    this.edit(`${name}/workflow.ncl`, workflow(name, parents));
    this.edit(`${name}/Dockerfile`, dockerfile(parents));
    this.edit(`${name}/file`, "0");
  }

  /** Writes a file below catalog/. */
  edit(file: string, text: string): void {
    this.watched.put(`/project/catalog/${file}`, text);
  }

  /** Lets the time pass after which a look follows. */
  rest(): void {
    this.clock.advance(100);
  }

  /** Ends each layer's solve well, in that order, each as soon as it runs. */
  async succeed(...names: readonly string[]): Promise<void> {
    for (const name of names) (await this.solving(name)).succeed();
  }

  async fail(name: string, failure: SolveFailure = broken): Promise<void> {
    (await this.solving(name)).fail(failure);
  }

  async solving(name: string) {
    if (this.builder === undefined) throw new Error("there is no builder");
    return await this.builder.solving(name);
  }

  /** Names of the layers that are in the lock as it lies on disk. */
  get locked(): readonly string[] {
    return Object.keys(this.lock.layers);
  }

  get lock(): Lock {
    const text = this.watched.files.readText(lockPath);
    if (!text.ok) return emptyLock;
    const parsed = parseLock(text.value, lockPath);
    if (!parsed.ok) throw new Error("the lock on disk is broken");
    return parsed.value;
  }

  async #look({ forced, signal }: LookRequest): Promise<Look> {
    this.looks += 1;
    const { files } = this.watched;
    const evaluator = createEvaluator({ files, importPaths: [] });
    const opened = await openProject({
      directory: "/project",
      host: { files, clock: this.clock, env: () => undefined },
      evaluate: (path) => Promise.resolve(evaluator.evaluate(path)),
      bases: new Map(),
    });
    await this.whileLooking();
    const targets = { folders: ["/project/catalog"], files: [lockPath] };
    if (!opened.ok) {
      const paths = opened.error.flatMap(({ span }) => (span === undefined ? [] : [span.file.path]));
      const diagnostics = opened.error.map(({ code, severity, message }) => ({
        code,
        severity,
        message,
        notes: [],
      }));
      return { kind: "invalid", complaint: { diagnostics }, concerned: new Set(paths), targets };
    }
    const project = opened.value;
    const plan = await planProject(project, {
      selection: [],
      options: {
        only: false,
        force: forced === "selected",
        withAncestors: false,
        ...(forced === "selected" ? {} : { forced }),
      },
      platforms: [],
      defaultPlatform: amd64,
      images: this.images,
      resolver: this.resolver,
      isLeased: false,
      signal,
    });
    return { kind: "sound", project, plan, targets };
  }
}

const broken: SolveFailure = {
  kind: "step-failed",
  step: "RUN false",
  exitCode: 1,
  message: "it did not complete successfully",
  logTail: [],
};

/** Layers of a round's part. */
export function names(steps: readonly { readonly layer: LayerName }[]): readonly string[] {
  return steps.map(({ layer }) => layer);
}

function isOf<T extends Event["type"]>(event: Event, type: T): event is EventOf<T> {
  return event.type === type;
}
