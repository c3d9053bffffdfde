// One step of a plan from its parents' images to its entry in the lock: find bases, fingerprint, solve, prove, record.
// A failure at any point leaves the lock's old entry as it was.

import type { LayerName } from "../../schemas/layer-name.ts";
import type { LockEntry } from "../../schemas/lock.ts";
import type { Platform } from "../../schemas/platform.ts";
import type { Layer } from "../catalog/layer.ts";
import type { ImageDigest, InputDigest } from "../core/digest.ts";
import type { Clock } from "../core/host.ts";
import { err, ok, type Result } from "../core/result.ts";
import { unreachable } from "../core/unreachable.ts";
import { combineInputs, lockInputsOf, type OwnInputs } from "../graph/fingerprint.ts";
import type { LayerGraph } from "../graph/graph.ts";
import type { LockFile } from "../lock/lock-file.ts";
import type { Step } from "../plan/step.ts";
import type { Builder, SecretSource, SolveFailure, SolveProgress, SolveResult } from "../ports/builder.ts";
import type { EventSink } from "../ports/event-sink.ts";
import type { ImageStore } from "../ports/images.ts";
import type { BaseImage, BaseImages } from "./base-images.ts";
import {
  explainChangedInputs,
  explainLockFailure,
  explainMissingSecret,
  explainResolveFailure,
  explainSolveFailure,
  isLasting,
  type LayerFailure,
} from "./layer-failure.ts";
import { nameContexts } from "./named-contexts.ts";
import type { StepOutcome } from "./outcome.ts";
import { judgeProof } from "./prove-layer.ts";

/** A step with all that it needs; `parents` are images that exist. */
export interface LayerBuild {
  readonly step: Step;
  readonly layer: Layer;
  readonly own: OwnInputs;
  readonly graph: LayerGraph;
  readonly parents: ReadonlyMap<LayerName, ImageDigest>;
  readonly bases: BaseImages;
  readonly lock: LockFile;
  readonly builder: Builder;
  readonly images: ImageStore;
  readonly sink: EventSink;
  readonly clock: Clock;
  readonly secrets: ReadonlyMap<string, SecretSource>;
  readonly signal: AbortSignal;
  readonly readOwn: (layer: Layer) => OwnInputs | undefined;
  /** By the inputs that they came of: such a build is not tried again. */
  readonly failures: Map<InputDigest, LayerFailure> | undefined;
  /** Somebody looks again when files change: inputs that change are no failure then. */
  readonly isWatched: boolean;
  /** Told what it is built of, before it starts. */
  readonly onInputs: (inputs: BuildInputs) => void;
}

/** What a build is made of. */
export interface BuildInputs {
  readonly digest: InputDigest;
  readonly bases: ReadonlyMap<string, ImageDigest>;
}

export type BuiltOutcome = Exclude<StepOutcome, { kind: "doomed" }>;

/** Builds it, or finds that the lock has it after all. Emits everything about it but that it was queued or canceled. */
export async function buildLayer(build: LayerBuild): Promise<BuiltOutcome> {
  const startedMs = build.clock.nowMs();
  const outcome = await attempt(build, startedMs);
  if (outcome.ok) return outcome.value;
  const failure = outcome.error;
  if (failure === "canceled") return { kind: "canceled" };
  const { kind, message, help, logTail } = failure;
  build.sink.emit({
    type: "layer.failed",
    ...node(build),
    seconds: secondsSince(build, startedMs),
    kind,
    message,
    ...(help === undefined ? {} : { help }),
    logTail: [...logTail],
  });
  return { kind: "failed", failure: kind, message };
}

type Halt = LayerFailure | "canceled";

