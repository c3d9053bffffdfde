// A layer's image made and proven on a machine that is found for it, and once more on another where it was the machine's fault:
//
//   placed ──solve──▶ proven: made
//     ▲        ├── out of memory: once, one tier up
//     │        ├── machine or daemon lost: a few times, after a pause, elsewhere
//     └────────┘── anything else: failed, as trying again would end the same

import type { ImageDigest } from "../core/digest.ts";
import { err, ok, type Result } from "../core/result.ts";
import { sleep } from "../core/sleep.ts";
import { unreachable } from "../core/unreachable.ts";
import { nextTier, type Tier } from "../plan/tiers.ts";
import type {
  Builder,
  SolveFailure,
  SolveProgress,
  SolveRequest,
  SolveResult,
  StepLimits,
} from "../ports/builder.ts";
import type { BuildMetrics } from "../ports/metrics.ts";
import type { Measurement } from "../ports/runner.ts";
import { type Halt, type LayerBuild, node } from "./layer-build.ts";
import {
  explainChangedInputs,
  explainLostMachine,
  explainOutOfMemory,
  explainSolveFailure,
  explainTimeBudget,
} from "./layer-failure.ts";
import { explainCause, type FailureCause } from "./oom.ts";
import type { Placement, PlacementRequest } from "./placer.ts";
import { judgeProof } from "./prove-layer.ts";
import { solveWithCaches } from "./solve-with-caches.ts";

export interface MadeImage {
  readonly solved: SolveResult;
  /** Of the tools that were proven. */
  readonly versions: ReadonlyMap<string, string>;
}

const maxOomRetries = 1;
const maxLosses = 3;
/** Before the first retry elsewhere; twice that before the second. */
const firstPauseMs = 5000;

export async function makeImage(build: LayerBuild, request: SolveRequest): Promise<Result<MadeImage, Halt>> {
  const { step, signal } = build;
  let size: PlacementRequest["size"] = step.runner;
  let isAlone = false;
  let oomRetries = 0;
  let losses = 0;
  for (let attempt = 1; ; attempt++) {
    const { layer, platform, parents, timeBudgetMin, ownMachine = false } = step;
    const placed = await build.placer.place(
      { layer, platform, size, parents, isAlone, ownMachine, timeBudgetMin },
      signal,
    );
    if (!placed.ok) return placed;
    const placement = placed.value;
    tellPlace(build, placement);
    const trial = await tryAt(placement, build, request);
    if (trial.kind === "made") return ok(trial.image);
    if (trial.kind === "halted") return err(trial.halt);
    const { cause, failure } = trial;
    switch (cause.kind) {
      case "oom": {
        const next = isAllThereIs(placement) ? undefined : biggerTier(size, placement);
        if (next === undefined || oomRetries === maxOomRetries) {
          const where = describePlace(placement, size);
          const more = isAllThereIs(placement) ? "elsewhere" : next?.name;
          return err(explainOutOfMemory(failure, where, more, cause.reports));
        }
        oomRetries += 1;
        size = { tier: next.name, cpu: next.cpu, memoryGb: next.memoryGb };
        isAlone ||= !cause.isCertain;
        tellRetry(build, "oom", attempt + 1, size.tier, explainFailure(build, failure));
        break;
      }
      case "daemon-lost":
      case "machine-lost":
        losses += 1;
        if (losses === maxLosses) return err(explainLostMachine(cause.message, losses));
        tellRetry(build, cause.kind, attempt + 1, size.tier, cause.message);
        await sleep(build.clock, firstPauseMs * 2 ** (losses - 1), signal);
        break;
      default:
        return err(explainSolveFailure(failure, build.secrets));
    }
  }
}

/** One tier up from what it had: where it was alone, that was the whole machine. */
function biggerTier({ tier, memoryGb }: PlacementRequest["size"], { leased }: Placement): Tier | undefined {
  const wasWhole = leased !== undefined && !leased.hadNeighbours();
  const hadGb = wasWhole ? leased.memoryGb : memoryGb;
  let next = nextTier(tier);
  while (next !== undefined && next.memoryGb <= hadGb) next = nextTier(next.name);
  return next;
}

/** This machine has no more memory than the build was given; one that is leased may be bigger. */
function isAllThereIs({ local }: Placement): boolean {
  return local !== undefined && (local.limit === undefined || local.limit.memoryGb >= local.has.memoryGb);
}

