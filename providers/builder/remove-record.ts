// A daemon keeps a record of each solve, with all that its steps wrote, for days. Of a solve that had secrets it is removed: what
// a step wrote of one is blanked here, and nobody blanks it there.

import { runProcess } from "../host/process.ts";
import type { Daemon } from "./run-buildctl.ts";

/** A daemon that does not answer any more has nothing to remove. */
const removeMs = 5000;

/** `ref` is the solve's, as buildctl's --ref-file has it; "" where it never began. Where it cannot be removed it stays. */
export async function removeRecord({ program, address }: Daemon, ref: string): Promise<void> {
  if (ref === "") return;
  const args = ["--addr", address, "debug", "ctl", "--delete", ref];
  await runProcess({ program, args }, AbortSignal.timeout(removeMs));
}