async function attempt(build: LayerBuild, startedMs: number): Promise<Result<BuiltOutcome, Halt>> {
  const { step, layer, own, graph, parents, lock, sink } = build;
  const bases = await findBases(build);
  if (!bases.ok) return bases;
  const digests = new Map(bases.value.map(({ image, source }) => [image, source.digest] as const));
  const inputDigest = combineInputs(own, step.platform, parents, digests);
  build.onInputs({ digest: inputDigest, bases: digests });

  const known = lock.entryOf(layer.name, step.platform);
  if (known !== undefined && isCutOff(build, inputDigest, known)) {
    const recorded = await record(build, bases.value, undefined);
    if (!recorded.ok) return recorded;
    sink.emit({
      type: "layer.reused",
      ...node(build),
      image: known.image,
      sizeBytes: known.sizeBytes,
      reason: "cut-off",
    });
    return ok({ kind: "reused", image: known.image });
  }

  const before = isForced(step) ? undefined : build.failures?.get(inputDigest);
  if (before !== undefined) {
    const { kind, message } = before;
    sink.emit({ type: "layer.held", ...node(build), kind, message });
    return ok({ kind: "failed", failure: kind, message });
  }

  const secrets = findSecrets(build);
  if (!secrets.ok) return secrets;
  sink.emit({ type: "layer.started", ...node(build), inputDigest });
  const sources = bases.value.map(({ image, source }) => [image, source] as const);
  const contexts = nameContexts(layer, graph, parents, new Map(sources));
  const solved = await build.builder.solve(
    {
      contextDirectory: layer.directory,
      dockerfilePath: layer.dockerfile.file.path,
      target: layer.workflow.target,
      platform: step.platform,
      buildArgs: new Map(Object.entries(layer.workflow.args)),
      namedContexts: contexts,
      secrets: secrets.value,
      ssh: layer.workflow.ssh,
      cacheFrom: step.cache.from,
      cacheTo: step.cache.to,
      imageName: `${graph.workspace}/${layer.name}`,
      noCache: isForced(step),
    },
    (progress) => forward(build, progress),
    build.signal,
  );
  // The files that were sent are those that were hashed, or nobody knows what came out.
  const now = build.readOwn(layer);
  const isSame = now?.digest === own.digest;
  if (!isSame && build.isWatched) return err("canceled");
  if (!solved.ok) return err(remember(build, inputDigest, halt(build, solved.error)));
  if (!isSame) return err(explainChangedInputs(own, now));
  const versions = await prove(build, solved.value.imageDigest);
  if (!versions.ok) return err(remember(build, inputDigest, versions.error));
  if (build.signal.aborted) return err("canceled");

  const inputs = { input: inputDigest, inputs: lockInputsOf(own, parents, digests) };
  const recorded = await record(build, bases.value, makeEntry(step, inputs, solved.value, versions.value));
  if (!recorded.ok) return recorded;
  const seconds = secondsSince(build, startedMs);
  const changed = known?.image !== solved.value.imageDigest;
  sink.emit({
    type: "layer.completed",
    ...node(build),
    image: solved.value.imageDigest,
    changed,
    sizeBytes: solved.value.sizeBytes,
    seconds,
    stepsRun: solved.value.stepsRun,
    stepsCached: solved.value.stepsCached,
    tools: Object.fromEntries(versions.value),
  });
  return ok({ kind: "built", image: solved.value.imageDigest, changed, seconds });
}

async function findBases(build: LayerBuild): Promise<Result<readonly BaseImage[], Halt>> {
  const names = build.graph.externalBases(build.layer.name);
  const found = await Promise.all(names.map((image) => build.bases.find(image, build.step.platform)));
  if (build.signal.aborted) return err("canceled");
  const images: BaseImage[] = [];
  for (const [index, each] of found.entries()) {
    if (!each.ok) return err(explainResolveFailure(names[index] ?? "", each.error));
    images.push(each.value);
  }
  return ok(images);
}

function isCutOff({ step, images }: LayerBuild, inputDigest: InputDigest, known: LockEntry): boolean {
  return known.input === inputDigest && !isForced(step) && images.holds(known.image);
}

/** Keeps in mind what nothing but other inputs can mend. */
function remember({ failures }: LayerBuild, inputDigest: InputDigest, failure: Halt): Halt {
  if (failure !== "canceled" && isLasting(failure.kind)) failures?.set(inputDigest, failure);
  return failure;
}

