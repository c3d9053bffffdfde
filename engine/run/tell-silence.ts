// A provider that does not answer in the middle of a run is asked with patience; that it does not is said soon, and now and then.

import type { Clock } from "../core/host.ts";
import type { Result } from "../core/result.ts";
import type { Compute, ComputeFailure } from "../ports/compute.ts";
import type { EventSink } from "../ports/event-sink.ts";

/** Questions are answered within seconds; making a machine may take minutes, and is told of by itself. */
const firstMs = 20_000;
const everyMs = 180_000;

export interface SilenceDeps {
  readonly clock: Clock;
  readonly sink: Pick<EventSink, "emit">;
}

/** The same provider; each `run.note` is one for all questions that wait. */
export function tellSilence(compute: Compute, { clock, sink }: SilenceDeps): Compute {
  let toldMs = Number.NEGATIVE_INFINITY;
  const tell = (why: string): void => {
    const nowMs = clock.nowMs();
    if (nowMs - toldMs < everyMs) return;
    toldMs = nowMs;
    sink.emit({ type: "run.note", at: nowMs, text: `${compute.name} does not answer${why}` });
  };
  const watch = async <T>(asking: Promise<Result<T, ComputeFailure>>): Promise<Result<T, ComputeFailure>> => {
    let cancel: (() => void) | undefined;
    const waitFor = (ms: number): void => {
      cancel = clock.after(ms, () => {
        tell(", and is asked again and again");
        waitFor(everyMs);
      });
    };
    waitFor(firstMs);
    try {
      const answer = await asking;
      if (answer.ok) toldMs = Number.NEGATIVE_INFINITY;
      else if (answer.error.kind === "unavailable") tell(`: ${answer.error.message}`);
      return answer;
    } finally {
      cancel?.();
    }
  };
  return {
    name: compute.name,
    survey: (signal) => compute.survey(signal),
    offers: (size, platform, signal) => watch(compute.offers(size, platform, signal)),
    create: (request, signal) => compute.create(request, signal),
    destroy: (lease, signal) => watch(compute.destroy(lease, signal)),
    list: (pool, signal) => watch(compute.list(pool, signal)),
    close: () => compute.close(),
  };
}
