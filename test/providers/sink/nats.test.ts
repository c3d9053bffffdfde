// How messages get from a run to a server that is there, is not, or comes back: on real files, before a server that a test plays.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Clock } from "../../../engine/core/host.ts";
import { err, ok, type Result } from "../../../engine/core/result.ts";
import type { Message } from "../../../providers/sink/messages.ts";
import { openNatsSink } from "../../../providers/sink/nats.ts";
import type { NatsWire, Published, WireFailure } from "../../../providers/sink/nats-wire.ts";
import { FakeClock } from "../../fakes/clock.ts";
import { note } from "./some-events.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lamina-spool-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const lost: WireFailure = { kind: "unreachable", message: "connection refused" };

/** Takes what it is sent, as long as it is up. */
class PlayedServer {
  readonly got: string[] = [];
  isUp = true;
  dials = 0;
  /** What becomes of the next batches, in place of taking them all. */
  readonly answers: ((messages: readonly Message[]) => Published | Promise<Published>)[] = [];

  readonly dial = (): Promise<Result<NatsWire, WireFailure>> => {
    this.dials += 1;
    const wire: NatsWire = {
      publish: async (messages) => {
        if (!this.isUp) return { taken: 0, tooLarge: 0, failure: lost };
        const answer = await this.answers.shift()?.(messages);
        const taken = answer?.taken ?? messages.length;
        this.got.push(...messages.slice(0, taken).map(textOf));
        return answer ?? { taken, tooLarge: 0 };
      },
      close: () => Promise.resolve(),
    };
    return Promise.resolve(this.isUp ? ok(wire) : err(lost));
  };
}

function textOf({ payload }: Message): string {
  const event: unknown = JSON.parse(payload);
  return typeof event === "object" && event !== null && "text" in event ? String(event.text) : payload;
}

const patienceMs = 3600_000;

function open(dial: PlayedServer["dial"], session = "s", clock: Clock = new FakeClock()) {
  const told: string[] = [];
  const sink = openNatsSink({
    prefix: "p",
    workspace: "w",
    session,
    logs: false,
    folder,
    clock,
    dial,
    tell: (text) => told.push(text),
    patienceMs,
  });
  return { sink, told };
}

function numbers(from: number, to: number): readonly string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => String(from + index));
}

const unsent = (reason: string) =>
  `events cannot be sent to NATS now: ${reason}; they wait in ${folder}, and this or a later run sends them`;

test("all in order, and nothing is left on the disk", async () => {
  const server = new PlayedServer();
  const { sink, told } = open(server.dial);
  for (const text of numbers(1, 1000)) sink.emit(note(text));
  await sink.close();
  expect(server.got).toEqual(numbers(1, 1000));
  expect([told, readdirSync(folder)]).toEqual([[], []]);
});

test("to emit is not to wait: it returns while a server never answers, and so does the end", async () => {
  const clock = new FakeClock();
  const { sink, told } = open(() => new Promise(() => {}), "s", clock);
  for (const text of numbers(1, 100)) expect(sink.emit(note(text))).toBeUndefined();
  const closed = sink.close();
  clock.advance(patienceMs);
  await closed;
  expect(told).toEqual([unsent("no answer in time")]);
  expect(readdirSync(folder)).toEqual(["19700101T001640000Z-s.jsonl"]);

  const server = new PlayedServer();
  await open(server.dial, "later").sink.close();
  expect(server.got).toEqual(numbers(1, 100));
  expect(readdirSync(folder)).toEqual([]);
});

test("a server that is down is told of once; the next run sends what waited before its own", async () => {
  const server = new PlayedServer();
  server.isUp = false;
  const first = open(server.dial, "one");
  for (const text of numbers(1, 300)) first.sink.emit(note(text));
  await first.sink.close();
  expect(first.told).toEqual([unsent("connection refused")]);
  const second = open(server.dial, "two", new FakeClock(2_000_000));
  for (const text of numbers(301, 310)) second.sink.emit(note(text));
  await second.sink.close();
  expect(second.told).toEqual([unsent("connection refused")]);
  server.isUp = true;
  const third = open(server.dial, "three", new FakeClock(3_000_000));
  for (const text of numbers(311, 320)) third.sink.emit(note(text));
  await third.sink.close();
  expect(server.got).toEqual(numbers(1, 320));
  expect([third.told, readdirSync(folder)]).toEqual([[], []]);
});

test("a connection that is lost in the middle of a batch: what was not taken is sent again, and nothing overtakes it", async () => {
  const server = new PlayedServer();
  server.answers.push(
    () => ({ taken: 7, tooLarge: 0, failure: lost }),
    () => ({ taken: 2, tooLarge: 0, failure: lost }),
    () => ({ taken: 0, tooLarge: 0, failure: lost }),
  );
  const { sink } = open(server.dial);
  for (const text of numbers(1, 20)) sink.emit(note(text));
  await sink.close();
  // It ends where nothing gets through any more.
  expect([server.got, server.dials]).toEqual([numbers(1, 9), 3]);
  await open(server.dial, "later").sink.close();
  expect(server.got).toEqual(numbers(1, 20));
});

