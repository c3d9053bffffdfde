// Which file says a layer's size, or that it wants a machine of its own.

import { relative } from "node:path";
import type { Layer } from "../../engine/catalog/layer.ts";
import { buildSpecIn, directivesIn } from "../../engine/catalog/locate.ts";
import { unreachable } from "../../engine/core/unreachable.ts";
import { decidingSize, declaredSizes } from "../../engine/plan/declared-sizes.ts";
import type { Project } from "../../engine/project.ts";
import type { LayerName } from "../../schemas/layer-name.ts";
import { directivesPathOf } from "../machines/directives-path.ts";

/** By the path below the project; undefined where nobody says one. */
export function sizeOrigin(
  { graph, directives }: Pick<Project, "graph" | "directives">,
  name: LayerName,
): string | undefined {
  const layer = graph.layer(name);
  const decided = decidingSize(declaredSizes(layer, directives.runner_override));
  if (decided === undefined) return undefined;
  switch (decided.place) {
    case "own-directives":
      return ownDirectives(graph.root, layer);
    case "directives":
      return relative(graph.root, directivesPathOf(graph.root));
    case "build-spec":
      return relative(graph.root, buildSpecIn(layer.directory));
    case "workflow":
      return relative(graph.root, layer.workflowPath);
    default:
      return unreachable(decided.place);
  }
}

/** The same of a machine of its own. */
export function ownMachineOrigin({ graph }: Pick<Project, "graph">, name: LayerName): string | undefined {
  const layer = graph.layer(name);
  return layer.directives?.runners?.reuse === undefined ? undefined : ownDirectives(graph.root, layer);
}

function ownDirectives(root: string, { directory }: Pick<Layer, "directory">): string {
  return relative(root, directivesIn(directory));
}
