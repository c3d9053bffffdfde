// The graph of layers for Graphviz: arrows from a layer to what it stands on, dashed where it only copies. All reasons are
// tooltips, which -Tsvg keeps.

import { standingPaints } from "./graph-colors.ts";
import type { Graph, GraphNode } from "./graph-json.ts";
import { loudest, standingOf, standingWord } from "./standing.ts";

export function renderGraphDot({ nodes, images, edges }: Graph): string {
  const lines = [
    "rankdir=BT;",
    'node [shape=box, style="rounded,filled", fillcolor=white, fontname="Helvetica"];',
    "edge [arrowsize=0.7];",
    ...images.map(
      ({ image }) => `${quote(imageId(image))} [label=${quoteText(image)}, shape=plaintext, style=solid];`,
    ),
    ...nodes.map((node) => `${quote(node.layer)} [${attributesOf(node)}];`),
    ...edges.map(
      ({ from, to, kind, external }) =>
        `${quote(from)} -> ${quote(external ? imageId(to) : to)}${kind === "copy" ? " [style=dashed]" : ""};`,
    ),
  ];
  return `digraph lamina {\n${lines.map((line) => `  ${line}\n`).join("")}}\n`;
}

/** A layer may be called as an image is; none has a colon in its name. */
function imageId(image: string): string {
  return `image:${image}`;
}

function attributesOf({ layer, states }: GraphNode): string {
  const state = loudest(states);
  if (state === undefined) return `label=${quoteText(layer)}`;
  const standing = standingOf(state);
  const paint = standingPaints[standing];
  const why = states.flatMap((each) =>
    each.why.map((reason) => (states.length === 1 ? reason : `${each.platform}: ${reason}`)),
  );
  return [
    `label=${quoteText(`${layer}\n${standingWord(standing)}`)}`,
    `tooltip=${quoteText([standingWord(standing), ...why].join("\n"))}`,
    `color="${paint.line}"`,
    `fillcolor="${paint.fill}"`,
  ].join(", ");
}

/** An id: a backslash keeps a quotation mark or a backslash from ending it (graphviz.org/doc/info/lang.html). */
function quote(id: string): string {
  return `"${escape(id)}"`;
}

function escape(text: string): string {
  return text.replaceAll(/["\\]/g, "\\$&");
}

/** A label: backslashes and HTML's entities mean something in it (…/docs/attr-types/escString). */
function quoteText(text: string): string {
  return `"${escape(text.replaceAll("&", "&amp;")).replaceAll("\n", "\\n")}"`;
}
