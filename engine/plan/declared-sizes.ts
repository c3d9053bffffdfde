// Where a layer's size may be said, in the order in which it counts: plans choose by it, and what is told of a size names its place.

import type { Layer } from "../catalog/layer.ts";
import { type DeclaredSize, hasSize } from "./sizing.ts";

export type SizePlace = "own-directives" | "directives" | "build-spec" | "workflow";

export interface PlacedSize {
  readonly place: SizePlace;
  readonly size: DeclaredSize;
}

/** `override` is the catalog's own. Those that there are, also where they say no more than a time budget. */
export function declaredSizes(
  { directives, buildSpec, workflow }: Pick<Layer, "directives" | "buildSpec" | "workflow">,
  override: DeclaredSize | undefined,
): readonly PlacedSize[] {
  const places: readonly (readonly [SizePlace, DeclaredSize | undefined])[] = [
    ["own-directives", directives?.runner_override],
    ["directives", override],
    ["build-spec", buildSpec],
    ["workflow", workflow],
  ];
  return places.flatMap(([place, size]) => (size === undefined ? [] : { place, size }));
}

/** The one that decides; undefined where none says a size. */
export function decidingSize(sizes: readonly PlacedSize[]): PlacedSize | undefined {
  return sizes.find(({ size }) => hasSize(size));
}
