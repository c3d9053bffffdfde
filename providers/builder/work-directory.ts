// A folder for one solve, beside the store's blobs so that they share a file system, gone when the solve is over. Each
// bears its process's id, so that what a killed run left is found and removed by a later one.

import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";

/** A folder whose process is gone is left alone for this long: it may belong to another machine's. */
const keptMs = 3_600_000;

/** Runs `use` with a new folder's absolute path; removes the folder whatever comes. */
export async function withWorkDirectory<T>(
  storeDirectory: string,
  use: (directory: string) => Promise<T>,
): Promise<T> {
  const parent = join(storeDirectory, "tmp");
  mkdirSync(parent, { recursive: true });
  const directory = mkdtempSync(join(parent, `${process.pid}-`));
  try {
    return await use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * Makes `directory` a layout of its own over the blobs of another. BuildKit commits a blob by renaming it into its
 * place, so any number of layouts may share one folder of blobs, while two solves that write one index.json fail
 * with "could not lock". A layout that is only read is not written to either.
 */
export function shareBlobs(directory: string, layoutDirectory: string): void {
  mkdirSync(directory, { recursive: true });
  symlinkSync(join(layoutDirectory, "blobs"), join(directory, "blobs"));
}

/** Removes the folders of processes that are no more, as far as it may. */
export function removeStaleWorkDirectories(storeDirectory: string, nowMs: number): void {
  const parent = join(storeDirectory, "tmp");
  let names: readonly string[];
  try {
    names = readdirSync(parent);
  } catch {
    return;
  }
  for (const name of names) {
    const path = join(parent, name);
    const changedMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? nowMs;
    if (nowMs - changedMs <= keptMs || isAlive(Number.parseInt(name, 10))) continue;
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // In a store that may only be read it stays; a solve will tell.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
