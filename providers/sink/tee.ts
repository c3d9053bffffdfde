// One reader of events that hands them to several.

import type { EventSink } from "../../engine/ports/event-sink.ts";

/** Each gets every event, in order; closing waits for all. */
export function teeSinks(sinks: readonly EventSink[]): EventSink {
  return {
    emit: (event) => {
      for (const sink of sinks) sink.emit(event);
    },
    close: async () => {
      await Promise.all(sinks.map((sink) => sink.close()));
    },
  };
}
