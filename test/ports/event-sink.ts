// The laws of EventSink, for every body of it: what is emitted comes out in order, and nobody ever waits but at the end.

import { expect, test } from "vitest";
import type { Event } from "../../engine/events/event.ts";
import type { EventSink } from "../../engine/ports/event-sink.ts";
import { note, story } from "../providers/sink/some-events.ts";

export interface OpenedSink {
  readonly sink: EventSink;
  /** The events that came out, in order; asked once the sink is closed. */
  readonly read: () => Promise<readonly Event[]>;
}

/** `open` gives a new sink for each test. */
export function describeEventSink(open: () => Promise<OpenedSink>): void {
  test("what is emitted comes out, in order", async () => {
    const { sink, read } = await open();
    const events = [...story("completed"), ...Array.from({ length: 500 }, (_, index) => note(String(index)))];
    for (const event of events) expect(sink.emit(event)).toBeUndefined();
    await sink.close();
    expect(await read()).toEqual(events);
  });

  test("a sink without events is closed like any other, and more than once", async () => {
    const { sink, read } = await open();
    await sink.close();
    await sink.close();
    expect(await read()).toEqual([]);
  });

  test("to emit does not throw, even after the end", async () => {
    const { sink } = await open();
    await sink.close();
    expect(() => sink.emit(note("late"))).not.toThrow();
    await sink.close();
  });
}
