import { expect, test } from "vitest";
import { loadCatalog } from "../../engine/catalog/load.ts";
import { createEvaluator } from "../../engine/nickel/evaluate.ts";
import { FakeFiles } from "../fakes/files.ts";

const workflow = (name: string, more = "") => `{
  name = "${name}", kind = 'utility, build_base = "scratch-base", tools_provided = ["a", { name = "b" }],
  artifact_paths = [], language = "none", ${more}
}
`;

function load(files: FakeFiles) {
  const evaluator = createEvaluator({ files, importPaths: [] });
  return loadCatalog("/project", { files, evaluate: (entry) => evaluator.evaluate(entry) });
}

const base = {
  "/project/catalog/scratch-base/workflow.ncl": workflow("scratch-base").replace(
    '"scratch-base", tools',
    '{ image = "scratch" }, tools',
  ),
  "/project/catalog/scratch-base/Dockerfile": "FROM scratch\n",
};

test("a layer: defaults filled in, places and sources kept", async () => {
  const files = new FakeFiles({
    ...base,
    "/project/catalog/one/workflow.ncl": workflow("one", 'args = (import "../args.ncl"),'),
    "/project/catalog/one/Dockerfile": "FROM lamina/scratch-base\nARG X\n",
    "/project/catalog/args.ncl": '{ X = "1" }',
  });
  const { catalog, diagnostics } = await load(files);
  expect(diagnostics).toEqual([]);
  const [one] = catalog.layers;
  expect(catalog.layers.map(({ name }) => name)).toEqual(["one", "scratch-base"]);
  expect(one?.workflow).toMatchObject({
    args: { X: "1" },
    copies_from: [],
    dockerfile: "Dockerfile",
    ssh: false,
    tools_provided: [
      { name: "a", check: ["a", "--version"] },
      { name: "b", check: ["b", "--version"] },
    ],
  });
  expect(one?.directory).toBe("/project/catalog/one");
  expect(one?.sources).toEqual(["/project/catalog/args.ncl", "/project/catalog/one/workflow.ncl"]);
  expect(one?.dockerfile.file.path).toBe("/project/catalog/one/Dockerfile");
  expect([catalog.workspace, [...catalog.broken]]).toEqual(["lamina", []]);
});

test("another Dockerfile of the folder", async () => {
  const { catalog, diagnostics } = await load(
    new FakeFiles({
      ...base,
      "/project/catalog/one/workflow.ncl": workflow("one", 'dockerfile = "docker/Other",'),
      "/project/catalog/one/docker/Other": "FROM lamina/scratch-base\n",
    }),
  );
  expect(diagnostics).toEqual([]);
  expect(catalog.layers[0]?.dockerfile.file.path).toBe("/project/catalog/one/docker/Other");
});

test("a layer's folder may be a link", async () => {
  const files = new FakeFiles({ ...base, "/project/catalog/linked": { link: "/elsewhere/linked" } });
  files.put("/elsewhere/linked/workflow.ncl", workflow("linked"));
  files.put("/elsewhere/linked/Dockerfile", "FROM lamina/scratch-base\n");
  const { catalog, diagnostics } = await load(files);
  expect(diagnostics).toEqual([]);
  expect(catalog.layers.map(({ name }) => name)).toEqual(["linked", "scratch-base"]);
});

test("a Dockerfile that cannot be read is another matter than one that is missing", async () => {
  const files = new FakeFiles({
    ...base,
    "/project/catalog/one/workflow.ncl": workflow("one"),
    "/project/catalog/one/Dockerfile": "FROM lamina/scratch-base\n",
  });
  files.deny("/project/catalog/one/Dockerfile");
  const { catalog, diagnostics } = await load(files);
  expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([
    "E0302 cannot read catalog/one/Dockerfile: denied: /project/catalog/one/Dockerfile",
  ]);
  expect(catalog.layers.map(({ name }) => name)).toEqual(["scratch-base"]);
  expect([...catalog.broken]).toEqual(["one"]);
});

test("a layer whose folder cannot be looked into is told, and not taken for missing", async () => {
  const files = new FakeFiles({
    ...base,
    "/project/catalog/one/workflow.ncl": workflow("one"),
    "/project/catalog/one/Dockerfile": "FROM lamina/scratch-base\n",
  });
  files.deny("/project/catalog/one");
  const { catalog, diagnostics } = await load(files);
  expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([
    "E0241 cannot read `/project/catalog/one/workflow.ncl`: permission denied",
  ]);
  expect([...catalog.broken]).toEqual(["one"]);
});

test("an empty project has an empty catalog", async () => {
  const { catalog, diagnostics } = await load(new FakeFiles({ "/project": { folder: true } }));
  expect(diagnostics).toEqual([]);
  expect(catalog.layers).toEqual([]);
});
