// How a run ended, step by step.

import type { LayerName } from "../../schemas/layer-name.ts";
import type { Platform } from "../../schemas/platform.ts";
import type { ImageDigest } from "../core/digest.ts";
import type { LayerFailure } from "./layer-failure.ts";

export type StepOutcome =
  /** `changed` is false where the lock held that very image before. */
  | {
      readonly kind: "built";
      readonly image: ImageDigest;
      readonly changed: boolean;
      readonly seconds: number;
    }
  | { readonly kind: "reused"; readonly image: ImageDigest }
  | { readonly kind: "failed"; readonly failure: LayerFailure["kind"]; readonly message: string }
  /** `cause` is the layer whose failure or block it inherits. */
  | { readonly kind: "doomed"; readonly cause: LayerName }
  | { readonly kind: "canceled" };

export interface Outcome {
  readonly result: "ok" | "failed" | "canceled";
  readonly seconds: number;
  readonly steps: readonly {
    readonly layer: LayerName;
    readonly platform: Platform;
    readonly outcome: StepOutcome;
  }[];
}
