// The file system's refusals where a builder works in its store: a full disk or a folder that may not be written is the
// world's doing, and fails the solve.

import { err, type Result } from "../../engine/core/result.ts";
import type { SolveFailure } from "../../engine/ports/builder.ts";

/** What `work` comes to, or the system call that failed in it. Bugs are thrown on. */
export async function guardStore<T>(
  storeDirectory: string,
  work: () => Promise<Result<T, SolveFailure>>,
): Promise<Result<T, SolveFailure>> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof Error) || !("syscall" in cause)) throw cause;
    return err({ kind: "other", message: `cannot work in the store ${storeDirectory}: ${cause.message}` });
  }
}
