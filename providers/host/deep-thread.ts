// Work on a thread with a large stack, waited for: what calls itself deeper than the stack of the main thread reaches is done
// there again. The thread is started when it is first needed and kept for what follows; it never holds up the process's end.
//
//   this thread ──job──> worker            waits by Atomics.wait, answers the worker's questions meanwhile
//        ▲ ╲            ╱    ▲
//        │  ╲─starts─> keeper │            stays responsive: tells when the worker has ended, for lack of memory, say
//        └────────────────────┘
//
// Node gives a worker's thread a real stack of `stackSizeMb` (measured with Node 24 up to 2 GiB), so that too deep a
// recursion throws a RangeError there as it does everywhere.

import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import { err, ok, type Result } from "../../engine/core/result.ts";

export interface DeepThreadSettings {
  /** The module that the thread runs; it calls `runDeepThread`. */
  readonly entry: URL;
  readonly stackMb: number;
  readonly heapMb: number;
}

/** Why there is no answer, in a phrase. */
export interface ThreadEnded {
  readonly kind: "out-of-memory" | "failed";
  readonly message: string;
}

/** What the keeper hands to the worker. */
export interface DeepThreadData {
  readonly isDeepThread: true;
  readonly role: "keeper" | "worker";
  /** Two counts of messages: to this thread, and to the worker. */
  readonly counts: Int32Array<SharedArrayBuffer>;
  readonly port: MessagePort;
  readonly keeperPort: MessagePort | undefined;
  readonly entry: string;
  readonly stackMb: number;
  readonly heapMb: number;
}

export type FromThread<P extends DeepProtocol> =
  | { readonly kind: "ready" }
  | { readonly kind: "answer"; readonly answer: P["answer"] }
  | { readonly kind: "question"; readonly question: P["question"] }
  | { readonly kind: "ended"; readonly ended: ThreadEnded };

interface Running {
  readonly keeper: Worker;
  readonly port: MessagePort;
  readonly keeperPort: MessagePort;
  readonly counts: Int32Array<SharedArrayBuffer>;
  isReady: boolean;
}

/** A machine that is very busy starts a thread within this. */
const startPatienceMs = 60_000;

/** What the two threads say to each other. */
export interface DeepProtocol {
  readonly job: unknown;
  readonly answer: unknown;
  readonly question: unknown;
  readonly reply: unknown;
}

export class DeepThread<P extends DeepProtocol> {
  readonly #settings: DeepThreadSettings;
  #running: Running | undefined;

  constructor(settings: DeepThreadSettings) {
    this.#settings = settings;
  }

  /** Does a job and waits for it, answering what it asks. What `reply` throws is thrown, and ends the thread. */
  run(job: P["job"], reply: (question: P["question"]) => P["reply"]): Result<P["answer"], ThreadEnded> {
    const running = (this.#running ??= this.#start());
    tell(running, job);
    let isDone = false;
    try {
      for (;;) {
        const seen = Atomics.load(running.counts, 0);
        const message = take<P>(running.port) ?? take<P>(running.keeperPort);
        if (message === undefined) {
          const patienceMs = running.isReady ? Number.POSITIVE_INFINITY : startPatienceMs;
          if (Atomics.wait(running.counts, 0, seen, patienceMs) === "timed-out")
            return err({ kind: "failed", message: "the thread does not start" });
          continue;
        }
        switch (message.kind) {
          case "ready":
            running.isReady = true;
            break;
          case "question":
            tell(running, reply(message.question));
            break;
          case "answer":
            isDone = true;
            return ok(message.answer);
          default:
            return err(message.ended);
        }
      }
    } finally {
      if (!isDone) this.end();
    }
  }

  /** Ends the thread, whatever it does. The next job starts another. */
  end(): void {
    const running = this.#running;
    this.#running = undefined;
    running?.port.close();
    running?.keeperPort.close();
    // It ends the worker with it; nobody need wait for that.
    void running?.keeper.terminate();
  }

  #start(): Running {
    const { entry, stackMb, heapMb } = this.#settings;
    const counts = new Int32Array(new SharedArrayBuffer(8));
    const { port1: port, port2: workerPort } = new MessageChannel();
    const { port1: keeperPort, port2: keepersPort } = new MessageChannel();
    const data: DeepThreadData = {
      isDeepThread: true,
      role: "keeper",
      counts,
      port: workerPort,
      keeperPort: keepersPort,
      entry: entry.href,
      stackMb,
      heapMb,
    };
    const keeper = new Worker(entry, {
      workerData: data,
      transferList: [workerPort, keepersPort],
      execArgv: [],
    });
    // Whoever waits for it has given up by then, and told.
    keeper.on("error", () => undefined);
    keeper.unref();
    port.unref();
    keeperPort.unref();
    return { keeper, port, keeperPort, counts, isReady: false };
  }
}

function tell({ port, counts }: Running, message: unknown): void {
  port.postMessage(message);
  Atomics.add(counts, 1, 1);
  Atomics.notify(counts, 1);
}

/** Only this program's own code is at the other end. */
function take<P extends DeepProtocol>(port: MessagePort): FromThread<P> | undefined {
  return receiveMessageOnPort(port)?.message;
}
