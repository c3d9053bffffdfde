// The files that a run leaves: named by when it began, so that they sort by it, marked as in use while it lasts, and removed
// when they are old.

import { mkdirSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { holdTurn } from "../host/take-turn.ts";

const oldAgeMs = 14 * 24 * 60 * 60 * 1000;

/** "20261122T205643123Z-<runId>": what the files of a run that began then are called before the dot. */
export function nameRun(startedAtMs: number, runId: string): string {
  if (!/^[A-Za-z0-9_-]+$/.test(runId)) throw new Error(`"${runId}" cannot stand in the name of a file`);
  return `${new Date(startedAtMs).toISOString().replaceAll(/[-:.]/g, "")}-${runId}`;
}

/**
 * Marks the files of a run as in use by this process, until the returned function is called or the process ends; undefined where
 * another one uses them, or no mark can be made. Makes the folder (absolute).
 */
export function claimRun(folder: string, name: string): (() => void) | undefined {
  try {
    mkdirSync(folder, { recursive: true });
  } catch {
    return undefined;
  }
  return holdTurn(join(folder, `${name}.lock`));
}

/** Takes the files of a claimed run away, then the claim. */
export async function removeRun(folder: string, name: string, release: () => void): Promise<void> {
  for (const ending of ["jsonl", "sent"])
    await rm(join(folder, `${name}.${ending}`), { force: true }).catch(() => {});
  release();
}

/** Names of the runs that have files in a folder, the oldest first. */
export async function listRuns(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.flatMap((name) => /^(\d{8}T\d{9}Z-.+)\.jsonl$/.exec(name)?.[1] ?? []).sort();
}

/** Removes what nobody uses: older than two weeks, but for the last `keep` runs, and the oldest beyond `maxBytes`. */
export async function pruneRuns(
  folder: string,
  { keep, maxBytes = Number.POSITIVE_INFINITY, nowMs }: { keep: number; maxBytes?: number; nowMs: number },
): Promise<void> {
  let bytes = 0;
  for (const [index, name] of (await listRuns(folder)).toReversed().entries()) {
    const info = await stat(join(folder, `${name}.jsonl`)).catch(() => undefined);
    if (info === undefined) continue;
    bytes += info.size;
    const isOld = index >= keep && info.mtimeMs < nowMs - oldAgeMs;
    if (!isOld && bytes <= maxBytes) continue;
    const release = claimRun(folder, name);
    if (release !== undefined) await removeRun(folder, name, release);
  }
}
