// Where layers are built: what a run asks for a builder for each layer, and one that always gives the same.

import type { LayerName } from "../../schemas/layer-name.ts";
import type { LeaseId } from "../../schemas/lease-id.ts";
import type { Platform } from "../../schemas/platform.ts";
import { ok, type Result } from "../core/result.ts";
import type { RunnerSize } from "../plan/step.ts";
import type { Builder } from "../ports/builder.ts";
import type { MachineSize } from "../ports/compute.ts";
import type { LocalMeasuring } from "../ports/local-machine.ts";
import type { Measuring } from "../ports/runner.ts";
import type { LayerFailure } from "./layer-failure.ts";

export interface PlacementRequest {
  readonly layer: LayerName;
  readonly platform: Platform;
  readonly size: Pick<RunnerSize, "tier" | "cpu" | "memoryGb">;
  /** What it stands on: a machine that has built these has them at hand. */
  readonly parents: readonly LayerName[];
  /** Beside no other layer. */
  readonly isAlone: boolean;
  /** On a machine where nothing was built before, and nothing will be after it. */
  readonly ownMachine?: boolean;
  /** How long it may stay. */
  readonly timeBudgetMin: number;
}

/** A place that was given, until it is left. */
export interface Placement {
  readonly builder: Builder;
  /** Undefined where nothing is leased. */
  readonly leased: LeasedPlacement | undefined;
  /** Of this machine, where its builds can be seen. Without either nothing is measured. */
  readonly local?: LocalPlacement | undefined;
  /** "built": the layer's image came to be here. "condemned": nothing more is to be built here. */
  leave(state: "built" | "unbuilt" | "condemned"): void;
}

export interface LeasedPlacement {
  readonly lease: LeaseId;
  /** The machine was there already. */
  readonly isShared: boolean;
  /** That was asked for. */
  readonly tier: string;
  /** What the machine has. */
  readonly cpu: number;
  readonly memoryGb: number;
  /** Whether another layer was built on the machine at any moment since the place was given. */
  hadNeighbours(): boolean;
  /** The machine is gone, or the way to it. */
  isLost(): boolean;
  measure(): Promise<Measuring>;
}

export interface LocalPlacement {
  /** That was asked for; "none" where nothing was. */
  readonly tier: string;
  /** That it is held to; undefined: it takes what it finds. */
  readonly limit: MachineSize | undefined;
  /** What this machine has. */
  readonly has: MachineSize;
  measure(): Promise<LocalMeasuring>;
}

export interface Placer {
  /** For people: what builds. */
  readonly description: string;
  /** Waits until there is a place. Fails where there will be none. */
  place(
    request: PlacementRequest,
    signal: AbortSignal,
  ): Promise<Result<Placement, LayerFailure | "canceled">>;
  /** Nobody builds any more for now: gives back all that is leased. Gives the euros that all leases cost so far; undefined where nothing is leased. Hears no signal. */
  rest(): Promise<number | undefined>;
}

/** Everything on one builder, of whose machine nothing is known. */
export function placeOn(builder: Builder): Placer {
  const placement: Placement = { builder, leased: undefined, leave: () => {} };
  return {
    description: builder.description,
    place: () => Promise.resolve(ok(placement)),
    rest: () => Promise.resolve(undefined),
  };
}
