// Events as a run makes them, for tests of what becomes of them.

import type { Event } from "../../../engine/events/event.ts";
import { event } from "../../../schemas/event.ts";

const digest = `sha256:${"0a".repeat(32)}`;
const lease = "0123456789abcdef";

function make(type: string, more: object): Event {
  return event.parse({ type, at: 1_700_000_000_000, ...more });
}

export function note(text: string): Event {
  return make("run.note", { text });
}

/** A layer's build on a leased machine, from its start to `end`. */
export function story(end: "completed" | "failed" | "canceled", layer = "rust"): readonly Event[] {
  const node = { layer, platform: "linux/amd64" };
  const ends = {
    completed: () =>
      make("layer.completed", {
        ...node,
        image: digest,
        changed: true,
        sizeBytes: 12,
        seconds: 3.5,
        stepsRun: 2,
        stepsCached: 1,
        tools: { cargo: "1.96.1" },
      }),
    failed: () =>
      make("layer.failed", {
        ...node,
        seconds: 3.5,
        kind: "oom",
        message: "ran out of memory",
        help: "set runner_type",
        logTail: [],
      }),
    canceled: () => make("layer.canceled", { ...node, at: 1_700_000_002_000, reason: "outdated" }),
  };
  return [
    make("run.started", { runId: "run-1", builder: "b", concurrency: 2, local: false, steps: 1 }),
    make("layer.started", { ...node, inputDigest: digest }),
    make("runner.requested", { lease, provider: "hcloud", tier: "cax21" }),
    make("runner.leased", { lease, machineId: "1", machine: "cax21", location: "fsn1", eurPerHour: 0.01 }),
    make("layer.placed", {
      ...node,
      lease,
      tier: "cax21",
      cpu: 4,
      memoryGb: 8,
      source: "language",
      shared: false,
    }),
    make("layer.log", { ...node, stepId: "1", stream: "stdout", text: "compiling" }),
    make("layer.measured", { ...node, lease, seconds: 3, memoryPeakBytes: 1024 }),
    ends[end](),
  ];
}
