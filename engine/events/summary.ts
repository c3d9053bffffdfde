// Events folded into where a run stands: what live display and final table read.

import type { LayerName } from "../../schemas/layer-name.ts";
import type { LeaseId } from "../../schemas/lease-id.ts";
import type { Platform } from "../../schemas/platform.ts";
import type { ImageDigest } from "../core/digest.ts";
import { unreachable } from "../core/unreachable.ts";
import { stepKey } from "../plan/step.ts";
import type { Event, EventOf } from "./event.ts";

/**
 *                ┌──────┐
 *                ▼      │ retried
 *   queued ──▶ running ─┴─▶ proving ──▶ built
 *     │         ▲  │           ├──────▶ failed
 *     │  placed │  ▼           └──────▶ canceled
 *     │        waiting
 *     └──▶ reused | failed | doomed | canceled
 *
 * A run that is watched may queue a layer again, whatever became of it.
 */
export type LayerState =
  | { readonly kind: "queued" }
  /** For a machine. */
  | { readonly kind: "waiting"; readonly wait: EventOf<"layer.waiting"> }
  /** `steps` are the instructions that run now, by their ids, oldest first. Without a lease it is built here, or nothing of it began. */
  | {
      readonly kind: "running";
      readonly steps: ReadonlyMap<string, string>;
      readonly lease: LeaseId | undefined;
    }
  | { readonly kind: "proving"; readonly tools: readonly string[] }
  | {
      readonly kind: "built";
      readonly image: ImageDigest;
      readonly changed: boolean;
      readonly sizeBytes: number;
      readonly tools: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: "reused";
      readonly image: ImageDigest;
      readonly sizeBytes: number;
      readonly reason: EventOf<"layer.reused">["reason"];
    }
  | {
      readonly kind: "failed";
      readonly failure: string;
      readonly message: string;
      readonly help: string | undefined;
      readonly logTail: readonly string[];
    }
  | { readonly kind: "doomed"; readonly cause: LayerName }
  | { readonly kind: "canceled" };

export interface LayerSummary {
  readonly layer: LayerName;
  readonly platform: Platform;
  readonly state: LayerState;
  /** Why it is built, in words; empty where it is not. */
  readonly reasons: readonly string[];
  /** When its build began and ended; undefined while it has not. */
  readonly startedAtMs: number | undefined;
  readonly endedAtMs: number | undefined;
  /** Of that, what it waited for machines; known when it has ended. */
  readonly waitedMs: number;
  /** Instructions that ended, and those of them that came out of the cache. */
  readonly stepsDone: number;
  readonly stepsCached: number;
}

/** A leased machine, from when it is asked for until it is given back. */
export interface MachineSummary {
  /** What it was asked for by; its kind at the provider and its place are "" until one was ordered. */
  readonly provider: string;
  readonly tier: string;
  readonly machine: string;
  readonly location: string;
  readonly state: "requested" | "ordered" | "booting" | "connected" | "ready" | "lost";
  /** When it came to be in that state. */
  readonly sinceMs: number;
}

export interface RunSummary {
  readonly started: EventOf<"run.started"> | undefined;
  readonly completed: EventOf<"run.completed"> | undefined;
  /** By `stepKey`, in order of their first events: the plan's order. */
  readonly layers: ReadonlyMap<string, LayerSummary>;
  /** Those that are not given back. */
  readonly machines: ReadonlyMap<LeaseId, MachineSummary>;
  readonly pinned: readonly EventOf<"base.pinned">[];
  /** How often each was said of a build cache. */
  readonly caches: Readonly<Record<EventOf<"layer.cache">["result"], number>>;
  /** How it went with the tags, where they were to move. */
  readonly promotion: EventOf<"promotion.completed" | "promotion.failed"> | undefined;
  readonly notes: readonly string[];
}

/** A summary that grows with its run: one event costs the same however many layers there are. */
export class RunningSummary implements RunSummary {
  started: EventOf<"run.started"> | undefined;
  completed: EventOf<"run.completed"> | undefined;
  promotion: RunSummary["promotion"];
  readonly layers = new Map<string, LayerSummary>();
  readonly machines = new Map<LeaseId, MachineSummary>();
  readonly pinned: EventOf<"base.pinned">[] = [];
  readonly caches = { written: 0, current: 0, dropped: 0, unread: 0, unwritten: 0 };
  readonly notes: string[] = [];

  /** Takes in the next event. */
  fold(event: Event): void {
    switch (event.type) {
      case "run.started":
        this.started = event;
        break;
      case "run.completed":
        this.completed = event;
        break;
      case "layer.cache":
        this.caches[event.result] += 1;
        break;
      case "promotion.completed":
      case "promotion.failed":
        this.promotion = event;
        break;
      case "run.note":
        this.notes.push(event.text);
        break;
      case "base.pinned":
        this.pinned.push(event);
        break;
      case "runner.requested":
      case "runner.ordered":
      case "runner.declined":
      case "runner.leased":
      case "runner.connected":
      case "runner.ready":
      case "runner.lost":
      case "runner.released":
      case "runner.left-over":
        foldMachine(this.machines, event);
        break;
      case "layer.log":
      case "layer.measured":
      case "layer.pushed":
      case "lock.written":
      case "watch.round":
      case "watch.invalid":
      case "watch.waiting":
        break;
      default: {
        const key = stepKey(event.layer, event.platform);
        this.layers.set(key, foldLayer(this.layers.get(key) ?? unheardOf(event), event));
      }
    }
  }
}

