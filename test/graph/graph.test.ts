import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildGraph } from "../../engine/graph/build-graph.ts";
import { FakeFiles } from "../fakes/files.ts";
import { catalogFiles, graphOf, graphOfParents, layer, load, type Parents } from "./memory-catalog.ts";

describe("the shipped shape", async () => {
  const graph = await graphOfParents({
    debian: [],
    rust: ["debian"],
    "rust-deps": ["rust"],
    leptos: ["rust"],
    nushell: ["debian"],
    ontoref: ["debian", "rust", "nushell"],
  });

  test("parents before children, free ones by name", async () => {
    expect(graph.order).toEqual(["debian", "nushell", "rust", "leptos", "ontoref", "rust-deps"]);
  });

  test("parents: the base first, then by name", async () => {
    expect(graph.parents(layer("ontoref"))).toEqual(["debian", "nushell", "rust"]);
    expect(graph.parents(layer("debian"))).toEqual([]);
  });

  test("a base that comes late by name is first nevertheless", async () => {
    const other = await graphOfParents({ a: [], z: [], m: ["z", "a"] });
    expect(other.parents(layer("m"))).toEqual(["z", "a"]);
  });

  test("children, ancestors, descendants", async () => {
    expect(graph.children(layer("rust"))).toEqual(["leptos", "ontoref", "rust-deps"]);
    expect(graph.ancestors(layer("ontoref"))).toEqual(["debian", "nushell", "rust"]);
    expect(graph.ancestors(layer("rust-deps"))).toEqual(["debian", "rust"]);
    expect(graph.descendants(layer("rust"))).toEqual(["leptos", "ontoref", "rust-deps"]);
    expect(graph.descendants(layer("leptos"))).toEqual([]);
  });

  test("knows its layers", async () => {
    expect(graph.has("rust")).toBe(true);
    expect(graph.has("python")).toBe(false);
    expect(graph.layer(layer("rust")).directory).toBe("/project/catalog/rust");
    expect([graph.root, graph.workspace]).toEqual(["/project", "lamina"]);
  });
});

test("external bases: as spelt, each once, by name, without scratch and layers", async () => {
  const files = new FakeFiles({
    ...catalogFiles({ debian: [] }),
    "/project/catalog/debian/Dockerfile": `FROM node:24 AS a
FROM scratch AS b
FROM docker.io/library/debian:trixie-slim
COPY --from=a / /
COPY --from=node:24 / /
COPY --from=b / /
COPY --from=alpine:3 / /
`,
  });
  expect((await graphOf(files)).externalBases(layer("debian"))).toEqual([
    "alpine:3",
    "docker.io/library/debian:trixie-slim",
    "node:24",
  ]);
});

test("the workspace of the directives names the layers in Dockerfiles", async () => {
  const files = new FakeFiles({
    ...catalogFiles({ debian: [], rust: ["debian"] }),
    "/project/catalog/build_directives.ncl": '{ workspace = "acme" }',
    "/project/catalog/rust/Dockerfile": "FROM acme/debian\nCOPY --from=lamina/debian:1 / /\n",
  });
  const graph = await graphOf(files);
  expect(graph.workspace).toBe("acme");
  expect(graph.parents(layer("rust"))).toEqual(["debian"]);
  expect(graph.externalBases(layer("rust"))).toEqual(["lamina/debian:1"]);
});

/** Every layer stands on some of those before it, then names are shuffled. */
const acyclic: fc.Arbitrary<Parents> = fc
  .integer({ min: 1, max: 9 })
  .chain((count) =>
    fc.tuple(
      fc.shuffledSubarray(["a", "b", "c", "d", "e", "f", "g", "h", "i"], {
        minLength: count,
        maxLength: count,
      }),
      fc.array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: count, maxLength: count }),
    ),
  )
  .map(([names, picks]) =>
    Object.fromEntries(
      names.map((name, index) => [
        name,
        index === 0 ? [] : [...new Set((picks[index] ?? []).map((pick) => names[pick % index] ?? name))],
      ]),
    ),
  );

test("any acyclic catalog: an order that holds, the same however the files were made", async () => {
  await fc.assert(
    fc.asyncProperty(acyclic, async (parents) => {
      const graph = await graphOfParents(parents);
      expect([...graph.order].sort()).toEqual(Object.keys(parents).sort());
      const place = new Map(graph.order.map((name, index) => [String(name), index]));
      for (const name of graph.order) {
        expect([...graph.parents(name)].sort()).toEqual([...(parents[name] ?? [])].sort());
        for (const parent of graph.parents(name))
          expect(place.get(parent)).toBeLessThan(place.get(name) ?? -1);
      }
      const reversed = Object.fromEntries(Object.entries(parents).reverse());
      expect((await graphOfParents(reversed)).order).toEqual(graph.order);
      // Free layers by name: nothing could have stood where a layer with a smaller name was free already.
      for (const [index, name] of graph.order.entries()) {
        const before = new Set<string>(graph.order.slice(0, index));
        const free = graph.order
          .slice(index)
          .filter((other) => graph.parents(other).every((parent) => before.has(parent)));
        expect(free.sort()[0]).toBe(name);
      }
    }),
    { numRuns: 60 },
  );
});

test("any acyclic catalog: ancestors and descendants mirror each other", async () => {
  await fc.assert(
    fc.asyncProperty(acyclic, async (parents) => {
      const graph = await graphOfParents(parents);
      for (const name of graph.order) {
        for (const ancestor of graph.ancestors(name)) expect(graph.descendants(ancestor)).toContain(name);
        for (const descendant of graph.descendants(name)) expect(graph.ancestors(descendant)).toContain(name);
        const direct = new Set(graph.parents(name));
        for (const parent of graph.parents(name))
          for (const ancestor of graph.ancestors(parent)) direct.add(ancestor);
        expect([...graph.ancestors(name)].sort()).toEqual([...direct].sort());
      }
    }),
    { numRuns: 60 },
  );
});

test("two knots are told apart, each by its shortest way round", async () => {
  const graph = buildGraph(
    await load(
      new FakeFiles(
        catalogFiles({ a: ["b"], b: ["c"], c: ["a", "b"], x: ["y"], y: ["x"], free: [], late: ["a"] }),
      ),
    ),
  );
  expect(graph.ok ? [] : graph.error.map(({ message }) => message)).toEqual([
    "layers stand on one another in a circle: b -> c -> b",
    "layers stand on one another in a circle: x -> y -> x",
  ]);
});