function describePlace({ local }: Placement, { cpu, memoryGb }: PlacementRequest["size"]): string {
  if (local === undefined) return `on a machine of ${cpu} cpu and ${memoryGb} GB`;
  return local.limit === undefined ? "on this machine" : `with ${round(local.limit.memoryGb)} GB`;
}

function round(amount: number): number {
  return Math.round(amount * 10) / 10;
}

type Trial =
  | { readonly kind: "made"; readonly image: MadeImage }
  | { readonly kind: "halted"; readonly halt: Halt }
  /** Where the machine is leased, or where memory ran out. */
  | { readonly kind: "failed"; readonly failure: SolveFailure; readonly cause: FailureCause };

/** One attempt, after which the place is left, however it ends. */
async function tryAt(placement: Placement, build: LayerBuild, request: SolveRequest): Promise<Trial> {
  const { leased } = placement;
  const budget = new AbortController();
  const minutes = build.step.timeBudgetMin;
  const cancelBudget =
    leased === undefined ? () => {} : build.clock.after(minutes * 60_000, () => budget.abort());
  const signal = AbortSignal.any([build.signal, budget.signal]);
  let state: Parameters<Placement["leave"]>[0] = "condemned";
  try {
    const trial = await solveAndProve(placement, build, request, signal);
    // Also where the kernel killed the daemon for want of memory.
    const isLost =
      trial.kind === "failed" &&
      (trial.failure.kind === "daemon-lost" || trial.cause.kind === "machine-lost");
    state = trial.kind === "made" ? "built" : isLost ? "condemned" : "unbuilt";
    const isOverdue = budget.signal.aborted && !build.signal.aborted && trial.kind !== "made";
    return isOverdue ? { kind: "halted", halt: explainTimeBudget(minutes) } : trial;
  } finally {
    cancelBudget();
    placement.leave(state);
  }
}

async function solveAndProve(
  placement: Placement,
  build: LayerBuild,
  request: SolveRequest,
  signal: AbortSignal,
): Promise<Trial> {
  const { builder } = placement;
  const { layer, own, clock } = build;
  const startedMs = clock.nowMs();
  const { solved, measurement } = await measure(placement, (stepLimits) =>
    solveWithCaches(
      builder,
      build,
      stepLimits === undefined ? request : { ...request, stepLimits },
      (progress) => forward(build, progress),
      signal,
    ),
  );
  const seconds = (clock.nowMs() - startedMs) / 1000;
  // The files that were sent are those that were hashed, or nobody knows what came out.
  const now = build.readOwn(layer);
  const isSame = now?.digest === own.digest;
  if (!isSame && build.isWatched) return { kind: "halted", halt: "canceled" };
  if (!solved.ok) return judge(build, solved.error, placement, { measurement, seconds });
  record(build, placement, "built", { measurement, seconds });
  if (!isSame) return { kind: "halted", halt: explainChangedInputs(own, now) };

  const { tools_provided: promised, artifact_paths: artifactPaths } = layer.workflow;
  if (promised.length === 0 && artifactPaths.length === 0)
    return { kind: "made", image: { solved: solved.value, versions: new Map() } };
  build.sink.emit({ type: "layer.proving", ...node(build), tools: promised.map(({ name }) => name) });
  const proof = await builder.prove(
    {
      image: imageInStore(solved.value.imageDigest),
      platform: build.step.platform,
      tools: promised.map(({ name, check }) => ({ name, command: check })),
      artifactPaths,
    },
    signal,
  );
  if (!proof.ok) return judge(build, proof.error, placement, undefined);
  const versions = judgeProof(layer, proof.value);
  return versions.ok
    ? { kind: "made", image: { solved: solved.value, versions: versions.value } }
    : { kind: "halted", halt: versions.error };
}

async function measure(
  { leased, local }: Placement,
  solve: (limits: StepLimits | undefined) => ReturnType<Builder["solve"]>,
): Promise<{
  readonly solved: Awaited<ReturnType<Builder["solve"]>>;
  readonly measurement: Measurement | undefined;
}> {
  const here = await local?.measure();
  const measuring = here ?? (await leased?.measure());
  try {
    const solved = await solve(here?.limits);
    return { solved, measurement: await measuring?.finish() };
  } finally {
    await measuring?.finish();
  }
}

function imageInStore(digest: ImageDigest): { readonly kind: "store"; readonly digest: ImageDigest } {
  return { kind: "store", digest };
}

