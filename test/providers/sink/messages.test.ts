// What of a run is published, where, and what a build's own messages hold.

import { expect, test } from "vitest";
import type { Event } from "../../../engine/events/event.ts";
import { type MessageSettings, openMessages } from "../../../providers/sink/messages.ts";
import { buildEvent } from "../../../schemas/build-event.ts";
import { event as eventSchema } from "../../../schemas/event.ts";
import { story } from "./some-events.ts";

const settings: MessageSettings = { prefix: "lian-build", workspace: "shop", session: "s", logs: false };

function publish(events: readonly Event[], more: Partial<MessageSettings> = {}) {
  const messagesOf = openMessages({ ...settings, ...more });
  return events.flatMap((event) => messagesOf(event));
}

function builds(events: readonly Event[]): readonly unknown[] {
  return publish(events).flatMap(({ subject, payload }) =>
    subject.startsWith("lian-build.shop.build.") ? [buildEvent.parse(JSON.parse(payload))] : [],
  );
}

const digest = `sha256:${"0a".repeat(32)}`;
const about = { version: 1, run_id: "run-1", workspace: "shop", layer: "rust", platform: "linux/amd64" };
const runner = {
  lease: "0123456789abcdef",
  tier: "cax21",
  cpu: 4,
  memory_gb: 8,
  source: "language",
  shared: false,
  provider: "hcloud",
  machine: "cax21",
  location: "fsn1",
};

test("every event goes to a subject of its own, logs only where they are asked for", () => {
  const subjects = publish(story("completed")).map(({ subject }) => subject);
  expect(subjects).toEqual([
    "lian-build.shop.run.started",
    "lian-build.shop.layer.started",
    "lian-build.shop.build.started",
    "lian-build.shop.runner.requested",
    "lian-build.shop.runner.leased",
    "lian-build.shop.layer.placed",
    "lian-build.shop.layer.measured",
    "lian-build.shop.layer.completed",
    "lian-build.shop.build.completed",
  ]);
  const all = publish(story("completed"), { prefix: "a.b-c", logs: true });
  expect(all.map(({ subject }) => subject)).toContain("a.b-c.shop.layer.log");
});

test("messages are numbered within a session, name their run, and hold the events as they are", () => {
  const messages = publish(story("completed"));
  expect(messages.map(({ id }) => id)).toEqual(messages.map((_, index) => `s-${index + 1}`));
  expect(new Set(messages.map(({ run }) => run))).toEqual(new Set(["run-1"]));
  const events = messages.filter(({ subject }) => !subject.includes(".build."));
  expect(events.map(({ payload }) => eventSchema.parse(JSON.parse(payload)))).toEqual(
    story("completed").filter(({ type }) => type !== "layer.log"),
  );
});

test("a build that is completed: where, how long, what it used", () => {
  expect(builds(story("completed"))).toEqual([
    { event: "build.started", ...about, at: 1_700_000_000_000, input_digest: digest },
    {
      event: "build.completed",
      ...about,
      at: 1_700_000_000_000,
      input_digest: digest,
      image: digest,
      changed: true,
      size_bytes: 12,
      seconds: 3.5,
      attempts: 1,
      runner,
      used: { memory_peak_bytes: 1024 },
    },
  ]);
});

test("one that failed says why; one that was canceled failed", () => {
  expect(builds(story("failed"))[1]).toEqual({
    event: "build.failed",
    ...about,
    at: 1_700_000_000_000,
    input_digest: digest,
    seconds: 3.5,
    attempts: 1,
    runner,
    used: { memory_peak_bytes: 1024 },
    failure: { kind: "oom", message: "ran out of memory", help: "set runner_type" },
  });
  expect(builds(story("canceled"))[1]).toMatchObject({
    event: "build.failed",
    seconds: 2,
    failure: { kind: "canceled", message: "its inputs changed meanwhile" },
  });
});

test("one that never started is not told of when it is canceled", () => {
  expect(builds(story("canceled").slice(-1))).toEqual([]);
});

test("a second build of the layer knows nothing of the first", () => {
  const events = [...story("completed"), ...story("failed").slice(-1)];
  expect(builds(events)[2]).toEqual({
    event: "build.failed",
    ...about,
    at: 1_700_000_000_000,
    seconds: 3.5,
    attempts: 1,
    failure: { kind: "oom", message: "ran out of memory", help: "set runner_type" },
  });
});

test.each(["a.b", "a b", "*", ">", ""])("a workspace %j makes no subject", (workspace) => {
  expect(() => openMessages({ ...settings, workspace })).toThrow("must be a workspace");
});

test.each(["a.", ".a", "a..b", "a.*", ">", "a b", ""])("a prefix %j makes none", (prefix) => {
  expect(() => openMessages({ ...settings, prefix })).toThrow(`"${prefix}" is no prefix of a subject`);
});
