// External images that are pinned to other digests than they were at a commit: what stands on them is built again.

import path from "node:path/posix";
import type { LayerName } from "../../schemas/layer-name.ts";
import type { Cause } from "../graph/compare-layers.ts";
import type { Topology } from "../graph/graph.ts";
import { readPins } from "../lock/read-pins.ts";
import type { Trees } from "../ports/version-control.ts";

/** Of the project at `root` (absolute). */
export function lockPathOf(root: string): string {
  return path.join(root, "lamina.lock");
}

/** Absolute paths to compare before anything is known of the layers. */
export function pathsToCompare(root: string): readonly string[] {
  return [path.join(root, "catalog"), lockPathOf(root)];
}

/** Adds a cause to each layer of whose external bases a pin differs. Both locks are at hand in the trees. */
export function addChangedPins(
  graph: Topology,
  { before, now }: Pick<Trees, "before" | "now">,
  causes: Map<LayerName, readonly Cause[]>,
): void {
  const lockPath = lockPathOf(graph.root);
  const [was, is] = [before, now].map((tree) => {
    const text = tree.readText(lockPath);
    return readPins(text.ok ? text.value : "");
  });
  const images = new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])]);
  const changed = new Set(Array.from(images).filter((image) => was?.get(image) !== is?.get(image)));
  if (changed.size === 0) return;
  for (const name of graph.order)
    for (const image of graph.externalBases(name))
      if (changed.has(image))
        causes.set(name, [...(causes.get(name) ?? []), { kind: "base-changed", image }]);
}