interface Measured {
  readonly measurement: Measurement | undefined;
  readonly seconds: number;
}

/** `measured` is undefined of a proof, which says nothing of what a build needs. */
function judge(
  build: LayerBuild,
  failure: SolveFailure,
  placement: Placement,
  measured: Measured | undefined,
): Trial {
  // A daemon that hears the terminal's Ctrl-C as well may be gone before it can say that it canceled.
  const isEnd = failure.kind === "canceled" || failure.kind === "daemon-lost";
  if (isEnd && build.signal.aborted) return { kind: "halted", halt: "canceled" };
  const { leased } = placement;
  const { measurement } = measured ?? {};
  const [isShared, isMachineLost] = [leased?.hadNeighbours() === true, leased?.isLost() === true];
  const cause = explainCause({ failure, measurement, isShared, isMachineLost });
  if (measured !== undefined && (cause.kind === "oom" || cause.kind === "step"))
    record(build, placement, cause.kind === "oom" ? "oom" : "failed", measured);
  // Here there is no other machine to try.
  const isTriedAgain = leased !== undefined || (placement.local !== undefined && cause.kind === "oom");
  if (!isTriedAgain) return { kind: "halted", halt: explainSolveFailure(failure, build.secrets) };
  return { kind: "failed", failure, cause };
}

/** Tells what a solve used, and keeps it for sizes to come. */
function record(
  build: LayerBuild,
  placement: Placement,
  outcome: BuildMetrics["outcome"],
  { measurement, seconds }: Measured,
): void {
  const given = describeGiven(placement, measurement);
  if (given === undefined) return;
  const { cpuP95, memoryP95Bytes, memoryPeakBytes, oomKills } = measurement ?? {};
  const { leased } = placement;
  build.sink.emit({
    type: "layer.measured",
    ...node(build),
    ...(leased === undefined ? {} : { lease: leased.lease }),
    seconds,
    ...(cpuP95 === undefined ? {} : { cpuP95 }),
    ...(memoryP95Bytes === undefined ? {} : { memoryP95Bytes }),
    ...(memoryPeakBytes === undefined ? {} : { memoryPeakBytes }),
    ...(oomKills === undefined ? {} : { oomKills }),
  });
  // What a neighbour used cannot be told apart.
  const own = leased?.hadNeighbours() === true ? undefined : { cpuP95, memoryP95Bytes, memoryPeakBytes };
  const { layer, platform } = build.step;
  build.onMeasured({
    layer,
    platform,
    atMs: build.clock.nowMs(),
    seconds,
    outcome,
    ...given,
    cpuP95: own?.cpuP95,
    memoryP95Bytes: own?.memoryP95Bytes,
    memoryPeakBytes: own?.memoryPeakBytes,
  });
}

/** What the build had to itself; undefined where that, or what it made of it, is not known. */
function describeGiven(
  { leased, local }: Placement,
  measurement: Measurement | undefined,
): Pick<BuildMetrics, "place" | "tier" | "cpu" | "memoryGb"> | undefined {
  if (leased !== undefined) {
    const { tier, cpu, memoryGb } = leased;
    return { place: "leased", tier, cpu, memoryGb };
  }
  // All of its steps may have been in the cache.
  if (local === undefined || measurement === undefined) return undefined;
  const { cpu, memoryGb } = local.limit ?? local.has;
  return { place: "here", tier: local.tier, cpu, memoryGb };
}

function tellPlace(build: LayerBuild, { leased }: Placement): void {
  if (leased === undefined) return;
  const { lease, tier, cpu, memoryGb, isShared } = leased;
  const source = tier === build.step.runner.tier ? build.step.runner.source : "retry";
  build.sink.emit({
    type: "layer.placed",
    ...node(build),
    lease,
    tier,
    cpu,
    memoryGb,
    source,
    shared: isShared,
  });
}

function tellRetry(
  build: LayerBuild,
  reason: "oom" | "daemon-lost" | "machine-lost",
  attempt: number,
  tier: string,
  message: string,
): void {
  build.sink.emit({ type: "layer.retried", ...node(build), reason, attempt, tier, message });
}

function explainFailure(build: LayerBuild, failure: SolveFailure): string {
  return explainSolveFailure(failure, build.secrets).message;
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
    // Whoever asked for caches has heard it.
    case "cache":
      return undefined;
    default:
      return unreachable(progress);
  }
}
