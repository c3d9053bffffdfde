// The platforms that are asked for, held against those that the selected layers are declared for.

import type { Topology } from "../engine/graph/graph.ts";
import type { LayerName } from "../schemas/layer-name.ts";
import type { Platform } from "../schemas/platform.ts";
import type { UsageFault } from "./args.ts";
import { orList } from "./option.ts";

/** `named` is empty where all are selected. Each platform must be one that a selected layer exists for; each named layer must exist for one of the platforms. */
export function findPlatformFault(
  graph: Topology,
  named: readonly LayerName[],
  asked: readonly Platform[],
): UsageFault | undefined {
  const selected = named.length === 0 ? graph.order : named;
  const isFor = (layer: LayerName) => (each: Platform) => existsFor(graph, layer, each);
  const lacking = asked.length === 0 ? undefined : named.find((layer) => !asked.some(isFor(layer)));
  if (lacking !== undefined) {
    const offered = platformsOf(graph, lacking) ?? [];
    return {
      message: `"${lacking}" is not declared for ${orList(asked)}`,
      help:
        offered.length === 0
          ? "it and what it stands on are declared for no platform that they share"
          : `it can be built for ${orList(offered)}: its platforms, and those of what it stands on, say so`,
    };
  }
  const unknown = asked.find((each) => !selected.some((layer) => existsFor(graph, layer, each)));
  if (unknown === undefined) return undefined;
  const offered = new Set(selected.flatMap((layer) => platformsOf(graph, layer) ?? []));
  return {
    message: `no selected layer is declared for ${unknown}`,
    help: `they can be built for ${orList([...offered].sort())}`,
  };
}

/** Whether a layer may be built for that platform. */
export function existsFor(graph: Topology, layer: LayerName, asked: Platform): boolean {
  return platformsOf(graph, layer)?.includes(asked) ?? true;
}

/** Those that a layer and all that it stands on are declared for; undefined where none of them says any. */
function platformsOf(graph: Topology, layer: LayerName): readonly Platform[] | undefined {
  const [first, ...others] = [layer, ...graph.ancestors(layer)].flatMap((name) => {
    const { platforms } = graph.traits(name);
    return platforms === undefined ? [] : [platforms];
  });
  return first?.filter((each) => others.every((other) => other.includes(each)));
}
