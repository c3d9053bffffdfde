// Whether a layer's build sees a path, and what a change of it would lead to, as people read it.

import { shownPath } from "../../engine/core/shown-path.ts";
import type { Span } from "../../engine/core/source.ts";
import { unreachable } from "../../engine/core/unreachable.ts";
import type { LayerGraph } from "../../engine/graph/graph.ts";
import type { Sight, SightOfFile } from "../../engine/plan/sight.ts";
import type { LayerName } from "../../schemas/layer-name.ts";

/** Layers that are named as what stands on it. */
const mostNames = 12;

/** `file` is absolute, and shown from the project's root where it lies in that. With line ends. */
export function renderSight(graph: LayerGraph, layer: LayerName, file: string, sight: Sight): string {
  const shown = shownPath(graph.root, file);
  const lines = [describe(graph, layer, shown, sight)];
  const changed = changedLayer(layer, sight);
  if (changed !== undefined) lines.push(describeConsequence(graph, changed, tellCause(sight)));
  return `${lines.join("\n")}\n`;
}

/** The layer that a change of the path, or its coming to be, rebuilds; undefined where it rebuilds none that this one stands on. */
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
      return undefined;
    case "missing":
      return sight.wouldBe === undefined ? undefined : changedLayer(layer, sight.wouldBe);
    default:
      return unreachable(sight);
  }
}

/** What is said of the path itself: what it would be, and for the layer that it belongs to; undefined where nothing can be. */
export function innermost(sight: Sight): SightOfFile | undefined {
  const judged = sight.kind === "missing" ? sight.wouldBe : sight;
  return judged?.kind === "other-layer" && judged.sight !== undefined ? innermost(judged.sight) : judged;
}

function describe(graph: LayerGraph, layer: LayerName, shown: string, sight: Sight): string {
  if (sight.kind !== "missing") return describeFile(graph, layer, shown, sight, asItIs);
  return sight.wouldBe === undefined
    ? `there is no ${shown}`
    : describeFile(graph, layer, `there is no ${shown} yet: it`, sight.wouldBe, asItWouldBe);
}

/** How it is said of what is there, and of what is not there yet. */
type Mood = Readonly<Record<"is" | "isNot" | "counts" | "takes" | "reads" | "belongs", string>>;
const asItIs: Mood = {
  is: "is",
  isNot: "is not",
  counts: "counts",
  takes: "takes",
  reads: "does not read",
  belongs: "belongs",
};
const asItWouldBe: Mood = {
  is: "would be",
  isNot: "would not be",
  counts: "would count",
  takes: "would take",
  reads: "would not read",
  belongs: "would belong",
};

function describeFile(
  graph: LayerGraph,
  layer: LayerName,
  subject: string,
  sight: SightOfFile,
  mood: Mood,
): string {
  const { is, isNot, counts, takes, reads, belongs } = mood;
  switch (sight.kind) {
    case "seen":
      return `${subject} ${is} seen by the build of ${layer}:${sight.by.map((span) => `\n  ${tellPlace(graph, span)}`).join("")}`;
    case "dockerfile":
      return `${subject} ${counts} for ${layer} by its instructions, as far as the target reaches them: comments and other stages rebuild nothing`;
    case "declaration":
      return `${subject} ${counts} for ${layer} by the values that come out of it: comments, and fields that change no image, rebuild nothing`;
    case "ignore-file":
      return `${subject} ${counts} for ${layer} by what it leaves out of the build`;
    case "ignored":
      return `${subject} ${isNot} seen by the build of ${layer}, as it ${is} left out:\n  ${tellPlace(graph, sight.line)}`;
    case "not-taken":
      return `${subject} ${isNot} seen by the build of ${layer}: no COPY, ADD or bind mount that the target reaches ${takes} it`;
    case "other-layer":
      return sight.sight === undefined
        ? `${subject} ${belongs} to ${sight.owner}, which ${layer} does not stand on`
        : `${subject} ${belongs} to ${sight.owner}, which ${layer} stands on\n${describeFile(graph, sight.owner, mood === asItIs ? subject : "it", sight.sight, mood)}`;
    case "outside":
      return `${subject} ${isNot} seen by the build of ${layer}: it ${isNot} in its folder, and its declaration ${reads} it`;
    default:
      return unreachable(sight);
  }
}

function tellCause(sight: Sight): string {
  if (sight.kind !== "missing") return "a change that counts";
  return innermost(sight)?.kind === "seen" ? "making it" : "what counts of it";
}

/** `cause` rebuilds `changed`. */
function describeConsequence(graph: LayerGraph, changed: LayerName, cause: string): string {
  const above = graph.descendants(changed);
  if (above.length === 0) return `${cause} rebuilds ${changed}, and nothing stands on that`;
  const names = above.slice(0, mostNames).join(", ");
  const more = above.length > mostNames ? `, and ${above.length - mostNames} more (--json)` : "";
  return `${cause} rebuilds ${changed}, and if its image comes out changed what stands on it: ${names}${more}`;
}

/** "catalog/rust/Dockerfile:4: COPY src /src". */
function tellPlace(graph: LayerGraph, { file, start }: Span): string {
  const { line } = file.position(start);
  return `${shownPath(graph.root, file.path)}:${line}: ${file.line(line).trim()}`;
}
