import { expect, test } from "vitest";
import { listLayerFolders, locateProject } from "../../engine/catalog/locate.ts";
import { FakeFiles } from "../fakes/files.ts";

const files = new FakeFiles({
  "/work/project/catalog/rust/workflow.ncl": "{}",
  "/work/project/catalog/zig/Dockerfile": "FROM scratch\n",
  "/work/project/catalog/shared/versions.ncl": "{}",
  "/work/project/catalog/.hidden/workflow.ncl": "{}",
  "/work/project/catalog/README.md": "",
  "/work/project/deep/catalog/notes/todo.md": "",
  "/work/project/deep/er/file": "",
  "/work/directives/catalog/build_directives.ncl": "{}",
  "/work/linked/catalog/rust": { link: "/work/project/catalog/rust" },
  "/work/none/file": "",
});

test.each([
  ["/work/project", "/work/project"],
  ["/work/project/catalog/rust", "/work/project"],
  // A folder named catalog without layers is none.
  ["/work/project/deep/er/", "/work/project"],
  ["/work/directives", "/work/directives"],
  ["/work/linked", "/work/linked"],
])("from %s the project is %s", (directory, root) => {
  expect(locateProject(directory, files)).toEqual({ ok: true, value: root });
});

test("where there is none, the message says where it was looked for and what to do", () => {
  const located = locateProject("/work/none", files);
  expect(located.ok ? undefined : located.error).toEqual({
    code: "E0301",
    severity: "error",
    message: "there is no catalog in /work/none or above it",
    span: undefined,
    label: undefined,
    notes: [],
    help: "start lamina in a project whose catalog/ folder holds layers (catalog/<layer>/workflow.ncl), or point to one with -C",
  });
});

test("layers are the folders with a declaration or a Dockerfile, by name", () => {
  expect(listLayerFolders("/work/project", files)).toEqual([
    { name: "rust", directory: "/work/project/catalog/rust", hasWorkflow: true },
    { name: "zig", directory: "/work/project/catalog/zig", hasWorkflow: false },
  ]);
});