test("it dials again after a while that grows, and sends what came meanwhile", async () => {
  const server = new PlayedServer();
  server.isUp = false;
  const clock = new FakeClock();
  const waits: number[] = [];
  const dialed: (() => void)[] = [];
  const dial = (): ReturnType<PlayedServer["dial"]> => {
    waits.push(clock.nowMs());
    dialed.shift()?.();
    return server.dial();
  };
  const ticking: Clock = {
    nowMs: () => clock.nowMs(),
    after: (delayMs, callback) => {
      const cancel = clock.after(delayMs, callback);
      // Time goes on as soon as the sink waits for it, but not for its end.
      if (delayMs < patienceMs) queueMicrotask(() => clock.advance(delayMs));
      return cancel;
    },
  };
  const fourth = new Promise<void>((resolve) => {
    dialed.push(
      () => {},
      () => {},
      () => {},
      resolve,
    );
  });
  const { sink, told } = open(dial, "s", ticking);
  sink.emit(note("1"));
  await fourth;
  sink.emit(note("2"));
  server.isUp = true;
  await sink.close();
  expect(waits.slice(1, 4).map((at, index) => at - (waits[index] ?? 0))).toEqual([250, 500, 1000]);
  expect(server.got).toEqual(["1", "2"]);
  expect(told).toEqual([unsent("connection refused")]);
});

test("what is too large for the server is left out, and told of once", async () => {
  const server = new PlayedServer();
  server.answers.push((messages) => ({ taken: messages.length, tooLarge: 2 }));
  const { sink, told } = open(server.dial);
  sink.emit(note("1"));
  await sink.close();
  expect(told).toEqual(["an event was not sent to NATS: it is larger than the server takes"]);
});

test("a folder that cannot be written keeps nothing from being sent", async () => {
  const server = new PlayedServer();
  const file = join(folder, "file");
  writeFileSync(file, "");
  const told: string[] = [];
  const sink = openNatsSink({
    prefix: "p",
    workspace: "w",
    session: "s",
    logs: false,
    folder: join(file, "spool"),
    clock: new FakeClock(),
    dial: server.dial,
    tell: (text) => told.push(text),
  });
  for (const text of numbers(1, 300)) sink.emit(note(text));
  await sink.close();
  expect(server.got).toEqual(numbers(1, 300));
  expect(told).toEqual([
    `events that NATS does not take now are not kept in ${join(file, "spool")}: ENOTDIR: not a directory, mkdir '${join(file, "spool")}'`,
  ]);
});

function line(text: string): string {
  const message = { subject: "p.w.run.note", id: `dead-${text}`, run: "dead" };
  return `${JSON.stringify({ ...message, payload: JSON.stringify(note(text)) })}\n`;
}

describe("what another process left", () => {
  const name = "20251001T000000000Z-dead";
  /** All that a killed process may leave: a mark behind or ahead of what was written, and half a line. */
  function leave(text: string, sent: string): void {
    writeFileSync(join(folder, `${name}.jsonl`), text);
    writeFileSync(join(folder, `${name}.lock`), "");
    if (sent !== "") writeFileSync(join(folder, `${name}.sent`), sent);
  }

  test.each([
    ["nothing was sent yet", "", ["1", "2", "3"]],
    ["a part was sent", String(line("1").length).padStart(16, "0"), ["2", "3"]],
    ["a mark that is none", "x", ["1", "2", "3"]],
    ["all was sent, and some of it was never written", "9999999", []],
  ])("%s", async (_, sent, expected) => {
    leave(`${line("1")}${line("2")}garbage\n${line("3")}{"subject":"p.w`, sent);
    const server = new PlayedServer();
    await open(server.dial).sink.close();
    expect(server.got).toEqual(expected);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("two at once do not send it both", async () => {
    leave(numbers(1, 600).map(line).join(""), "");
    const server = new PlayedServer();
    const sinks = ["a", "b", "c"].map((session) => open(server.dial, session).sink);
    await Promise.all(sinks.map((sink) => sink.close()));
    expect(server.got).toEqual(numbers(1, 600));
  });

  test("what could be sent of it is marked, for whoever comes next", async () => {
    leave(numbers(1, 400).map(line).join(""), "");
    const server = new PlayedServer();
    server.answers.push(
      (messages) => ({ taken: messages.length, tooLarge: 0 }),
      () => ({ taken: 4, tooLarge: 0, failure: lost }),
      () => ({ taken: 0, tooLarge: 0, failure: lost }),
    );
    await open(server.dial).sink.close();
    const sent = numbers(1, 260).map(line).join("").length;
    expect(Number(readFileSync(join(folder, `${name}.sent`), "utf8"))).toBe(sent);
    await open(server.dial, "later").sink.close();
    expect(server.got).toEqual(numbers(1, 400));
  });
});

test("a session that lasts begins its file anew when all of it is sent", async () => {
  const server = new PlayedServer();
  const big = "x".repeat(1024 * 1024);
  const { sink } = open(server.dial);
  const file = join(folder, "19700101T001640000Z-s.jsonl");
  for (let round = 0; round < 3; round++) {
    const all = new Promise<void>((resolve) => {
      server.answers.push((messages) => {
        if (messages.at(-1)?.payload.includes("end") === true) resolve();
        return { taken: messages.length, tooLarge: 0 };
      });
    });
    for (let count = 0; count < 5; count++) sink.emit(note(big));
    sink.emit(note("end"));
    await all;
    // The server has it; the sink learns of that before anything else happens.
    await setImmediate();
  }
  server.isUp = false;
  sink.emit(note("last"));
  await sink.close();
  expect(readFileSync(file, "utf8").split("\n").length).toBeLessThan(15);
  server.isUp = true;
  await open(server.dial, "later").sink.close();
  expect(server.got.filter((text) => text !== big)).toEqual(["end", "end", "end", "last"]);
});
