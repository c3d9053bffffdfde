// What the page knows of a graph: neighbours, lineages, states that change, and what searches and filters find.

import { expect, test } from "vitest";
import { createModel } from "../../../cli/page/model.ts";
import { isFilteredOut, matchNodes } from "../../../cli/page/search.ts";
import { graphOfSamples, smallGraph, stateOf } from "../report/sample-graph.ts";

test("an image and a layer of the same name are two nodes", () => {
  const model = createModel(graphOfSamples([{ name: "debian", base: "image:debian" }]));
  expect(model.nodes.map(({ id }) => id)).toEqual(["image:debian", "layer:debian"]);
  expect(model.below("layer:debian")).toEqual([{ from: "image:debian", to: "layer:debian", kind: "base" }]);
  expect(model.above("image:debian")).toEqual(model.below("layer:debian"));
});

test("lineages reach all the way, through copies and images as well", () => {
  const model = createModel(smallGraph);
  expect(model.ancestors("layer:leptos")).toEqual(
    new Set([
      "layer:rust",
      "layer:nushell",
      "layer:debian",
      "image:docker.io/library/alpine:3.20",
      "image:debian:trixie-slim",
    ]),
  );
  expect(model.descendants("layer:nushell")).toEqual(new Set(["layer:leptos", "layer:ontoref"]));
  expect(model.ancestors("image:debian:trixie-slim")).toEqual(new Set());
});

test("states that are set are heard of; of several platforms the loudest counts", () => {
  const model = createModel(smallGraph);
  const heard: string[] = [];
  model.onChange((id) => heard.push(id));
  const [current, blocked] = [stateOf({ name: "rust" }), stateOf({ name: "rust", action: "blocked" })];
  model.setStates("rust", [current, blocked]);
  expect(model.standing("layer:rust")).toBe("blocked");
  model.setStates("rust", [current]);
  expect(model.standing("layer:rust")).toBe("current");
  model.setStates("no-such-layer", [current]);
  expect(heard).toEqual(["layer:rust", "layer:rust"]);
});

test("a search finds names before tools, the very name first", () => {
  const model = createModel(
    graphOfSamples([
      { name: "debian", base: "image:docker.io/cargo" },
      { name: "my-cargo", base: "debian" },
      { name: "rust", base: "debian", tools: ["cargo"] },
      { name: "cargo-deps", base: "rust", kind: "deps" },
      { name: "cargo", base: "rust" },
    ]),
  );
  const namesFor = (query: string) => matchNodes(model, query).map(({ name }) => name);
  expect(namesFor(" CARGO ")).toEqual(["cargo", "cargo-deps", "docker.io/cargo", "my-cargo", "rust"]);
  expect(namesFor("deps")).toEqual(["cargo-deps"]);
  expect(namesFor("")).toEqual([]);
  expect(namesFor("no such layer")).toEqual([]);
});

test("a filter leaves out layers of a state, and images with all that stands on them", () => {
  const model = createModel(smallGraph);
  const isOut = (id: string) => isFilteredOut(model, id, new Set(["current"]));
  expect(["layer:debian", "layer:rust", "image:debian:trixie-slim"].map(isOut)).toEqual([true, false, true]);
  expect(isFilteredOut(model, "image:debian:trixie-slim", new Set(["build"]))).toBe(false);
});
