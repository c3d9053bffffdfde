// What layers promise along a chain: platforms that their parents have, tools that nobody below provides already, tools
// that somebody below provides.

import type { LayerName } from "../../schemas/layer-name.ts";
import { type Layer, placeOf } from "../catalog/layer.ts";
import { type Diagnostic, diagnose } from "../core/diagnostic.ts";
import { graphDiagnostics } from "./diagnostics.ts";
import type { LayerGraph } from "./graph.ts";

/** Diagnostics of all layers of a graph. */
export function checkLineage(graph: LayerGraph): readonly Diagnostic[] {
  return graph.order.flatMap((name) => [
    ...checkPlatforms(graph, graph.layer(name)),
    ...checkShadows(graph, graph.layer(name)),
    ...checkRequirements(graph, graph.layer(name)),
  ]);
}

/** A layer without platforms follows the builder, on which nothing can be said here. */
function checkPlatforms(graph: LayerGraph, layer: Layer): readonly Diagnostic[] {
  return (layer.workflow.platforms ?? []).flatMap((platform, index) =>
    graph.parents(layer.name).flatMap((parent): Diagnostic[] => {
      const offered = graph.layer(parent).workflow.platforms;
      if (offered === undefined || offered.includes(platform)) return [];
      return [
        diagnose(
          graphDiagnostics.platformMissing,
          { layer: layer.name, platform, parent, offered },
          {
            span: placeOf(layer, "platforms", index),
            notes: [
              { message: `the platforms of "${parent}"`, span: placeOf(graph.layer(parent), "platforms") },
            ],
          },
        ),
      ];
    }),
  );
}

/** The chain is that of bases: what is only copied from does not put its tools into the image. */
function checkShadows(graph: LayerGraph, layer: Layer): readonly Diagnostic[] {
  const chain = baseChain(graph, layer);
  return layer.workflow.tools_provided.flatMap(({ name: tool }, index) => {
    const ancestor = chain.find((below) => provides(below, tool));
    if (ancestor === undefined) return [];
    const at = ancestor.workflow.tools_provided.findIndex(({ name }) => name === tool);
    return [
      diagnose(
        graphDiagnostics.toolShadowed,
        { tool, layer: layer.name, ancestor: ancestor.name },
        {
          span: placeOf(layer, "tools_provided", index),
          notes: [
            {
              message: `"${ancestor.name}" provides it here`,
              span: placeOf(ancestor, "tools_provided", at),
            },
          ],
        },
      ),
    ];
  });
}

function checkRequirements(graph: LayerGraph, layer: Layer): readonly Diagnostic[] {
  const below = graph.ancestors(layer.name).map((name) => graph.layer(name));
  return layer.workflow.tools_required.flatMap((tool, index) => {
    if (below.some((ancestor) => provides(ancestor, tool))) return [];
    const provider = graph.order.find(
      (name: LayerName) => name !== layer.name && provides(graph.layer(name), tool),
    );
    const span = placeOf(layer, "tools_required", index);
    return [diagnose(graphDiagnostics.toolMissing, { tool, layer: layer.name, provider }, { span })];
  });
}

/** The base, its base, and so on. */
function baseChain(graph: LayerGraph, layer: Layer): readonly Layer[] {
  const chain: Layer[] = [];
  for (let base = layer.workflow.build_base; typeof base === "string" && graph.has(base); ) {
    const below = graph.layer(base);
    chain.push(below);
    base = below.workflow.build_base;
  }
  return chain;
}

function provides(layer: Layer, tool: string): boolean {
  return layer.workflow.tools_provided.some(({ name }) => name === tool);
}
