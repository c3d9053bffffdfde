// What a plan says: one step a layer and platform, each with the reasons why. A plan is asked, it never runs.

import type { LayerName } from "../../schemas/layer-name.ts";
import type { LockEntry } from "../../schemas/lock.ts";
import type { Platform } from "../../schemas/platform.ts";
import type { ImageDigest, InputDigest } from "../core/digest.ts";
import type { Json } from "../nickel/located.ts";
import type { WiredCaches } from "./cache/wire-caches.ts";

/** Why a step builds or is blocked; a reused one has none. A new reason is one more variant: the compiler names the rest. */
export type Reason =
  | { readonly kind: "never-built" }
  | { readonly kind: "forced" }
  /** Path relative to the layer's folder; ends in "/" for a folder. `was` and `is` are the lines of it in the lock. */
  | {
      readonly kind: "file-changed";
      readonly path: string;
      readonly change: "added" | "removed" | "modified";
      readonly was?: string | undefined;
      readonly is?: string | undefined;
    }
  /** Key is the path of the smallest part that differs, such as `args.RUST_VERSION`; undefined where a side lacks it. */
  | {
      readonly kind: "declaration-changed";
      readonly key: string;
      readonly was: Json | undefined;
      readonly is: Json | undefined;
    }
  /** The parent is to be built: if its image comes out the same, this step will be a reuse after all. */
  | { readonly kind: "parent-pending"; readonly parent: LayerName }
  | {
      readonly kind: "parent-changed";
      readonly parent: LayerName;
      readonly was: ImageDigest | undefined;
      readonly is: ImageDigest;
    }
  | { readonly kind: "parent-removed"; readonly parent: LayerName }
  /** No digest is known yet: the build will ask the registry. */
  | { readonly kind: "base-unpinned"; readonly image: string }
  /** What stands in for the image could not be looked up: the build will try again. */
  | { readonly kind: "base-not-found"; readonly image: string; readonly reference: string }
  | {
      readonly kind: "base-changed";
      readonly image: string;
      readonly was: ImageDigest | undefined;
      readonly is: ImageDigest | undefined;
    }
  | { readonly kind: "image-missing"; readonly image: ImageDigest }
  | { readonly kind: "recipe-changed"; readonly was: number; readonly is: number }
  /** Nothing that the lock remembers accounts for it: the lock was edited, or the platform is hashed otherwise. */
  | { readonly kind: "digest-changed"; readonly was: InputDigest; readonly is: InputDigest }
  /** Only with --only: a parent that is not current and not selected. */
  | { readonly kind: "parent-not-current"; readonly parent: LayerName };

export type Action = "build" | "reuse" | "blocked";

export interface RunnerSize {
  /** Smallest tier that holds it, also where the machine at hand builds; "none" where no tier is big enough. */
  readonly tier: string;
  readonly cpu: number;
  readonly memoryGb: number;
  /** "explicit": somebody said so. "history": seen in past builds, and approved. "language": what such layers usually need. */
  readonly source: "explicit" | "history" | "language";
  /** What past builds speak for instead, until somebody approves it. */
  readonly advice?: SizeAdvice | undefined;
  /** What it would be leased as, where the provider was asked and has one. */
  readonly machine?: PlannedMachine | undefined;
}

/** A kind of machine at a place, as a provider had it when it was asked. */
export interface PlannedMachine {
  /** The provider's words; "" where it has none. */
  readonly type: string;
  readonly location: string;
  readonly cpu: number;
  readonly memoryGb: number;
  /** Net of VAT; 0 where nothing is paid. */
  readonly eurPerHour: number;
  /** False: all that would hold it is sold out, as the provider tells. */
  readonly isAvailable: boolean;
}

export interface SizeAdvice {
  readonly tier: string;
  readonly cpu: number;
  readonly memoryGb: number;
  /** Past builds that it rests on. */
  readonly builds: number;
}

export interface Estimate {
  readonly seconds: number;
  /** 0 where nothing is leased. */
  readonly costEur: number;
  /** "recorded": the median of its last builds. "budget": none is recorded, so a quarter of its budget. "idle": not built. */
  readonly source: "recorded" | "budget" | "idle";
  /** Recorded builds that the seconds are the median of; 0 where there are none. */
  readonly builds: number;
}

export interface Step {
  readonly layer: LayerName;
  readonly platform: Platform;
  readonly action: Action;
  readonly reasons: readonly Reason[];
  /**
   * Of a step that builds: whether it will be a reuse after all if each parent that is built first comes out as the image
   * that the lock has of it (early cut-off). False where something of its own changed.
   */
  readonly mayBeReused: boolean;
  /** null while a parent or a base is pending: known once that is built or resolved. */
  readonly inputDigest: InputDigest | null;
  /** The image that is reused. */
  readonly imageDigest: ImageDigest | null;
  /** Layers, base first. */
  readonly parents: readonly LayerName[];
  readonly runner: RunnerSize;
  /** Where machines are leased: it is built on one of its own, which goes after it. */
  readonly ownMachine?: boolean;
  /** Minutes that a build of it must never need. */
  readonly timeBudgetMin: number;
  readonly cache: WiredCaches;
  readonly estimate: Estimate;
}

export interface Plan {
  /** Parents before children; among equals by name, then platform. */
  readonly steps: readonly Step[];
  /** External images that are replaced here: declared name to the reference that stands in. Not empty means a local world. */
  readonly replacedBases: ReadonlyMap<string, string>;
  /** What others have built of the same inputs, and the lock does not say yet; by `stepKey`. */
  readonly adopted?: ReadonlyMap<string, AdoptedEntry>;
}

export interface AdoptedEntry {
  readonly layer: LayerName;
  readonly platform: Platform;
  readonly entry: LockEntry;
}

/** Names a step in maps and messages; no layer name or platform holds an "@". */
export function stepKey(layer: LayerName, platform: Platform): string {
  return `${layer}@${platform}`;
}
