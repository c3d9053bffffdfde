// The graph of layers as one HTML file that explores it: cli/page and its data, nothing from elsewhere. Its policy lets run
// only what stands in it, by hash, and nothing be loaded; text of the catalog reaches the page as data, never as markup.

import { createHash } from "node:crypto";
import type { Graph } from "./graph-json.ts";
import { bundlePage } from "./page-bundle.ts";

/** With a line end. @throws Error where the sources of the page are wrong, or, run from the sources, rolldown is missing. */
export async function renderGraphHtml(graph: Graph): Promise<string> {
  const { script, style } = await bundlePage();
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
    // Nothing but our own code makes elements, and it makes none of text.
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${graph.workspace.replaceAll("&", "&amp;").replaceAll("<", "&lt;")} · layers</title>
<style>${style}</style>
</head>
<body>
<noscript>This page needs JavaScript. <code>lamina graph</code> prints the same as text.</noscript>
<script type="application/json" id="graph">${embedJson(graph)}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** JSON that no text in it can end: without "<" there is neither "</script" nor "<!--". */
function embedJson(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}

function hashOf(content: string): string {
  return `'sha256-${createHash("sha256").update(content).digest("base64")}'`;
}
