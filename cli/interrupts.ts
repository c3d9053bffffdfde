// Ctrl-C in grades: the first SIGINT or SIGTERM asks the run to stop, a second one ends the process at once.

import type { Clock } from "../engine/core/host.ts";
import { exitCode } from "./exit-code.ts";

// One Ctrl-C can arrive twice: from the terminal, and from npx, which passes it on.
const sameInterruptMs = 1000;

/** The first interrupt calls back. Returns how to stop listening. */
export function listenForInterrupts(clock: Clock, onFirst: () => void): () => void {
  let firstAtMs: number | undefined;
  const hear = () => {
    if (firstAtMs === undefined) {
      firstAtMs = clock.nowMs();
      onFirst();
    } else if (clock.nowMs() - firstAtMs > sameInterruptMs) {
      // Child processes are ended by those who started them, when this process exits.
      process.exit(exitCode.interrupted);
    }
  };
  process.on("SIGINT", hear);
  process.on("SIGTERM", hear);
  return () => {
    process.off("SIGINT", hear);
    process.off("SIGTERM", hear);
  };
}
