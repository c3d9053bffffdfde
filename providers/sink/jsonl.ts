// All events of a run in a file, one JSON text a line, as they happen: .lamina/events/<when>-<run>.jsonl.

import { join } from "node:path";
import type { Clock } from "../../engine/core/host.ts";
import type { EventSink } from "../../engine/ports/event-sink.ts";
import { LineFile } from "./line-file.ts";
import { claimRun, nameRun, pruneRuns } from "./run-files.ts";
import { within } from "./within.ts";

/** So many runs are kept however old they are; of the last two weeks all are. */
const keptRuns = 50;
/** What the disk has after the last event. */
const patienceMs = 2000;

export interface JsonlSettings {
  /** Absolute. */
  readonly folder: string;
  readonly runId: string;
  readonly clock: Clock;
  /** Told once, where the file cannot be written. */
  readonly tell: (text: string) => void;
}

export function openJsonlSink({ folder, runId, clock, tell }: JsonlSettings): EventSink {
  const name = nameRun(clock.nowMs(), runId);
  const release = claimRun(folder, name);
  const file = new LineFile(join(folder, `${name}.jsonl`), (message) =>
    tell(`the events of this run are not kept in ${folder}: ${message}`),
  );
  const pruned = pruneRuns(folder, { keep: keptRuns, nowMs: clock.nowMs() });
  return {
    emit: (event) => file.append(JSON.stringify(event)),
    close: async () => {
      await within(patienceMs, Promise.all([pruned, file.close()]), clock);
      release?.();
    },
  };
}
