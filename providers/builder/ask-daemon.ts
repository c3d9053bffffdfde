// What a BuildKit daemon says of itself: whether it is there, its version, what it can build.

import { z } from "zod";
import { err, ok, type Result } from "../../engine/core/result.ts";
import { type Platform, platform } from "../../schemas/platform.ts";
import { runProcess } from "../host/process.ts";
import type { Daemon } from "./run-buildctl.ts";

const answerWithinMs = 15_000;
/** The first whose exporter rewrites timestamps, which reproducible digests rest on. */
const oldestVersion = [0, 13] as const;
/** The first that takes limits for the steps of a solve, with its Dockerfile frontend 1.25. */
const oldestWithLimits = [0, 31] as const;

export interface DaemonInfo {
  /** Such as "v0.34.2". */
  readonly version: string;
  /** Its own first. */
  readonly platforms: readonly Platform[];
  /** Whether its Dockerfile frontend knows `COPY --exclude` without the labs channel. */
  readonly copyExcludes: boolean;
  /** Whether it takes limits for the steps of a solve. */
  readonly limitsSteps: boolean;
}

const workersSchema = z
  .array(
    z.looseObject({
      platforms: z.array(
        z.looseObject({ os: z.string(), architecture: z.string(), variant: z.string().optional() }),
      ),
      buildkitVersion: z.looseObject({
        version: z.string().default(""),
        dockerfileVersion: z.string().default(""),
      }),
    }),
  )
  .min(1);

/** Asks; an answer that cannot be used is a failure that says why, in a short phrase. */
export async function askDaemon(daemon: Daemon, signal: AbortSignal): Promise<Result<DaemonInfo, string>> {
  const answer = await runProcess(
    {
      program: daemon.program,
      args: ["--addr", daemon.address, "debug", "workers", "--format", "{{json .}}"],
    },
    AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]),
  );
  if (!answer.ok) {
    switch (answer.error.kind) {
      case "canceled":
        return err(signal.aborted ? "canceled" : `gave no answer within ${answerWithinMs / 1000} s`);
      case "not-started":
        return err(`cannot run ${daemon.program}: ${answer.error.message}`);
      default:
        return err(explain(answer.error.stderr));
    }
  }
  const workers = workersSchema.safeParse(parse(answer.value.stdout));
  if (!workers.success) return err("answers, but not as BuildKit does");
  const first = workers.data[0];
  const version = first?.buildkitVersion.version ?? "";
  if (isOlder(version, oldestVersion) === true)
    return err(`is BuildKit ${version}; at least v${oldestVersion.join(".")} is needed`);
  const names = workers.data.flatMap((worker) =>
    worker.platforms.map((one) => [one.os, one.architecture, one.variant].filter(Boolean).join("/")),
  );
  return ok({
    limitsSteps: isOlder(version, oldestWithLimits) === false,
    version: version === "" ? "of unknown version" : version,
    platforms: Array.from(new Set(names)).flatMap((name) => platform.safeParse(name).data ?? []),
    // Old daemons do not name their frontend's version; those that do know the flag.
    copyExcludes: first?.buildkitVersion.dockerfileVersion !== "",
  });
}

/** Undefined of a version that tells no numbers. */
function isOlder(version: string, [leastMajor, leastMinor]: readonly [number, number]): boolean | undefined {
  const found = /^v?(\d+)\.(\d+)/.exec(version);
  if (found === null) return undefined;
  const [major, minor] = [Number(found[1]), Number(found[2])];
  return major < leastMajor || (major === leastMajor && minor < leastMinor);
}

/** buildctl's complaint in a phrase. */
function explain(stderr: string): string {
  const complaint = stderr.split("\n").findLast((line) => line.startsWith("error: ")) ?? stderr.trim();
  if (/no such file or directory/.test(complaint)) return "there is no such socket";
  if (/connection refused/.test(complaint)) return "nothing listens there";
  if (/permission denied/.test(complaint)) return "you are not allowed to connect to it";
  return complaint.replace(/^error: /, "");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
