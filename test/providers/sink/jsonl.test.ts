// The file of a run's events: all of them, in order, whatever becomes of the disk; and what becomes of old files.

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openJsonlSink } from "../../../providers/sink/jsonl.ts";
import { event as eventSchema } from "../../../schemas/event.ts";
import { FakeClock } from "../../fakes/clock.ts";
import { note, story } from "./some-events.ts";

const nowMs = Date.UTC(2026, 10, 22, 20, 56, 43, 123);
const dayMs = 24 * 60 * 60 * 1000;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lamina-events-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function open(into = folder, runId = "run") {
  const told: string[] = [];
  const sink = openJsonlSink({
    folder: into,
    runId,
    clock: new FakeClock(nowMs),
    tell: (text) => told.push(text),
  });
  return { sink, told };
}

function day(index: number): string {
  return `202610${String(index).padStart(2, "0")}T000000000Z`;
}

function leave(name: string, ageMs: number): void {
  const path = join(folder, `${name}.jsonl`);
  writeFileSync(path, "{}\n");
  utimesSync(path, (nowMs - ageMs) / 1000, (nowMs - ageMs) / 1000);
}

test("one event a line, as they are, under a name that sorts by time", async () => {
  const { sink, told } = open();
  for (const event of story("completed")) sink.emit(event);
  await sink.close();
  expect([told, readdirSync(folder)]).toEqual([[], ["20261122T205643123Z-run.jsonl"]]);
  const lines = readFileSync(join(folder, "20261122T205643123Z-run.jsonl"), "utf8").trimEnd().split("\n");
  expect(lines.map((line) => eventSchema.parse(JSON.parse(line)))).toEqual(story("completed"));
});

test("ten thousand at once keep their order", async () => {
  const { sink } = open();
  const texts = Array.from({ length: 10_000 }, (_, index) => `${index} ${"x".repeat(100)}`);
  for (const text of texts) sink.emit(note(text));
  await sink.close();
  const lines = readFileSync(join(folder, "20261122T205643123Z-run.jsonl"), "utf8").trimEnd().split("\n");
  expect(lines).toEqual(texts.map((text) => JSON.stringify(note(text))));
});

test("a run without an event leaves nothing", async () => {
  await open().sink.close();
  expect(readdirSync(folder)).toEqual([]);
});

test("a disk that fails is told of once, and hurts nobody", async () => {
  const full = join(folder, "full");
  mkdirSync(full);
  // Writing there fails as on a full disk.
  const { symlinkSync } = await import("node:fs");
  symlinkSync("/dev/full", join(full, "20261122T205643123Z-run.jsonl"));
  const { sink, told } = open(full);
  for (let count = 0; count < 1000; count++) sink.emit(note("x"));
  await sink.close();
  sink.emit(note("late"));
  await sink.close();
  expect(told).toEqual([
    `the events of this run are not kept in ${full}: ENOSPC: no space left on device, write`,
  ]);
});

test("files go when they are older than two weeks, but for the last fifty and those in use", async () => {
  for (let index = 1; index <= 20; index++) leave(`${day(index)}-old`, 20 * dayMs);
  for (let index = 1; index <= 5; index++) leave(`20261101T00000000${index}Z-young`, 13 * dayMs);
  for (let index = 10; index < 52; index++) leave(`20261102T0000000${index}Z-kept`, 20 * dayMs);
  const { claimRun } = await import("../../../providers/sink/run-files.ts");
  const release = claimRun(folder, `${day(3)}-old`);
  writeFileSync(join(folder, "notes.txt"), "mine");
  const { sink } = open();
  await sink.close();
  const left = readdirSync(folder).filter((name) => name.endsWith("-old.jsonl"));
  // The last fifty are 42 kept, 5 young and the newest 3 of the old.
  expect(left).toEqual([3, 18, 19, 20].map((index) => `${day(index)}-old.jsonl`));
  expect(readdirSync(folder).filter((name) => /young|kept/.test(name))).toHaveLength(47);
  expect(existsSync(join(folder, "notes.txt"))).toBe(true);
  release?.();
  const again = open();
  await again.sink.close();
  expect(existsSync(join(folder, `${day(3)}-old.jsonl`))).toBe(false);
});
