// What a listing shows of a selection.

import type { Topology } from "../../engine/graph/graph.ts";
import { withAncestors } from "../../engine/graph/select.ts";
import type { LayerName } from "../../schemas/layer-name.ts";
import type { Selection } from "../selection.ts";

export function shownLayers(
  graph: Topology,
  { layers, nothing, options }: Selection,
): ReadonlySet<LayerName> {
  const selected = layers.length === 0 && !nothing ? graph.order : layers;
  return options.withAncestors ? withAncestors(graph, selected) : new Set(selected);
}
