// The graph as text, dot, Mermaid and JSON, each whole.

import { expect, test } from "vitest";
import { renderGraphDot } from "../../../cli/report/graph-dot.ts";
import type { Graph } from "../../../cli/report/graph-json.ts";
import { renderGraphMermaid } from "../../../cli/report/graph-mermaid.ts";
import { renderGraphText } from "../../../cli/report/graph-text.ts";
import { graph as graphSchema } from "../../../schemas/graph.ts";
import { platform } from "../../../schemas/platform.ts";
import { graphOfSamples, largeGraph, smallGraph, stateOf } from "./sample-graph.ts";

function render(graph: Graph, depth?: number): string {
  return renderGraphText(graph, { color: false, depth });
}

test("the tree shows each layer once, states and reasons below one another, copies behind", () => {
  expect(render(smallGraph)).toBe(`\
debian:trixie-slim  pinned
└─ debian           current
   ├─ nushell       current   + docker.io/library/alpine:3.20
   ├─ ontoref       to build  it was never built  + nushell
   └─ rust          to build  Dockerfile was modified, and 1 more reason
      ├─ leptos     maybe     its parent rust is built first  + nushell
      └─ rust-deps  blocked   its parent rust is not current, and --only leaves it out
`);
});

test("--depth counts what stands deeper", () => {
  expect(render(smallGraph, 2)).toBe(`\
debian:trixie-slim  pinned
└─ debian           current
   ├─ nushell       current   + docker.io/library/alpine:3.20
   ├─ ontoref       to build  it was never built  + nushell
   └─ rust          to build  Dockerfile was modified, and 1 more reason
      └─ … 2 layers, 1 maybe, 1 blocked
`);
  expect(render(smallGraph, 9)).toBe(render(smallGraph));
});

test("layers on nothing are roots, replaced images say by what", () => {
  const graph = graphOfSamples([{ name: "empty" }, { name: "other", base: "image:alpine" }]);
  const alpine = { image: "alpine", pins: {} };
  expect(render({ ...graph, images: [{ ...alpine, replacedBy: "my/alpine:1" }] })).toBe(`\
alpine    replaced by my/alpine:1
└─ other  current
empty     current
`);
  expect(render({ ...graph, images: [{ ...alpine, replacedBy: null }] })).toContain("alpine    not pinned\n");
});

test("of several platforms the loudest is told, by name where they differ", () => {
  const graph = graphOfSamples([{ name: "one" }]);
  const arm64 = {
    ...stateOf({ name: "one", action: "build", reasons: [{ kind: "forced" }] }),
    platform: platform.parse("linux/arm64"),
  };
  const [node] = graph.nodes;
  if (node === undefined) throw new Error("the sample has a layer");
  const both = { ...graph, nodes: [{ ...node, states: [stateOf({ name: "one" }), arm64] }] };
  expect(render(both)).toBe("one  to build  linux/arm64: it was asked for\n");
});

test("deep trees go on below, so that no line grows without end", () => {
  const chain = graphOfSamples(
    Array.from({ length: 3000 }, (_, index) =>
      index === 0 ? { name: "l0" } : { name: `l${index}`, base: `l${index - 1}` },
    ),
  );
  const lines = render(chain).split("\n");
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(100);
  expect(lines.filter((line) => /\bl\d+/.test(line) && line.includes("current"))).toHaveLength(3000);
  expect(lines.slice(22, 27).map((line) => line.trim().replaceAll(/ {2,}/g, "  "))).toEqual([
    "└─ l22  current",
    "└─ l23 …  current",
    "l23 …",
    "└─ l24  current",
    "└─ l25  current",
  ]);
});

test("dot: ids apart for layers and images, dashed copies, all reasons as tooltips", () => {
  expect(
    renderGraphDot(
      graphOfSamples([
        { name: "debian", base: "image:debian" },
        {
          name: "rust",
          base: "debian",
          copies: ["image:a&b"],
          action: "build",
          reasons: [
            { kind: "file-changed", path: 'a "quoted" \\N & more', change: "added" },
            { kind: "forced" },
          ],
        },
      ]),
    ),
  ).toBe(String.raw`digraph lamina {
  rankdir=BT;
  node [shape=box, style="rounded,filled", fillcolor=white, fontname="Helvetica"];
  edge [arrowsize=0.7];
  "image:a&b" [label="a&amp;b", shape=plaintext, style=solid];
  "image:debian" [label="debian", shape=plaintext, style=solid];
  "debian" [label="debian\ncurrent", tooltip="current", color="#004488", fillcolor="#e3edf7"];
  "rust" [label="rust\nto build", tooltip="to build\na \"quoted\" \\N &amp; more was added\nit was asked for", color="#997700", fillcolor="#fbeec4"];
  "debian" -> "image:debian";
  "rust" -> "debian";
  "rust" -> "image:a&b" [style=dashed];
}
`);
});

test("Mermaid: numbers for ids, dotted copies, all that could be syntax by its number", () => {
  expect(
    renderGraphMermaid(
      graphOfSamples([
        { name: "end", base: "image:debian" },
        {
          name: "rust",
          base: "end",
          copies: ["image:a&b"],
          action: "blocked",
          reasons: [{ kind: "file-changed", path: '"];#<b>`\n💥_', change: "added" }],
        },
      ]),
    ),
  ).toBe(`\
flowchart BT
  i0(["a#38;b"])
  i1(["debian"])
  n0["end<br/>current"]:::current
  n1["rust<br/>blocked: #34;#93;#59;#35;#60;b#62;#96;#10;#128165;#95; was added"]:::blocked
  n0 --> i1
  n1 --> n0
  n1 -.-> i0
  classDef current fill:#e3edf7,stroke:#004488,color:#000
  classDef maybe fill:#fffbec,stroke:#c2a548,color:#000
  classDef build fill:#fbeec4,stroke:#997700,color:#000
  classDef blocked fill:#f8dde1,stroke:#994455,color:#000
`);
});

test("JSON is of the documented shape, at any size", () => {
  for (const graph of [smallGraph, largeGraph(300)])
    expect(graphSchema.parse(JSON.parse(JSON.stringify(graph)))).toEqual(graph);
});
