// A module that a DeepThread runs begins here, and loads what does the jobs only where they are done: so that whatever is the
// matter with that, the keeper tells it.

import { Worker, workerData } from "node:worker_threads";
import type { DeepThreadData, ThreadEnded } from "./deep-thread.ts";
import { tell } from "./deep-thread-serve.ts";

/** Keeps the worker, or is the worker and loads what serves. */
export async function runDeepThread(load: () => Promise<unknown>): Promise<void> {
  const data: DeepThreadData = workerData;
  if (data.role === "keeper") keep(data);
  else await load();
}

/** Starts the worker and tells when it has ended; the module `entry` is run once more, there. */
function keep(data: DeepThreadData): void {
  const { port, keeperPort, counts, entry, stackMb, heapMb } = data;
  if (keeperPort === undefined) throw new Error("a keeper has a port of its own");
  const own: DeepThreadData = { ...data, role: "worker", keeperPort: undefined };
  let ended: ThreadEnded = { kind: "failed", message: "the thread ended" };
  const worker = new Worker(new URL(entry), {
    workerData: own,
    transferList: [port],
    execArgv: [],
    resourceLimits: {
      stackSizeMb: stackMb,
      maxOldGenerationSizeMb: heapMb,
      // Every collection of the young generation walks the whole stack: the fewer, the better.
      maxYoungGenerationSizeMb: 192,
    },
  });
  worker.on("error", (error: unknown) => {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    ended = {
      kind: code === "ERR_WORKER_OUT_OF_MEMORY" ? "out-of-memory" : "failed",
      message: error instanceof Error ? error.message : String(error),
    };
  });
  worker.on("exit", () => tell(keeperPort, counts, { kind: "ended", ended }));
}
