// What `lamina graph --format dot` writes, read by Graphviz itself.

import { execa } from "execa";
import { expect, test } from "vitest";
import { renderGraphDot } from "../../cli/report/graph-dot.ts";
import { findProgram } from "../../scripts/tools/debian-packages.ts";
import { graphOfSamples, largeGraph } from "../cli/report/sample-graph.ts";

const dot = (await findProgram("dot")) ?? "dot";

// No \N: Graphviz 2 puts the node's name in its place in tooltips, however it is written.
const hostileReason = 'a "b" \\d\\l {c|<d>} &amp; é\\';
const hostile = 'a "b" \\N\\l {c|<d>} &amp; é\\';

test("ids, labels and tooltips come out as they went in", async () => {
  const graph = graphOfSamples([
    { name: "debian", base: `image:${hostile}` },
    {
      name: "graph",
      base: "debian",
      action: "build",
      reasons: [{ kind: "file-changed", path: hostileReason, change: "added" }],
    },
  ]);
  const { stdout } = await execa(dot, ["-Tsvg"], { input: renderGraphDot(graph) });
  const textsOf = (pattern: RegExp) =>
    Array.from(stdout.matchAll(pattern), ([, text = ""]) =>
      text
        .replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))
        .replaceAll("&#45;", "-")
        .replaceAll("&#160;", " ")
        .replaceAll("&quot;", '"')
        .replaceAll("&lt;", "<")
        .replaceAll("&gt;", ">")
        .replaceAll("&amp;", "&"),
    );
  expect(textsOf(/<text [^>]*>(.*?)<\/text>/g)).toEqual([hostile, "debian", "current", "graph", "to build"]);
  expect(textsOf(/xlink:title="([^"]*)"/g).join("\n")).toContain(`${hostileReason} was added`);
});

test("a thousand layers are read without a complaint", async () => {
  const { stdout, stderr } = await execa(dot, ["-Tcanon"], { input: renderGraphDot(largeGraph(1000)) });
  expect(stderr).toBe("");
  expect(stdout.match(/ -> /g)).toHaveLength(largeGraph(1000).edges.length);
});
