// Port: a reader of all that happens. Law: `emit` returns at once, never throws, and keeps the order.

import type { Event } from "../events/event.ts";

export interface EventSink {
  emit(event: Event): void;
  /** Resolves when everything emitted so far is out, or given up on. */
  close(): Promise<void>;
}
