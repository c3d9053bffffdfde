// What a BuildKit daemon's own cache takes, asked of one that runs: none is started for it.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { runProcess } from "../host/process.ts";
import { parseJson } from "../store/oci-layout.ts";
import { cacheDirectory, findTool, type ReadEnv } from "./find-tools.ts";

export interface DaemonUsage {
  /** "unix:///run/buildkit/buildkitd.sock". */
  readonly address: string;
  readonly records: number;
  readonly sizeBytes: number;
  /** Of what nothing uses at this moment. */
  readonly reclaimableBytes: number;
}

const answerWithinMs = 10_000;
const recordsSchema = z.array(
  z.looseObject({ size: z.number().nonnegative(), inUse: z.boolean().default(false) }),
);

/** Of the daemon that builds would use, in the order in which they look; undefined where none answers. */
export async function readDaemonUsage(env: ReadEnv, signal: AbortSignal): Promise<DaemonUsage | undefined> {
  const program = findTool("buildctl", env);
  if (program === undefined) return undefined;
  for (const address of findAddresses(env)) {
    const args = ["--addr", address, "du", "--format", "{{json .}}"];
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]);
    const answer = await runProcess({ program, args }, bounded);
    const records = answer.ok
      ? recordsSchema.nullable().safeParse(parseJson(Buffer.from(answer.value.stdout)))
      : undefined;
    if (records?.success !== true) continue;
    const all = records.data ?? [];
    const sum = (some: typeof all): number => some.reduce((total, { size }) => total + size, 0);
    return {
      address,
      records: all.length,
      sizeBytes: sum(all),
      reclaimableBytes: sum(all.filter(({ inUse }) => !inUse)),
    };
  }
  return undefined;
}

/** $BUILDKIT_HOST alone where it is set; else sockets that are there. */
function findAddresses(env: ReadEnv): readonly string[] {
  const host = env("BUILDKIT_HOST") ?? "";
  if (host !== "") return [host];
  const runtime = env("XDG_RUNTIME_DIR") ?? "";
  return [
    "/run/buildkit/buildkitd.sock",
    ...(runtime === "" ? [] : [join(runtime, "buildkit", "buildkitd.sock")]),
    join(cacheDirectory(env), "buildkitd", "buildkitd.sock"),
  ]
    .filter((socket) => existsSync(socket))
    .map((socket) => `unix://${socket}`);
}
