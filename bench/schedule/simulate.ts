// One run of the real scheduler over a virtual clock: builds last as long as they are told, some of them fail, and no
// process is started. What comes out is how long it all took against the least that it could.

import { type ImageDigest, imageDigest, sha256 } from "../../engine/core/digest.ts";
import { err, ok, type Result } from "../../engine/core/result.ts";
import type { LockFile } from "../../engine/lock/lock-file.ts";
import type { Plan } from "../../engine/plan/step.ts";
import type { Builder, SolveFailure, SolveResult } from "../../engine/ports/builder.ts";
import { placeOn } from "../../engine/run/placer.ts";
import { run } from "../../engine/run/run.ts";
import { platform } from "../../schemas/platform.ts";
import type { Project } from "../../test/plan/project.ts";
import { cpuUsSince, VirtualClock } from "../virtual-clock.ts";

export interface Simulation {
  readonly project: Project;
  readonly lock: LockFile;
  readonly plan: Plan;
  readonly runners: number;
  /** How long each layer's build lasts, whether it ends well or not. */
  readonly seconds: ReadonlyMap<string, number>;
  readonly failing: ReadonlySet<string>;
}

export interface Simulated {
  /** Virtual seconds from start to end. */
  readonly makespanSeconds: number;
  /** The least it can be: the longest path of what ran, or all its work shared evenly, whichever is more. */
  readonly boundSeconds: number;
  readonly ran: number;
  /** CPU seconds of the process for the run, all threads, without those of the stand-ins for builder and clock. */
  readonly engineSeconds: number;
}

export async function simulate(simulation: Simulation): Promise<Simulated> {
  const { project, lock, plan, runners, seconds, failing } = simulation;
  const clock = new VirtualClock();
  let ownCpuUs = 0;
  const ran = new Set<string>();
  const builder: Builder = {
    description: "a simulation",
    platforms: [platform.parse("linux/amd64")],
    solve: ({ imageName }) => {
      const started = process.threadCpuUsage();
      const name = imageName.slice(imageName.indexOf("/") + 1);
      ran.add(name);
      const result = failing.has(name) ? failed : solved(name);
      const ended = new Promise<Result<SolveResult, SolveFailure>>((resolve) => {
        clock.after((seconds.get(name) ?? 0) * 1000, () => resolve(result));
      });
      ownCpuUs += cpuUsSince(started);
      return ended;
    },
    exportCache: () => Promise.reject(new Error("no caches are written here")),
    prove: () => Promise.resolve(ok({ tools: [], missingArtifacts: [] })),
    close: () => Promise.resolve(),
  };
  const before = process.cpuUsage();
  const outcome = await clock.runUntil(
    run(
      plan,
      {
        ...project,
        lock,
        placer: placeOn(builder),
        images: { holds: () => true },
        resolver: { resolve: (reference) => Promise.resolve(ok(imageDigest(sha256(reference)))) },
        sink: { emit: () => undefined, close: () => Promise.resolve() },
        clock,
        secrets: new Map(),
        readOwn: ({ name }) => project.ownInputs.get(name),
      },
      { runId: "simulation", concurrency: runners, failFast: false, signal: new AbortController().signal },
    ),
  );
  const { user, system } = process.cpuUsage(before);
  const boundSeconds = findBound(plan, runners, seconds, ran);
  const engineSeconds = (user + system - ownCpuUs - clock.ownCpuUs) / 1e6;
  return { makespanSeconds: outcome.seconds, boundSeconds, ran: ran.size, engineSeconds };
}

const failed = err({
  kind: "step-failed",
  step: "RUN false",
  exitCode: 1,
  message: "process did not complete successfully",
  logTail: [],
} as const);

function solved(name: string): Result<SolveResult, SolveFailure> {
  const image: ImageDigest = imageDigest(sha256(name));
  return ok({ imageDigest: image, sizeBytes: 1000, stepsRun: 1, stepsCached: 0 });
}

function findBound(
  { steps }: Plan,
  runners: number,
  seconds: ReadonlyMap<string, number>,
  ran: ReadonlySet<string>,
): number {
  let work = 0;
  let longest = 0;
  const ends = new Map<string, number>();
  for (const { layer, parents } of steps) {
    if (!ran.has(layer)) continue;
    const own = seconds.get(layer) ?? 0;
    const end = own + parents.reduce((latest, parent) => Math.max(latest, ends.get(parent) ?? 0), 0);
    ends.set(layer, end);
    work += own;
    longest = Math.max(longest, end);
  }
  return Math.max(longest, work / runners);
}
