// Gives back what ended processes left over: by the journal of leases, and by what the provider lists of the pool and has expired.
// What somebody may still use is not touched.

import { sleep } from "../core/sleep.ts";
import type { ComputeFailure } from "../ports/compute.ts";
import { type SeenLease, type Survey, type SurveyDeps, surveyLeases } from "./survey-leases.ts";

export interface Reaped {
  /** They cost nothing any more. */
  readonly removed: readonly SeenLease[];
  /** Left over, and there still; the next reaping tries again. */
  readonly failed: readonly { readonly seen: SeenLease; readonly message: string }[];
  /** Not left over, as far as is known. */
  readonly left: readonly SeenLease[];
  /** Providers that could not tell what they have. */
  readonly silent: Survey["silent"];
}

/** Whoever was killed as it asked for a machine may have one made for it a moment later. */
const youngMs = 60_000;
const secondLookMs = 3000;

/** Whatever fails is told, and the others go on. Never rejects for what the world can cause. */
export async function reapLeases(deps: SurveyDeps, signal: AbortSignal): Promise<Reaped> {
  const { leases, silent } = await surveyLeases(deps, signal);
  const reaped = await Promise.all(
    leases
      .filter(({ isLeftOver }) => isLeftOver)
      .map(async (seen) => ({ seen, message: await giveBack(seen, deps, signal) })),
  );
  return {
    removed: reaped.flatMap(({ seen, message }) => (message === undefined ? [seen] : [])),
    failed: reaped.flatMap(({ seen, message }) => (message === undefined ? [] : [{ seen, message }])),
    left: leases.filter(({ isLeftOver }) => !isLeftOver),
    silent,
  };
}

/** What is in the way; undefined when it is gone. */
async function giveBack(seen: SeenLease, deps: SurveyDeps, signal: AbortSignal): Promise<string | undefined> {
  const { lease, provider, pool, record, machine } = seen;
  const { journal, clock } = deps;
  const compute = deps.computes.find(({ name }) => name === provider);
  if (compute === undefined) return `${provider} is not open`;
  const gone = await compute.destroy({ leaseId: lease, pool }, signal);
  if (!gone.ok) return explain(gone.error);
  const isOnItsWay =
    machine === undefined && record?.state === "requested" && clock.nowMs() - record.requestedAtMs < youngMs;
  if (isOnItsWay) {
    await sleep(clock, secondLookMs, signal);
    const again = await compute.destroy({ leaseId: lease, pool }, signal);
    if (!again.ok) return explain(again.error);
  }
  const removed = record === undefined ? undefined : journal.remove(lease);
  return removed?.ok === false ? `its journal entry stays: ${removed.error.message}` : undefined;
}

function explain(failure: ComputeFailure): string {
  return failure.kind === "canceled" ? "canceled" : failure.message;
}
