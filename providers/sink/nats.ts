// Events to NATS, of which a build never feels anything: `emit` puts messages into the spool, and what sends them runs beside.
//
//   dialing ──connected──> sending ──failed──> waiting ──time is over, or closing──> dialing
//      └──────failed──────────────────────────────┘
//
// What earlier runs left in the spool is sent first, in order. When the sink is closed what is unsent has a moment more; then it
// stays for the next run. So each message is sent at least once, and those of one run in their order.

import type { Clock } from "../../engine/core/host.ts";
import type { Result } from "../../engine/core/result.ts";
import type { Event } from "../../engine/events/event.ts";
import type { EventSink } from "../../engine/ports/event-sink.ts";
import { type MessageSettings, openMessages } from "./messages.ts";
import type { NatsWire, Published, WireFailure } from "./nats-wire.ts";
import { listRuns, nameRun, pruneRuns } from "./run-files.ts";
import { Spool } from "./spool.ts";
import { within } from "./within.ts";

const batchSize = 256;
const firstDelayMs = 250;
const maxDelayMs = 30_000;
/** Of all runs together on the disk. */
const maxSpoolBytes = 128 * 1024 * 1024;
const defaultPatienceMs = 2000;

export interface NatsSettings extends MessageSettings {
  /** Absolute. */
  readonly folder: string;
  readonly clock: Clock;
  readonly dial: () => Promise<Result<NatsWire, WireFailure>>;
  /** Each kind of trouble once. */
  readonly tell: (text: string) => void;
  /** How long `close` waits for the server; 2 s by default. */
  readonly patienceMs?: number | undefined;
}

export function openNatsSink(settings: NatsSettings): EventSink {
  return new NatsSink(settings);
}

class NatsSink implements EventSink {
  readonly #settings: NatsSettings;
  readonly #messagesOf: ReturnType<typeof openMessages>;
  readonly #name: string;
  readonly #own: Spool;
  /** What earlier runs left, as far as it is being sent here. */
  #older: Spool[] = [];
  #wire: NatsWire | undefined;
  #stage: "open" | "closing" | "abandoned" = "open";
  #wake: () => void = () => {};
  readonly #told = new Set<string>();
  readonly #sending: Promise<void>;

  constructor(settings: NatsSettings) {
    const { folder, clock, session } = settings;
    this.#settings = settings;
    this.#messagesOf = openMessages(settings);
    this.#name = nameRun(clock.nowMs(), session);
    this.#own = Spool.begin({ folder, name: this.#name }, (message) =>
      this.#tell("disk", `events that NATS does not take now are not kept in ${folder}: ${message}`),
    );
    this.#sending = this.#send().catch((cause: unknown) => {
      this.#tell("bug", `events are not sent to NATS: ${cause instanceof Error ? cause.message : "a bug"}`);
    });
  }

  emit(event: Event): void {
    for (const message of this.#messagesOf(event))
      if (!this.#own.append(message))
        this.#tell("full", "events are no longer sent to NATS: too many of them wait already");
    this.#wake();
  }

  async close(): Promise<void> {
    const { clock, patienceMs = defaultPatienceMs } = this.#settings;
    this.#stage = "closing";
    this.#wake();
    if (!(await within(patienceMs, this.#sending, clock))) {
      this.#stage = "abandoned";
      this.#wake();
      if (!this.#own.isEmpty) this.#tellUnsent("no answer in time");
    }
    const spools = [...this.#older, this.#own].map((spool) => spool.close());
    await within(patienceMs, Promise.all([this.#wire?.close(), ...spools]), clock);
  }

  async #send(): Promise<void> {
    const { folder, clock } = this.#settings;
    await pruneRuns(folder, { keep: 0, maxBytes: maxSpoolBytes, nowMs: clock.nowMs() });
    await this.#claimOlder();
    for (let failures = 0; this.#stage !== "abandoned"; ) {
      if (this.#own.isEmpty && this.#older.length === 0) {
        if (this.#stage === "closing") return;
        await this.#wait();
        continue;
      }
      // Where it is to end, it goes on as long as something gets through.
      const isEnding = this.#stage === "closing";
      const { taken, failure } = await this.#sendSome();
      if (taken > 0) failures = 0;
      if (failure === undefined) continue;
      await this.#wire?.close();
      this.#wire = undefined;
      const isOver = isEnding && taken === 0;
      if (isOver || failures > 0 || failure.kind === "refused") this.#tellUnsent(failure.message);
      if (isOver) return;
      await this.#wait(failure.kind === "refused" ? maxDelayMs : delayAfter(failures));
      failures += 1;
    }
  }

  /** Dials where need be, and sends a batch. */
  async #sendSome(): Promise<Pick<Published, "taken" | "failure">> {
    if (this.#wire === undefined) {
      const dialed = await this.#settings.dial();
      if (!dialed.ok) return { taken: 0, failure: dialed.error };
      this.#wire = dialed.value;
      await this.#claimOlder();
    }
    const [oldest] = this.#older;
    const spool = oldest ?? this.#own;
    const { taken, tooLarge, failure } = await this.#wire.publish(spool.peek(batchSize));
    // By now the spools may be closed: what was sent a moment too late is sent once more.
    if (this.#stage === "abandoned") return { taken: 0, failure };
    spool.advance(taken);
    if (tooLarge > 0)
      this.#tell("large", "an event was not sent to NATS: it is larger than the server takes");
    if (oldest?.isEmpty === true) {
      this.#older.shift();
      await oldest.close();
    }
    return { taken, failure };
  }

  /** Takes over what no living process sends. */
  async #claimOlder(): Promise<void> {
    const { folder } = this.#settings;
    for (const name of await listRuns(folder)) {
      const spool = name === this.#name ? undefined : await Spool.claim({ folder, name });
      if (spool === undefined) continue;
      // One that nothing is left of, which its own process did not live to remove.
      if (spool.isEmpty) await spool.close();
      else this.#older.push(spool);
    }
  }

  /** Until there is something new, or the sink is closed; or for a time, unless the sink is closed before. */
  async #wait(timeMs?: number): Promise<void> {
    const { clock } = this.#settings;
    let cancel: (() => void) | undefined;
    await new Promise<void>((resolve) => {
      if (timeMs === undefined) this.#wake = resolve;
      else {
        this.#wake = () => {
          if (this.#stage !== "open") resolve();
        };
        cancel = clock.after(timeMs, resolve);
      }
      if (this.#stage !== "open") resolve();
    });
    cancel?.();
    this.#wake = () => {};
  }

  #tellUnsent(reason: string): void {
    this.#tell(
      "unsent",
      `events cannot be sent to NATS now: ${reason}; they wait in ${this.#settings.folder}, and this or a later run sends them`,
    );
  }

  #tell(kind: string, text: string): void {
    if (this.#told.has(kind)) return;
    this.#told.add(kind);
    this.#settings.tell(text);
  }
}

/** Twice as long each time. */
function delayAfter(failures: number): number {
  return Math.min(firstDelayMs * 2 ** failures, maxDelayMs);
}
