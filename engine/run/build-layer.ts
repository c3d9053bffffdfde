// One step of a plan from its parents' images to its entry in the lock: find bases, fingerprint, solve, prove, record.
// A failure at any point leaves the lock's old entry as it was.

import type { LayerName } from "../../schemas/layer-name.ts";
import type { LockEntry } from "../../schemas/lock.ts";
import type { InputDigest } from "../core/digest.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { SecretSource } from "../core/secret-source.ts";
import type { EventOf } from "../events/event.ts";
import { combineInputs, lockInputsOf } from "../graph/fingerprint.ts";
import { type Step, stepKey } from "../plan/step.ts";
import type { ImageSource, SolveResult } from "../ports/builder.ts";
import { entryOfPublished } from "../publish/adopt.ts";
import type { LayerImage } from "../publish/layer-index.ts";
import type { BaseImage } from "./base-images.ts";
import { type Halt, type LayerBuild, node } from "./layer-build.ts";
import {
  explainLockFailure,
  explainMissingSecret,
  explainResolveFailure,
  isLasting,
  type LayerFailure,
} from "./layer-failure.ts";
import { makeImage } from "./make-image.ts";
import { nameContexts } from "./named-contexts.ts";
import type { StepOutcome } from "./outcome.ts";
import { timePlacer } from "./timed-placer.ts";

export type BuiltOutcome = Exclude<StepOutcome, { kind: "doomed" }>;

/** Builds it, or finds that the lock has it after all. Emits everything about it but that it was queued or canceled. */
export async function buildLayer(build: LayerBuild): Promise<BuiltOutcome> {
  const timed = timePlacer(build.placer, build.clock);
  const startedMs = build.clock.nowMs();
  const durations = (): Durations => durationsOf(build.clock.nowMs() - startedMs, timed.waitedMs());
  const outcome = await attempt({ ...build, placer: timed.placer }, durations);
  if (outcome.ok) return outcome.value;
  const failure = outcome.error;
  if (failure === "canceled") return { kind: "canceled" };
  const { kind, message, help, logTail } = failure;
  build.sink.emit({
    type: "layer.failed",
    ...node(build),
    ...durations(),
    kind,
    message,
    ...(help === undefined ? {} : { help }),
    logTail: [...logTail],
  });
  return { kind: "failed", failure: kind, message };
}

/** The build's own, and that of the wait for its machines, which is not in it. */
type Durations = Pick<EventOf<"layer.completed">, "seconds" | "waitedSeconds">;

function durationsOf(wholeMs: number, waitedMs: number | undefined): Durations {
  const seconds = (wholeMs - (waitedMs ?? 0)) / 1000;
  return waitedMs === undefined ? { seconds } : { seconds, waitedSeconds: waitedMs / 1000 };
}

async function attempt(build: LayerBuild, durations: () => Durations): Promise<Result<BuiltOutcome, Halt>> {
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
  const found = isForced(step) ? undefined : await findPublished(build, inputDigest);
  if (build.signal.aborted) return err("canceled");
  if (found !== undefined) {
    const inputs = lockInputsOf(own, parents, digests);
    const recorded = await record(build, bases.value, entryOfPublished(found, inputs, known));
    if (!recorded.ok) return recorded;
    const image = found.manifest.digest;
    sink.emit({
      type: "layer.reused",
      ...node(build),
      image,
      sizeBytes: found.sizeBytes,
      reason: "published",
    });
    return ok({ kind: "reused", image });
  }

  const before = isForced(step) ? undefined : build.failures?.get(inputDigest);
  if (before !== undefined) {
    const { kind, message } = before;
    sink.emit({ type: "layer.held", ...node(build), kind, message });
    return ok({ kind: "failed", failure: kind, message });
  }

  const secrets = await findSecrets(build);
  if (!secrets.ok) return secrets;
  sink.emit({ type: "layer.started", ...node(build), inputDigest });
  const sources = bases.value.map(({ image, source }) => [image, source] as const);
  const contexts = nameContexts(layer, graph, sourcesOf(build), new Map(sources));
  const key = stepKey(layer.name, step.platform);
  build.caches?.expect(key, known?.input === inputDigest);
  const made = await makeImage(build, {
    contextDirectory: layer.directory,
    dockerfilePath: layer.dockerfile.file.path,
    target: layer.workflow.target,
    platform: step.platform,
    buildArgs: new Map(Object.entries(layer.workflow.args)),
    namedContexts: contexts,
    secrets: secrets.value,
    ssh: layer.workflow.ssh,
    cacheFrom: step.cache.from,
    imageName: `${graph.workspace}/${layer.name}`,
    noCache: isForced(step),
  });
  if (!made.ok) return err(remember(build, inputDigest, made.error));
  const { solved, versions } = made.value;
  if (build.signal.aborted) return err("canceled");

  const inputs = { input: inputDigest, inputs: lockInputsOf(own, parents, digests) };
  const recorded = await record(
    build,
    bases.value,
    makeEntry(inputs, solved, versions, build.caches?.keptBy(key)),
  );
  if (!recorded.ok) return recorded;
  const spent = durations();
  const changed = known?.image !== solved.imageDigest;
  sink.emit({
    type: "layer.completed",
    ...node(build),
    image: solved.imageDigest,
    changed,
    sizeBytes: solved.sizeBytes,
    ...spent,
    stepsRun: solved.stepsRun,
    stepsCached: solved.stepsCached,
    tools: Object.fromEntries(versions),
  });
  return ok({ kind: "built", image: solved.imageDigest, changed, seconds: spent.seconds });
}

function findPublished(
  { published, layer, step, signal }: LayerBuild,
  inputDigest: InputDigest,
): Promise<LayerImage | undefined> | undefined {
  return published?.find(layer.name, step.platform, inputDigest, signal);
}

/** What is here need not be fetched. */
function sourcesOf({ parents, images, published }: LayerBuild): ReadonlyMap<LayerName, ImageSource> {
  const sources = new Map<LayerName, ImageSource>();
  for (const [parent, digest] of parents) {
    const elsewhere = images.holds(digest) ? undefined : published?.sourceOf(digest);
    sources.set(parent, elsewhere ?? { kind: "store", digest });
  }
  return sources;
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

/** Those that can be read, before a machine is asked for. One without a source is left out where every mount of it can do without. */
async function findSecrets({
  layer,
  secrets,
  secretValues,
  signal,
}: LayerBuild): Promise<Result<readonly SecretSource[], Halt>> {
  const sources: SecretSource[] = [];
  for (const id of layer.workflow.secrets) {
    const source = secrets.get(id);
    const isRequired = layer.dockerfile.secrets.some((mount) => mount.id === id && mount.required);
    if (source === undefined) {
      if (isRequired) return err(explainMissingSecret(id, undefined));
      continue;
    }
    const checked = await secretValues?.check(source, signal);
    if (checked?.ok !== false) sources.push(source);
    else if (checked.error.kind === "canceled") return err("canceled");
    else if (isRequired || source.isShared !== true || checked.error.kind !== "absent")
      return err(explainMissingSecret(id, source, checked.error));
  }
  return ok(sources);
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
  inputs: Pick<LockEntry, "input" | "inputs">,
  solved: SolveResult,
  versions: ReadonlyMap<string, string>,
  caches: readonly string[] = [],
): LockEntry {
  return {
    image: solved.imageDigest,
    sizeBytes: solved.sizeBytes,
    tools: Object.fromEntries(versions),
    caches: [...caches],
    ...inputs,
  };
}
