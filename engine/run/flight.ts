// A build that goes on, and whether it is still what is asked for.

import type { LayerName } from "../../schemas/layer-name.ts";
import { combineInputs, type OwnInputs } from "../graph/fingerprint.ts";
import type { LockFile } from "../lock/lock-file.ts";
import type { Step } from "../plan/step.ts";
import type { BuildInputs } from "./layer-build.ts";

/** A build that goes on. */
export interface Flight {
  readonly step: Step;
  readonly stop: AbortController;
  /** Undefined until it is known what it is built of. */
  inputs: BuildInputs | undefined;
  /** Resolves when nothing of it is left. */
  settled: Promise<void>;
}

/** What a step is judged by. */
interface FlightWorld {
  readonly ownInputs: ReadonlyMap<LayerName, OwnInputs>;
  readonly lock: LockFile;
}

/** Whether what is being built is what a step asks for. */
export function isWanted(
  { inputs }: Flight,
  step: Step | undefined,
  { ownInputs, lock }: FlightWorld,
): boolean {
  if (inputs === undefined || step?.action !== "build") return false;
  if (step.inputDigest !== null) return step.inputDigest === inputs.digest;
  // Without a digest for want of a pin perhaps, which this very build has looked up.
  const { layer, platform, parents, reasons } = step;
  const own = ownInputs.get(layer);
  if (own === undefined || reasons.some(({ kind }) => kind === "parent-pending")) return false;
  const images = parents.flatMap((parent) => {
    const entry = lock.entryOf(parent, platform);
    return entry === undefined ? [] : [[parent, entry.image] as const];
  });
  const bases = Array.from(
    inputs.bases,
    ([image, digest]) => [image, lock.pinOf(image, platform) ?? digest] as const,
  );
  return combineInputs(own, platform, new Map(images), new Map(bases)) === inputs.digest;
}
