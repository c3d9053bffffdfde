// What a run does about the lock as a whole: what the catalog has no longer is taken out, and all that was recorded is brought in.

import type { Clock } from "../core/host.ts";
import { shownPath } from "../core/shown-path.ts";
import type { LayerGraph } from "../graph/graph.ts";
import { pruneLock } from "../lock/lock.ts";
import type { LockFile } from "../lock/lock-file.ts";
import type { AdoptedEntry, Plan } from "../plan/step.ts";
import type { EventSink } from "../ports/event-sink.ts";

interface Locked {
  readonly graph: LayerGraph;
  readonly lock: LockFile;
}

interface Telling {
  readonly sink: EventSink;
  readonly clock: Clock;
}

/** Names in the lock that the catalog has no longer. */
function foreignNames({ graph, lock }: Locked): readonly string[] {
  const bases = new Set(graph.order.flatMap((name) => graph.externalBases(name)));
  return [
    ...Object.keys(lock.current.layers).filter((name) => !graph.has(name)),
    ...Object.keys(lock.current.bases).filter((image) => !bases.has(image)),
  ];
}

/** Takes out of the lock what the catalog has no longer: no build would ever bring that up to date. */
export async function dropForeign({ graph, lock }: Locked, { sink, clock }: Telling): Promise<void> {
  const foreign = foreignNames({ graph, lock });
  if (foreign.length === 0) return;
  const layers = new Set<string>(graph.order);
  const bases = new Set(graph.order.flatMap((name) => graph.externalBases(name)));
  const pruned = await lock.update((current) => pruneLock(current, layers, bases));
  const names = foreign.join(", ");
  const shown = shownPath(graph.root, lock.path);
  const text = pruned.ok
    ? `taken out of ${shown}, as the catalog has it no longer: ${names}`
    : `${shown} cannot be written, and still has what the catalog has no longer: ${names}`;
  sink.emit({ type: "run.note", at: clock.nowMs(), text });
}

/** Of what others have built that which the lock does not say yet, by `stepKey`. */
export function newlyAdopted({ adopted }: Plan, lock: LockFile): ReadonlyMap<string, AdoptedEntry> {
  const isNew = ({ layer, platform, entry }: AdoptedEntry): boolean => {
    const known = lock.entryOf(layer, platform);
    return known?.input !== entry.input || known.image !== entry.image;
  };
  return new Map(Array.from(adopted ?? []).filter(([, each]) => isNew(each)));
}

/** Puts in what others have built: where that cannot be written, it is found again by whoever needs it. */
export async function adoptPublished(
  { adopted }: Plan,
  { graph, lock }: Locked,
  { sink, clock }: Telling,
): Promise<void> {
  if (adopted === undefined || adopted.size === 0) return;
  const entries = Array.from(adopted.values());
  const recorded = await lock.record({ pins: [], entries });
  const at = clock.nowMs();
  if (!recorded.ok) {
    const text = `${shownPath(graph.root, lock.path)} cannot be written, and does not say what was found in the registry`;
    sink.emit({ type: "run.note", at, text });
  } else if (recorded.value.written)
    for (const { layer } of entries) sink.emit({ type: "lock.written", at, path: lock.path, layer });
}

/** What was recorded is safe in any case, so that a failure is worth a word and no more. */
export async function settleLock({ graph, lock }: Locked, { sink, clock }: Telling): Promise<void> {
  const settled = await lock.settle();
  if (settled.ok) return;
  const text = `${shownPath(graph.root, lock.path)} cannot be written; what was built is kept beside it until it can be`;
  sink.emit({ type: "run.note", at: clock.nowMs(), text });
}
