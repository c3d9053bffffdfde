// LayerGraph, own inputs and lock in; a Plan out: for each layer and platform whether to build, reuse or hold back,
// and why. Pure: it asks the image store what is there, and changes nothing.

import type { LayerName } from "../../schemas/layer-name.ts";
import type { Lock } from "../../schemas/lock.ts";
import type { Platform } from "../../schemas/platform.ts";
import type { ImageDigest } from "../core/digest.ts";
import type { OwnInputs } from "../graph/fingerprint.ts";
import type { LayerGraph } from "../graph/graph.ts";
import type { History } from "./history.ts";
import type { Plan } from "./step.ts";

/** The layers' own images, as far as a plan asks for them: the port ImageStore fits. */
export interface HeldImages {
  holds(image: ImageDigest): boolean;
}

/** What stands in for an external image here. */
export interface ReplacedBase {
  /** An image reference, or "oci-layout:<absolute directory>[@sha256:…]". */
  readonly reference: string;
  /** As far as they are known without asking a network. */
  readonly digests: ReadonlyMap<Platform, ImageDigest>;
}

export interface PlanOptions {
  /** Exactly the selected layers: a stale ancestor blocks instead of being built. */
  readonly only: boolean;
  /** Build the selected layers although they are current. */
  readonly force: boolean;
  /** Name current ancestors of the selected layers as well. */
  readonly withAncestors: boolean;
}

export interface PlanInput {
  readonly graph: LayerGraph;
  /** Of every layer of the graph. */
  readonly ownInputs: ReadonlyMap<LayerName, OwnInputs>;
  readonly lock: Lock;
  /** Empty: all layers. */
  readonly selection: readonly LayerName[];
  readonly options: PlanOptions;
  /** Of layers that declare none: the builder's own. */
  readonly defaultPlatform: Platform;
  /** Only these platforms; empty: each layer's own. */
  readonly platforms: readonly Platform[];
  readonly images: HeldImages;
  /** By the external image's name as declared. */
  readonly replacedBases: ReadonlyMap<string, ReplacedBase>;
  readonly history: History;
  /** Whether runners are leased for money; false for `docker_local`. */
  readonly leased: boolean;
}

/** Decides every step. Parents stand before children; among equals by name, then platform. */
export function makePlan(_input: PlanInput): Plan {
  throw new Error("not written yet");
}
