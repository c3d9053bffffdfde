// The other end of a DeepThread, called by the module that does the jobs.

import { type MessagePort, receiveMessageOnPort, workerData } from "node:worker_threads";
import type { DeepProtocol, DeepThreadData, FromThread } from "./deep-thread.ts";

/** Does every job that comes; `ask` puts a question to the thread that waits and returns its reply. What `work` throws ends the thread. */
export function serveDeepThread<P extends DeepProtocol>(
  work: (job: P["job"], ask: (question: P["question"]) => P["reply"]) => P["answer"],
): void {
  const { port, counts }: DeepThreadData = workerData;
  const ask = (question: P["question"]): P["reply"] => {
    tell(port, counts, { kind: "question", question });
    for (;;) {
      const seen = Atomics.load(counts, 1);
      const received = receiveMessageOnPort(port);
      if (received !== undefined) return received.message;
      Atomics.wait(counts, 1, seen);
    }
  };
  port.on("message", (job: P["job"]) => {
    tell(port, counts, { kind: "answer", answer: work(job, ask) });
  });
  tell(port, counts, { kind: "ready" });
}

/** Puts a message where the waiting thread finds it. */
export function tell(
  port: MessagePort,
  counts: Int32Array<SharedArrayBuffer>,
  message: FromThread<DeepProtocol>,
): void {
  port.postMessage(message);
  Atomics.add(counts, 0, 1);
  Atomics.notify(counts, 0);
}