function isForced(step: Step): boolean {
  return step.reasons.some(({ kind }) => kind === "forced");
}

/** A declared secret without a source is left out where every mount of it can do without. */
function findSecrets({ layer, secrets }: LayerBuild): Result<readonly SecretSource[], LayerFailure> {
  const sources: SecretSource[] = [];
  for (const id of layer.workflow.secrets) {
    const source = secrets.get(id);
    if (source !== undefined) sources.push(source);
    else if (layer.dockerfile.secrets.some((mount) => mount.id === id && mount.required))
      return err(explainMissingSecret(id, undefined));
  }
  return ok(sources);
}

async function prove(
  build: LayerBuild,
  image: ImageDigest,
): Promise<Result<ReadonlyMap<string, string>, Halt>> {
  const { layer, step, builder, sink, signal } = build;
  const { tools_provided: promised, artifact_paths: artifactPaths } = layer.workflow;
  if (promised.length === 0 && artifactPaths.length === 0) return ok(new Map());
  sink.emit({ type: "layer.proving", ...node(build), tools: promised.map(({ name }) => name) });
  const tools = promised.map(({ name, check }) => ({ name, command: check }));
  const source = { kind: "store", digest: image } as const;
  const proof = await builder.prove({ image: source, platform: step.platform, tools, artifactPaths }, signal);
  return proof.ok ? judgeProof(layer, proof.value) : err(halt(build, proof.error));
}

/** Pins what was unpinned and puts the entry in, if there is one: in one write. */
async function record(
  build: LayerBuild,
  bases: readonly BaseImage[],
  entry: LockEntry | undefined,
): Promise<Result<void, LayerFailure>> {
  const { step, layer, lock, sink } = build;
  const { platform } = step;
  const recorded = await lock.record({
    pins: bases
      .filter((base) => base.unpinned)
      .map(({ image, source }) => ({ image, platform, digest: source.digest })),
    entries: entry === undefined ? [] : [{ layer: layer.name, platform, entry }],
  });
  if (!recorded.ok) return err(explainLockFailure(lock.path, recorded.error));
  if (recorded.value.written)
    sink.emit({ type: "lock.written", at: build.clock.nowMs(), path: lock.path, layer: layer.name });
  return ok(undefined);
}

function makeEntry(
  step: Step,
  inputs: Pick<LockEntry, "input" | "inputs">,
  solved: SolveResult,
  versions: ReadonlyMap<string, string>,
): LockEntry {
  return {
    image: solved.imageDigest,
    sizeBytes: solved.sizeBytes,
    tools: Object.fromEntries(versions),
    caches: [...step.cache.to],
    ...inputs,
  };
}

function forward(build: LayerBuild, progress: SolveProgress): void {
  switch (progress.kind) {
    case "step": {
      const { id, name, state } = progress.step;
      return build.sink.emit({ type: "layer.step", ...node(build), stepId: id, name, state });
    }
    case "log": {
      const { stepId, stream, text } = progress;
      return build.sink.emit({ type: "layer.log", ...node(build), stepId, stream, text });
    }
    case "warning":
      return build.sink.emit({
        type: "run.note",
        at: build.clock.nowMs(),
        text: `${build.layer.name}: ${progress.text}`,
      });
    default:
      return unreachable(progress);
  }
}

function halt(build: LayerBuild, failure: SolveFailure): Halt {
  // A daemon that hears the terminal's Ctrl-C as well may be gone before it can say that it canceled.
  const isEnd = failure.kind === "canceled" || failure.kind === "daemon-lost";
  return isEnd && build.signal.aborted ? "canceled" : explainSolveFailure(failure, build.secrets);
}

function node(build: LayerBuild): { at: number; layer: LayerName; platform: Platform } {
  return { at: build.clock.nowMs(), layer: build.layer.name, platform: build.step.platform };
}

function secondsSince(build: LayerBuild, startedMs: number): number {
  return (build.clock.nowMs() - startedMs) / 1000;
}
