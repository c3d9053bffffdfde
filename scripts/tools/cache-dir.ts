// Folders in lamina's cache: made whole or not at all, whoever else makes them at the same time. Everything in the
// cache can be removed at any time and is made again.

import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { cacheDirectory } from "../../providers/builder/find-tools.ts";

/** Absolute path of lamina's cache; need not exist yet. */
export function cacheDir(): string {
  return cacheDirectory((name) => process.env[name]);
}

export async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

/**
 * Makes `dir` with `make`, which fills a temporary folder beside it; the folder takes its name only when whole, so
 * `dir` is all there or not there. Of two that make it at once the first wins and both go on with the same `dir`.
 */
export async function makeDirOnce(dir: string, make: (temporary: string) => Promise<void>): Promise<void> {
  if (await exists(dir)) return;
  await removeLeftovers(dir);
  const temporary = join(dirname(dir), `.${basename(dir)}.${process.pid}`);
  await mkdir(temporary, { recursive: true });
  try {
    await make(temporary);
    await rename(temporary, dir);
  } catch (error) {
    if (!(await exists(dir))) throw error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Removes temporary folders of `makeDirOnce` whose maker died. */
async function removeLeftovers(dir: string): Promise<void> {
  const prefix = `.${basename(dir)}.`;
  const names = await readdir(dirname(dir)).catch(() => []);
  for (const name of names) {
    const pid = Number(name.slice(prefix.length));
    if (name.startsWith(prefix) && Number.isInteger(pid) && !isRunning(pid)) {
      await rm(join(dirname(dir), name), { recursive: true, force: true });
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
