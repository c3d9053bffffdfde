// Where a run builds: one builder, or machines that are leased.

import type { EventSink } from "../engine/ports/event-sink.ts";
import type { ImageStore } from "../engine/ports/images.ts";
import type { MetricsStore } from "../engine/ports/metrics.ts";
import type { Placer } from "../engine/run/placer.ts";

export interface Workshop {
  /** For the events of the run; what it places on is given back when the run rests, and with `close`. */
  readonly openPlacer: (sink: EventSink, runId: string) => Placer;
  readonly images: ImageStore;
  readonly metrics?: MetricsStore | undefined;
  readonly close: () => Promise<void>;
}
