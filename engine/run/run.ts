// Plan in, Outcome out: every step in its turn under the concurrency limit, each finished layer in the lock at once.

import type { LayerName } from "../../schemas/layer-name.ts";
import type { Clock } from "../core/host.ts";
import type { OwnInputs } from "../graph/fingerprint.ts";
import type { LayerGraph } from "../graph/graph.ts";
import type { LockFile } from "../lock/lock-file.ts";
import type { Plan } from "../plan/step.ts";
import type { Builder, SecretSource } from "../ports/builder.ts";
import type { EventSink } from "../ports/event-sink.ts";
import type { ImageResolver, ImageStore } from "../ports/images.ts";
import type { Outcome } from "./outcome.ts";

/** What a run works with. It closes none of them. */
export interface RunDeps {
  readonly graph: LayerGraph;
  /** Of every layer of the plan: the very ones that the plan was made of. */
  readonly ownInputs: ReadonlyMap<LayerName, OwnInputs>;
  readonly lock: LockFile;
  readonly builder: Builder;
  readonly images: ImageStore;
  readonly resolver: ImageResolver;
  readonly sink: EventSink;
  readonly clock: Clock;
  /** By the secret's id. */
  readonly secrets: ReadonlyMap<string, SecretSource>;
}

export interface RunOptions {
  readonly runId: string;
  /** Solves at once; at least 1. */
  readonly concurrency: number;
  /** Stop at the first failure; else only its descendants are left out. */
  readonly failFast: boolean;
  /** Its abort stops starting, cancels what runs, and waits until that has settled. */
  readonly signal: AbortSignal;
}

/**
 * Runs a plan to its end. Never rejects for what the world can cause: that is in the outcome, layer by layer.
 */
export function run(_plan: Plan, _deps: RunDeps, _options: RunOptions): Promise<Outcome> {
  throw new Error("not written yet");
}
