// A sink that remembers, and holds every event against its schema.

import type { Event, EventOf } from "../../engine/events/event.ts";
import type { EventSink } from "../../engine/ports/event-sink.ts";
import { event as eventSchema } from "../../schemas/event.ts";

export class EventLog implements EventSink {
  readonly events: Event[] = [];

  emit(event: Event): void {
    this.events.push(eventSchema.parse(event));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** All events of a type, in order. */
  of<T extends Event["type"]>(type: T): readonly EventOf<T>[] {
    return this.events.filter((event): event is EventOf<T> => event.type === type);
  }

  /** "layer.started rust" and the like, in order, without the clutter of steps and logs. */
  get story(): readonly string[] {
    return this.events
      .filter(({ type }) => type !== "layer.step" && type !== "layer.log")
      .map((event) => ("layer" in event ? `${event.type} ${event.layer}` : event.type));
  }
}
