// Ctrl-C in grades: the first SIGINT or SIGTERM asks the run to stop, the second ends the process at once.

import { exitCode } from "./exit-code.ts";

/** The first interrupt calls back. Returns how to stop listening. */
export function listenForInterrupts(onFirst: () => void): () => void {
  let heard = false;
  const hear = () => {
    // Child processes are ended by those who started them, when this process exits.
    if (heard) process.exit(exitCode.interrupted);
    heard = true;
    onFirst();
  };
  process.on("SIGINT", hear);
  process.on("SIGTERM", hear);
  return () => {
    process.off("SIGINT", hear);
    process.off("SIGTERM", hear);
  };
}
