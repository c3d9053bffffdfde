// The laws of EventSink on each body that needs no server.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ok } from "../../engine/core/result.ts";
import type { Event } from "../../engine/events/event.ts";
import { openJsonlSink } from "../../providers/sink/jsonl.ts";
import { openNatsSink } from "../../providers/sink/nats.ts";
import { teeSinks } from "../../providers/sink/tee.ts";
import { event as eventSchema } from "../../schemas/event.ts";
import { FakeClock } from "../fakes/clock.ts";
import { EventLog } from "../fakes/event-log.ts";
import { story } from "../providers/sink/some-events.ts";
import { describeEventSink } from "./event-sink.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lamina-sink-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function openLog() {
  const sink = new EventLog();
  return { sink, read: () => Promise.resolve(sink.events) };
}

function openFile() {
  const sink = openJsonlSink({ folder, runId: "run", clock: new FakeClock(), tell: () => {} });
  const read = (): Promise<readonly Event[]> => {
    const text = readdirSync(folder)
      .filter((name) => name.endsWith(".jsonl"))
      .map((name) => readFileSync(join(folder, name), "utf8"))
      .join("");
    const lines = text.split("\n").filter((line) => line !== "");
    return Promise.resolve(lines.map((line) => eventSchema.parse(JSON.parse(line))));
  };
  return { sink, read };
}

function openNats() {
  const got: Event[] = [];
  const sink = openNatsSink({
    prefix: "p",
    workspace: "w",
    session: "s",
    logs: true,
    folder: join(folder, "spool"),
    clock: new FakeClock(),
    tell: () => {},
    dial: () =>
      Promise.resolve(
        ok({
          publish: (messages) => {
            for (const { subject, payload } of messages)
              if (!subject.startsWith("p.w.build.")) got.push(eventSchema.parse(JSON.parse(payload)));
            return Promise.resolve({ taken: messages.length, tooLarge: 0 });
          },
          close: () => Promise.resolve(),
        }),
      ),
  });
  return { sink, read: () => Promise.resolve(got) };
}

describe("the log of tests", () => {
  describeEventSink(() => Promise.resolve(openLog()));
});
describe("a file", () => {
  describeEventSink(() => Promise.resolve(openFile()));
});
describe("NATS", () => {
  describeEventSink(() => Promise.resolve(openNats()));
});
describe("several at once", () => {
  describeEventSink(() => {
    const [file, nats] = [openFile(), openNats()];
    return Promise.resolve({ sink: teeSinks([file.sink, nats.sink]), read: nats.read });
  });
});

test("of several each gets all", async () => {
  const opened = [openLog(), openFile(), openNats()];
  const sink = teeSinks(opened.map((each) => each.sink));
  for (const event of story("failed")) sink.emit(event);
  await sink.close();
  for (const { read } of opened) expect(await read()).toEqual(story("failed"));
});
