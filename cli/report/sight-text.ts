// Whether a layer's build sees a path, and what a change of it would lead to, as people read it.

import { relative } from "node:path";
import type { Span } from "../../engine/core/source.ts";
import { unreachable } from "../../engine/core/unreachable.ts";
import type { LayerGraph } from "../../engine/graph/graph.ts";
import type { Sight } from "../../engine/plan/sight.ts";
import type { LayerName } from "../../schemas/layer-name.ts";

/** Layers that are named as what stands on it. */
const mostNames = 12;

/** `file` is absolute, and shown from the project's root, with everything else. With line ends. */
export function renderSight(graph: LayerGraph, layer: LayerName, file: string, sight: Sight): string {
  const shown = relative(graph.root, file) || ".";
  const lines = [describe(graph, layer, shown, sight)];
  const changed = changedLayer(layer, sight);
  if (changed !== undefined) lines.push(...describeConsequence(graph, changed));
  return `${lines.join("\n")}\n`;
}

/** The layer that a change of the path rebuilds; undefined where it rebuilds none that this one stands on. */
export function changedLayer(layer: LayerName, sight: Sight): LayerName | undefined {
  switch (sight.kind) {
    case "seen":
    case "dockerfile":
    case "declaration":
    case "ignore-file":
      return layer;
    case "other-layer":
      return sight.sight === undefined ? undefined : changedLayer(sight.owner, sight.sight);
    case "ignored":
    case "not-taken":
    case "outside":
    case "missing":
      return undefined;
    default:
      return unreachable(sight);
  }
}

function describe(graph: LayerGraph, layer: LayerName, shown: string, sight: Sight): string {
  switch (sight.kind) {
    case "seen":
      return `${shown} is seen by the build of ${layer}:${sight.by.map((span) => `\n  ${tellPlace(graph, span)}`).join("")}`;
    case "dockerfile":
      return `${shown} counts for ${layer} by its instructions, as far as the target reaches them: comments and other stages rebuild nothing`;
    case "declaration":
      return `${shown} counts for ${layer} by the values that come out of it: comments, and fields that change no image, rebuild nothing`;
    case "ignore-file":
      return `${shown} counts for ${layer} by what it leaves out of the build`;
    case "ignored":
      return `${shown} is not seen by the build of ${layer}, as it is left out:\n  ${tellPlace(graph, sight.line)}`;
    case "not-taken":
      return `${shown} is not seen by the build of ${layer}: no COPY, ADD or bind mount that the target reaches takes it`;
    case "other-layer":
      return sight.sight === undefined
        ? `${shown} belongs to ${sight.owner}, which ${layer} does not stand on`
        : `${shown} belongs to ${sight.owner}, which ${layer} stands on\n${describe(graph, sight.owner, shown, sight.sight)}`;
    case "outside":
      return `${shown} is not seen by the build of ${layer}: it is not in its folder, and its declaration does not read it`;
    case "missing":
      return `there is no ${shown}`;
    default:
      return unreachable(sight);
  }
}

function describeConsequence(graph: LayerGraph, changed: LayerName): readonly string[] {
  const above = graph.descendants(changed);
  if (above.length === 0) return [`a change that counts rebuilds ${changed}, and nothing stands on that`];
  const names = above.slice(0, mostNames).join(", ");
  const more = above.length > mostNames ? `, and ${above.length - mostNames} more (--json)` : "";
  return [
    `a change that counts rebuilds ${changed}, and if its image comes out changed what stands on it: ${names}${more}`,
  ];
}

/** "catalog/rust/Dockerfile:4: COPY src /src". */
function tellPlace(graph: LayerGraph, { file, start }: Span): string {
  const { line } = file.position(start);
  return `${relative(graph.root, file.path)}:${line}: ${file.line(line).trim()}`;
}
