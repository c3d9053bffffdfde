// Sources through links are looked for where BuildKit finds them: inside the context, whatever the links say.

import { expect, test } from "vitest";
import { checkContextSources } from "../../engine/catalog/context-sources.ts";
import { FakeFiles, type Seed } from "../fakes/files.ts";
import { layerOf } from "../graph/context.ts";

function told(sources: string, seeds: Readonly<Record<string, Seed>>): readonly string[] {
  const planted = { Dockerfile: `FROM scratch\nCOPY ${sources} /\n`, ...seeds };
  const files = new FakeFiles(
    Object.fromEntries(Object.entries(planted).map(([name, seed]) => [`/layer/${name}`, seed])),
  );
  return checkContextSources(layerOf("/layer", files), files).flatMap(({ message, notes }) =>
    [message].concat(notes.map((note) => `note: ${note.message}`)),
  );
}

test("a link out of the context leads to its root", () => {
  const seeds = { one: { link: "/a/b" }, "a/b": { link: "../../../c" }, "c/file": "", root: { link: ".." } };
  expect(told("one/file root root/c/file", seeds)).toEqual([]);
});

test("links that lead nowhere in the context, though somewhere outside, or in a circle", () => {
  expect(told("gone round", { gone: { link: "/layer/Dockerfile" }, round: { link: "round" } })).toEqual([
    `"gone" is not in the layer's folder`,
    `note: "gone" is a link to /layer/Dockerfile; a build follows links in the layer's folder only`,
    `"round" is not in the layer's folder`,
    `note: "round" is a link to round; a build follows links in the layer's folder only`,
  ]);
});
