// Platforms along the chains of layers: what a layer is declared for, all that it stands on must be declared for too. A layer
// without platforms goes along with whatever is asked of it, so that the question passes on to those below.

import type { LayerName } from "../../schemas/layer-name.ts";
import { type Catalog, type Layer, placeOf } from "../catalog/layer.ts";
import { type Diagnostic, diagnose } from "../core/diagnostic.ts";
import { graphDiagnostics } from "./diagnostics.ts";
import type { Edge } from "./edges.ts";

/** Diagnostics of all layers; the time grows with edges and with the platforms that are declared anywhere. */
export function checkPlatforms(catalog: Catalog, edges: readonly Edge[]): readonly Diagnostic[] {
  const layers = new Map<LayerName, Layer>(catalog.layers.map((layer) => [layer.name, layer]));
  const all = new Set(catalog.layers.flatMap(({ workflow }) => workflow.platforms ?? []));
  if (all.size === 0) return [];
  const outgoing = Map.groupBy(edges, ({ from }) => from);
  const limits = findLimits(catalog.layers, layers, outgoing, all);
  return catalog.layers.flatMap((layer) => {
    const parents = (outgoing.get(layer.name) ?? []).flatMap(({ to }) => layers.get(to) ?? []);
    return layer.workflow.platforms === undefined
      ? warnOfNone(layer, parents)
      : parents.flatMap((parent) => checkAgainst(layer, parent, limits.get(parent.name) ?? new Map()));
  });
}

/** By platform: the layer that is declared for others only. */
type Limits = ReadonlyMap<string, Layer>;

/** For each layer which platforms it cannot be had for, and because of whom: itself, or what it stands on. */
function findLimits(
  order: readonly Layer[],
  layers: ReadonlyMap<LayerName, Layer>,
  outgoing: ReadonlyMap<LayerName, readonly Edge[]>,
  all: ReadonlySet<string>,
): ReadonlyMap<LayerName, Limits> {
  const limits = new Map<LayerName, Map<string, Layer>>();
  // Depth first, without recursion; on a circle, which is told elsewhere, the first limits found stand.
  const trail = order.map((layer) => ({ layer, isDone: false })).reverse();
  for (let step = trail.pop(); step !== undefined; step = trail.pop()) {
    const { layer, isDone } = step;
    const known = limits.get(layer.name);
    if (known !== undefined && !isDone) continue;
    const own = known ?? new Map<string, Layer>();
    limits.set(layer.name, own);
    const { platforms } = layer.workflow;
    if (platforms !== undefined) {
      for (const platform of all) if (!platforms.some((one) => one === platform)) own.set(platform, layer);
      continue;
    }
    const parents = (outgoing.get(layer.name) ?? []).flatMap(({ to }) => layers.get(to) ?? []);
    if (!isDone) {
      trail.push({ layer, isDone: true });
      for (const parent of parents) trail.push({ layer: parent, isDone: false });
    } else
      for (const parent of parents)
        for (const [platform, because] of limits.get(parent.name) ?? [])
          if (!own.has(platform)) own.set(platform, because);
  }
  return limits;
}

function checkAgainst(layer: Layer, parent: Layer, limits: Limits): readonly Diagnostic[] {
  return (layer.workflow.platforms ?? []).flatMap((platform, index) => {
    const because = limits.get(platform);
    if (because === undefined) return [];
    const params = {
      layer: layer.name,
      platform,
      parent: because.name,
      isDirect: because === parent,
      offered: because.workflow.platforms ?? [],
    };
    const note = { message: `the platforms of "${because.name}"`, span: placeOf(because, "platforms") };
    const span = placeOf(layer, "platforms", index);
    return [diagnose(graphDiagnostics.platformMissing, params, { span, notes: [note] })];
  });
}

function warnOfNone(layer: Layer, parents: readonly Layer[]): readonly Diagnostic[] {
  const certain = parents.filter(({ workflow }) => workflow.platforms !== undefined);
  const [parent] = certain;
  if (parent === undefined) return [];
  // What all of them can be had for, unless they have nothing in common.
  const common = (parent.workflow.platforms ?? []).filter((platform) =>
    certain.every(({ workflow }) => workflow.platforms?.includes(platform)),
  );
  const platforms = common.length > 0 ? common : (parent.workflow.platforms ?? []);
  const note = { message: `the platforms of "${parent.name}"`, span: placeOf(parent, "platforms") };
  const params = { layer: layer.name, parent: parent.name, platforms };
  return [
    diagnose(graphDiagnostics.noPlatforms, params, { span: placeOf(layer, "build_base"), notes: [note] }),
  ];
}
