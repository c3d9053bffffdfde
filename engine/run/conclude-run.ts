// The end of a run: what was leased is given back, what was made is published, and how it went is told.

import type { Clock } from "../core/host.ts";
import type { EventSink } from "../ports/event-sink.ts";
import { explainPublication } from "../publish/explain-publication.ts";
import type { Publication } from "../publish/publication.ts";
import type { Outcome, StepOutcome } from "./outcome.ts";
import type { Placer } from "./placer.ts";
import type { RunCaches } from "./run-caches.ts";

export interface Ending {
  readonly placer: Placer;
  readonly publication?: Publication | undefined;
  readonly caches?: RunCaches | undefined;
  readonly sink: EventSink;
  readonly clock: Clock;
}

/** `steps` settle when nothing is built any more; where a bug rejects them, that is thrown when all is given back. */
export async function concludeRun(
  steps: Promise<Outcome["steps"]>,
  startedMs: number,
  { placer, publication, caches, sink, clock }: Ending,
  { runId, signal }: { readonly runId: string; readonly signal: AbortSignal },
): Promise<Outcome> {
  const [settled] = await Promise.allSettled([steps]);
  const outcomes = settled.status === "fulfilled" ? settled.value : [];
  const count = (kind: StepOutcome["kind"]): number =>
    outcomes.filter(({ outcome }) => outcome.kind === kind).length;
  const isDone = settled.status === "fulfilled" && count("built") + count("reused") === outcomes.length;
  await (isDone ? publication?.settle() : publication?.abandon());
  // Before anybody is told that the run is over.
  const costEur = await placer.rest();
  if (settled.status === "rejected") {
    await caches?.settle(false);
    throw settled.reason;
  }
  const isStopped = count("canceled") > 0 && (signal.aborted || count("failed") + count("doomed") === 0);
  const isPublished = isDone && (await publish(publication, runId, { sink, clock }));
  const result =
    isStopped || (isDone && !isPublished && signal.aborted) ? "canceled" : isPublished ? "ok" : "failed";
  await caches?.settle(result === "ok");
  const seconds = (clock.nowMs() - startedMs) / 1000;
  sink.emit({
    type: "run.completed",
    at: clock.nowMs(),
    seconds,
    result,
    built: count("built"),
    reused: count("reused"),
    failed: count("failed"),
    doomed: count("doomed"),
    canceled: count("canceled"),
    ...(costEur === undefined ? {} : { costEur }),
  });
  return { result, seconds, steps: outcomes };
}

/** Whether all that was to be published is, and stands under its tags. */
async function publish(
  publication: Publication | undefined,
  runId: string,
  { sink, clock }: Pick<Ending, "sink" | "clock">,
): Promise<boolean> {
  if (publication === undefined) return true;
  const end = await publication.conclude(runId);
  const at = clock.nowMs();
  if (end.kind === "moved") {
    sink.emit({ type: "promotion.completed", at, tags: end.tags });
    return true;
  }
  sink.emit({ type: "promotion.failed", at, kind: end.kind, ...explainPublication(end) });
  return false;
}
