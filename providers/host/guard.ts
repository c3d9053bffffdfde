// Work that no event of this process can interrupt otherwise, as it never returns to the loop: broken off by Ctrl-C and after a
// time, wherever it stands. What it was changing is then in no state to be used again.

import { createContext, Script } from "node:vm";
import { err, ok, type Result } from "../../engine/core/result.ts";

export type BrokenOff = "interrupted" | "timed-out";

/** Node watches over the code of scripts only; what they call is watched over with them. */
const script = new Script("work()");

/**
 * Does `work`, unless it takes longer than `timeoutMs` or SIGINT comes and somebody listens for it: who listens hears it
 * afterwards. Without listeners SIGINT ends the process, as ever.
 */
export function guard<T>(work: () => T, timeoutMs: number | undefined): Result<T, BrokenOff> {
  const breakOnSigint = process.listenerCount("SIGINT") > 0;
  if (!breakOnSigint && timeoutMs === undefined) return ok(work());
  let result: Result<T, BrokenOff> = err("timed-out");
  const context = createContext({
    work: () => {
      result = ok(work());
    },
  });
  try {
    script.runInContext(context, {
      breakOnSigint,
      ...(timeoutMs === undefined ? {} : { timeout: Math.ceil(timeoutMs) }),
    });
  } catch (error) {
    // Not one of this context's errors.
    const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
    if (code === "ERR_SCRIPT_EXECUTION_INTERRUPTED") {
      process.kill(process.pid, "SIGINT");
      return err("interrupted");
    }
    if (code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
    return err("timed-out");
  }
  return result;
}
