// The events of a run in which one layer is built, one reused, one fails and one is left out because of that.

import { imageDigest, inputDigest } from "../../../engine/core/digest.ts";
import type { Event } from "../../../engine/events/event.ts";
import { type LayerName, layerName } from "../../../schemas/layer-name.ts";
import { type Platform, platform } from "../../../schemas/platform.ts";

const amd64 = platform.parse("linux/amd64");
const start = 1_000_000;

function digestOf(letter: string): `sha256:${string}` {
  return `sha256:${letter.repeat(64)}`;
}

function node(layer: string, seconds: number): { at: number; layer: LayerName; platform: Platform } {
  return { at: start + seconds * 1000, layer: layerName.parse(layer), platform: amd64 };
}

export const sampleRun: readonly Event[] = [
  {
    type: "run.started",
    at: start,
    runId: "r1",
    builder: "buildkitd v0.34.2 at unix:///run/b.sock",
    concurrency: 2,
    local: false,
    steps: 4,
  },
  {
    type: "layer.reused",
    ...node("debian", 0),
    image: imageDigest(digestOf("d")),
    sizeBytes: 48_200_000,
    reason: "current",
  },
  { type: "layer.queued", ...node("rust", 0), reasons: ["Dockerfile was modified"] },
  { type: "layer.queued", ...node("nushell", 0), reasons: ["it was never built"] },
  { type: "layer.queued", ...node("shell-plus", 0), reasons: ["its parent nushell is built first"] },
  { type: "layer.started", ...node("rust", 0.1), inputDigest: inputDigest(digestOf("1")) },
  { type: "layer.started", ...node("nushell", 0.2), inputDigest: inputDigest(digestOf("2")) },
  {
    type: "layer.step",
    ...node("rust", 0.3),
    stepId: "a",
    name: "[1/2] FROM lamina/debian",
    state: "cached",
  },
  {
    type: "layer.step",
    ...node("rust", 0.4),
    stepId: "b",
    name: "[2/2] RUN apt-get install rustc",
    state: "started",
  },
  { type: "layer.log", ...node("rust", 0.5), stepId: "b", stream: "stdout", text: "Setting up rustc\n" },
  {
    type: "layer.step",
    ...node("nushell", 0.6),
    stepId: "c",
    name: "[2/2] RUN cargo install nu",
    state: "started",
  },
  {
    type: "layer.log",
    ...node("nushell", 1),
    stepId: "c",
    stream: "stdout",
    text: "Compiling nu\nCompiling \x1b[1mmore",
  },
  {
    type: "layer.log",
    ...node("nushell", 1.1),
    stepId: "c",
    stream: "stderr",
    text: "::error::linker not found\n",
  },
  {
    type: "layer.step",
    ...node("nushell", 1.5),
    stepId: "c",
    name: "[2/2] RUN cargo install nu",
    state: "failed",
  },
  {
    type: "layer.failed",
    ...node("nushell", 1.5),
    seconds: 1.3,
    kind: "step-failed",
    message: 'the step "RUN cargo install nu" ended with 101',
    help: "see its log",
    logTail: ["::error::linker not found"],
  },
  { type: "layer.doomed", ...node("shell-plus", 1.5), cause: layerName.parse("nushell") },
  {
    type: "layer.step",
    ...node("rust", 12),
    stepId: "b",
    name: "[2/2] RUN apt-get install rustc",
    state: "completed",
  },
  { type: "layer.proving", ...node("rust", 12.1), tools: ["rustc", "cargo"] },
  {
    type: "layer.completed",
    ...node("rust", 13),
    image: imageDigest(digestOf("a")),
    changed: true,
    sizeBytes: 312_000_000,
    seconds: 12.9,
    stepsRun: 1,
    stepsCached: 1,
    tools: { rustc: "1.96.0", cargo: "1.96.0" },
  },
  { type: "lock.written", at: start + 13_000, path: "/project/lamina.lock", layer: layerName.parse("rust") },
  {
    type: "run.completed",
    at: start + 13_100,
    seconds: 13.1,
    result: "failed",
    built: 1,
    reused: 1,
    failed: 1,
    doomed: 1,
    canceled: 0,
  },
];