/** Seconds that a layer has been in the works, up to `nowMs`; of one that has ended its build's own. 0 before it started. */
export function elapsedSeconds(layer: LayerSummary, nowMs: number): number {
  if (layer.startedAtMs === undefined) return 0;
  return Math.max(0, (layer.endedAtMs ?? nowMs) - layer.startedAtMs - layer.waitedMs) / 1000;
}

/** How many layers are in a state. */
export function countLayers(summary: RunSummary, kind: LayerState["kind"]): number {
  return summary.layers.values().reduce((sum, { state }) => sum + (state.kind === kind ? 1 : 0), 0);
}

/** The instruction that has run longest of those that run; undefined where none does. */
export function currentStep(layer: LayerSummary): string | undefined {
  return layer.state.kind === "running" ? layer.state.steps.values().next().value : undefined;
}

type LayerEvent = Exclude<
  Extract<Event, { layer: LayerName; platform: Platform }>,
  EventOf<"layer.log" | "layer.measured" | "layer.pushed" | "layer.cache">
>;

function unheardOf({ layer, platform }: LayerEvent): LayerSummary {
  const before = { startedAtMs: undefined, endedAtMs: undefined, waitedMs: 0, stepsDone: 0, stepsCached: 0 };
  return { layer, platform, state: { kind: "queued" }, reasons: [], ...before };
}

function foldLayer(layer: LayerSummary, event: LayerEvent): LayerSummary {
  const waitedMs = "waitedSeconds" in event ? (event.waitedSeconds ?? 0) * 1000 : 0;
  const ended = { ...layer, endedAtMs: event.at, waitedMs };
  switch (event.type) {
    // A run that is watched may queue a layer again.
    case "layer.queued":
      return { ...unheardOf(event), reasons: event.reasons };
    case "layer.started":
      return { ...layer, state: begun(undefined), startedAtMs: event.at };
    case "layer.waiting":
      return { ...layer, state: { kind: "waiting", wait: event } };
    case "layer.placed":
      return { ...layer, state: begun(event.lease) };
    case "layer.retried":
      return { ...layer, state: begun(undefined), stepsDone: 0, stepsCached: 0 };
    case "layer.step":
      return foldStep(layer, event);
    case "layer.proving":
      return { ...layer, state: { kind: "proving", tools: event.tools } };
    case "layer.completed": {
      const { image, changed, sizeBytes, tools, stepsRun, stepsCached } = event;
      const state = { kind: "built", image, changed, sizeBytes, tools } as const;
      return { ...ended, state, stepsDone: stepsRun + stepsCached, stepsCached };
    }
    case "layer.reused": {
      const { image, sizeBytes, reason } = event;
      return { ...ended, state: { kind: "reused", image, sizeBytes, reason } };
    }
    case "layer.failed": {
      const { kind: failure, message, help, logTail } = event;
      return { ...ended, state: { kind: "failed", failure, message, help, logTail } };
    }
    case "layer.held": {
      const { kind: failure, message } = event;
      return { ...ended, state: { kind: "failed", failure, message, help: undefined, logTail: [] } };
    }
    case "layer.doomed":
      return { ...ended, state: { kind: "doomed", cause: event.cause } };
    case "layer.canceled":
      return { ...ended, state: { kind: "canceled" } };
    default:
      return unreachable(event);
  }
}

function begun(lease: LeaseId | undefined): LayerState {
  return { kind: "running", steps: new Map(), lease };
}

type MachineEvent = Extract<Event, { type: `runner.${string}` }>;

function foldMachine(machines: Map<LeaseId, MachineSummary>, event: MachineEvent): void {
  const { lease, at: sinceMs } = event;
  const before = machines.get(lease);
  const become = (state: MachineSummary["state"], more: Partial<MachineSummary> = {}): void => {
    if (before !== undefined) machines.set(lease, { ...before, ...more, state, sinceMs });
  };
  switch (event.type) {
    case "runner.requested": {
      const { provider, tier } = event;
      machines.set(lease, { provider, tier, machine: "", location: "", state: "requested", sinceMs });
      return;
    }
    case "runner.ordered":
      return become("ordered", { machine: event.machine, location: event.location });
    case "runner.declined":
      return become("requested", { machine: "", location: "" });
    case "runner.leased":
      return become("booting", { machine: event.machine, location: event.location });
    case "runner.connected":
      return become("connected");
    case "runner.ready":
      return become("ready");
    case "runner.lost":
      return become("lost");
    case "runner.released":
    case "runner.left-over":
      machines.delete(lease);
      return;
    default:
      return unreachable(event);
  }
}

function foldStep(layer: LayerSummary, event: EventOf<"layer.step">): LayerSummary {
  const steps = new Map(layer.state.kind === "running" ? layer.state.steps : []);
  if (event.state === "started") steps.set(event.stepId, event.name);
  else steps.delete(event.stepId);
  const running = layer.state.kind === "running" ? { ...layer.state, steps } : layer.state;
  if (event.state === "started") return { ...layer, state: running };
  const cached = event.state === "cached" ? 1 : 0;
  return {
    ...layer,
    state: running,
    stepsDone: layer.stepsDone + 1,
    stepsCached: layer.stepsCached + cached,
  };
}
