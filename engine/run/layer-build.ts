// A step that is to be built, with all that it takes.

import type { LayerName } from "../../schemas/layer-name.ts";
import type { Platform } from "../../schemas/platform.ts";
import type { Layer } from "../catalog/layer.ts";
import type { ImageDigest, InputDigest } from "../core/digest.ts";
import type { Clock } from "../core/host.ts";
import type { SecretSource } from "../core/secret-source.ts";
import type { OwnInputs } from "../graph/fingerprint.ts";
import type { LayerGraph } from "../graph/graph.ts";
import type { LockFile } from "../lock/lock-file.ts";
import type { Step } from "../plan/step.ts";
import type { EventSink } from "../ports/event-sink.ts";
import type { ImageStore } from "../ports/images.ts";
import type { BuildMetrics } from "../ports/metrics.ts";
import type { SecretValues } from "../ports/secrets.ts";
import type { PublishedLayers } from "../publish/published-layers.ts";
import type { BaseImages } from "./base-images.ts";
import type { LayerFailure } from "./layer-failure.ts";
import type { Placer } from "./placer.ts";
import type { RunCaches } from "./run-caches.ts";

/** `parents` are images that exist. */
export interface LayerBuild {
  readonly step: Step;
  readonly layer: Layer;
  readonly own: OwnInputs;
  readonly graph: LayerGraph;
  readonly parents: ReadonlyMap<LayerName, ImageDigest>;
  readonly bases: BaseImages;
  readonly lock: LockFile;
  readonly placer: Placer;
  readonly images: ImageStore;
  /** Undefined where no registry is asked. */
  readonly published: PublishedLayers | undefined;
  /** Undefined where no caches are read or written. */
  readonly caches: RunCaches | undefined;
  readonly sink: EventSink;
  readonly clock: Clock;
  readonly secrets: ReadonlyMap<string, SecretSource>;
  readonly secretValues: SecretValues | undefined;
  readonly signal: AbortSignal;
  readonly readOwn: (layer: Layer) => OwnInputs | undefined;
  /** By the inputs that they came of: such a build is not tried again. */
  readonly failures: Map<InputDigest, LayerFailure> | undefined;
  /** Somebody looks again when files change: inputs that change are no failure then. */
  readonly isWatched: boolean;
  /** Told what each of its solves used of a leased machine. */
  readonly onMeasured: (metrics: Omit<BuildMetrics, "workspace" | "runId">) => void;
  /** Told what it is built of, before it starts. */
  readonly onInputs: (inputs: BuildInputs) => void;
}

/** What a build is made of. */
export interface BuildInputs {
  readonly digest: InputDigest;
  readonly bases: ReadonlyMap<string, ImageDigest>;
}

/** Why it is not built, for which it may have been nobody's fault. */
export type Halt = LayerFailure | "canceled";

/** What events about it have in common. */
export function node(build: LayerBuild): { at: number; layer: LayerName; platform: Platform } {
  return { at: build.clock.nowMs(), layer: build.layer.name, platform: build.step.platform };
}
