// Events of runs. In the first one layer is built, one reused, one fails and one is left out because of that. In the other one layer
// comes to a leased machine, after a kind of machine could not be had, and loses it, while another one waits.

import { imageDigest, inputDigest } from "../../../engine/core/digest.ts";
import type { Event } from "../../../engine/events/event.ts";
import { type LayerName, layerName } from "../../../schemas/layer-name.ts";
import { leaseId } from "../../../schemas/lease-id.ts";
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

const lease = { lease: leaseId.parse("k3v9abcdefghijkl") };

function machine(seconds: number): { at: number } & typeof lease {
  return { at: start + seconds * 1000, ...lease };
}

export const leasedRun: readonly Event[] = [
  {
    type: "run.started",
    at: start,
    runId: "r2",
    builder: "machines of hcloud",
    concurrency: 2,
    local: false,
    steps: 2,
  },
  { type: "layer.queued", ...node("go", 0), reasons: ["it was never built"] },
  { type: "layer.queued", ...node("rust", 0), reasons: ["it was never built"] },
  { type: "layer.started", ...node("go", 0), inputDigest: inputDigest(digestOf("1")) },
  { type: "layer.started", ...node("rust", 0), inputDigest: inputDigest(digestOf("2")) },
  { type: "layer.waiting", ...node("go", 0), for: "provider" },
  { type: "layer.waiting", ...node("rust", 0), for: "provider" },
  { type: "layer.waiting", ...node("rust", 2), for: "machine", ...lease },
  { type: "runner.requested", ...machine(2), provider: "hcloud", tier: "cax21" },
  { type: "runner.ordered", ...machine(2), machine: "cax21", location: "fsn1" },
  { type: "layer.waiting", ...node("go", 2), for: "room", message: "max_machines is 1" },
  {
    type: "runner.declined",
    ...machine(3),
    machine: "cax21",
    location: "fsn1",
    kind: "no-capacity",
    message: "there is none now",
  },
  { type: "runner.ordered", ...machine(4), machine: "cax21", location: "nbg1" },
  {
    type: "runner.leased",
    ...machine(10),
    machineId: "1",
    machine: "cax21",
    location: "nbg1",
    eurPerHour: 0.0176,
  },
  { type: "runner.connected", ...machine(40), seconds: 38 },
  { type: "runner.ready", ...machine(42), seconds: 40 },
  {
    type: "layer.placed",
    ...node("rust", 42),
    ...lease,
    tier: "cax21",
    cpu: 4,
    memoryGb: 8,
    source: "language",
    shared: false,
  },
  {
    type: "layer.step",
    ...node("rust", 43),
    stepId: "c",
    name: "[internal] load build context",
    state: "started",
  },
  {
    type: "layer.step",
    ...node("rust", 60),
    stepId: "c",
    name: "[internal] load build context",
    state: "completed",
  },
  { type: "layer.step", ...node("rust", 60), stepId: "d", name: "[2/2] RUN make", state: "started" },
  {
    type: "layer.retried",
    ...node("rust", 70),
    reason: "machine-lost",
    attempt: 2,
    tier: "cax21",
    message: "the connection was closed",
  },
  { type: "runner.lost", ...machine(70), message: "the connection was closed" },
  { type: "runner.released", ...machine(71), seconds: 61, costEur: 0.0176, layers: 0 },
  {
    type: "layer.waiting",
    ...node("rust", 75),
    for: "retry",
    message: "there is no cax21 in nbg1",
    seconds: 15,
  },
];
