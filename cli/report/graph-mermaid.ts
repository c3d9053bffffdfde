// The graph of layers for Mermaid, as Markdown pages show it: arrows from a layer to what it stands on, dotted where it only
// copies.

import { standingPaints } from "./graph-colors.ts";
import type { Graph, GraphNode } from "./graph-json.ts";
import { loudest, mainReason, standingOf, standingWord } from "./standing.ts";

/** More edges than this Mermaid refuses to draw, unless the page that holds it raises `maxEdges`. */
export const mermaidMaxEdges = 500;

export function renderGraphMermaid({ nodes, images, edges }: Graph): string {
  // Mermaid's ids know no dots or dashes at their ends; numbers in order are always right.
  const layerIds = new Map<string, string>(nodes.map(({ layer }, index) => [layer, `n${index}`]));
  const imageIds = new Map(images.map(({ image }, index) => [image, `i${index}`]));
  const lines = [
    "flowchart BT",
    ...images.map(({ image }) => `  ${imageIds.get(image) ?? ""}(["${escapeText(image)}"])`),
    ...nodes.map((node) => `  ${layerIds.get(node.layer) ?? ""}${labelOf(node)}`),
    ...edges.map(
      ({ from, to, kind, external }) =>
        `  ${layerIds.get(from) ?? ""} ${kind === "base" ? "-->" : "-.->"} ${(external ? imageIds : layerIds).get(to) ?? ""}`,
    ),
    ...Object.entries(standingPaints).map(
      ([standing, { line, fill }]) => `  classDef ${standing} fill:${fill},stroke:${line},color:#000`,
    ),
  ];
  return `${lines.join("\n")}\n`;
}

function labelOf({ layer, states }: GraphNode): string {
  const state = loudest(states);
  if (state === undefined) return `["${escapeText(layer)}"]`;
  const reason = mainReason(state.reasons, state.why);
  const standing = standingOf(state);
  const word = `${standingWord(standing)}${reason === "" ? "" : `: ${reason}`}`;
  return `["${escapeText(layer)}<br/>${escapeText(word)}"]:::${standing}`;
}

/** Within quotation marks; all that could mean something there (quotes, tags, Markdown, entities) by its number. */
function escapeText(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9 .,:/@()+-]/gu, (character) => `#${character.codePointAt(0) ?? 0};`);
}
