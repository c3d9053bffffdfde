// What of a context is not sent: topmost paths, by either ignore file.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { findIgnoredPaths } from "../../../providers/runner/ignored-paths.ts";

let directory: string;
afterEach(() => rmSync(directory, { recursive: true }));

function ignoredOf(files: Readonly<Record<string, string>>): readonly string[] {
  directory = mkdtempSync(join(tmpdir(), "lamina-ignored-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  return findIgnoredPaths(directory, join(directory, "Dockerfile.dockerignore")).toSorted();
}

test("without an ignore file everything is sent", () => {
  expect(ignoredOf({ a: "", "b/c": "" })).toEqual([]);
});

test("a folder stands for all that is in it", () => {
  expect(
    ignoredOf({ ".dockerignore": "node_modules\n**/*.key\n", "node_modules/a/b": "", "c/d.key": "" }),
  ).toEqual(["c/d.key", "node_modules"]);
});

test("a folder with an exception in it is sent with that alone", () => {
  const files = { "out/a": "", "out/keep/b": "", "out/drop/c": "", "out/drop/d/e": "", f: "" };
  expect(ignoredOf({ ...files, ".dockerignore": "*\n!out/keep\n" })).toEqual(["f", "out/a", "out/drop"]);
});

test("the ignore file itself is sent, for it is read once more", () => {
  expect(ignoredOf({ ".dockerignore": "*\n", a: "" })).toEqual(["a"]);
});

test("the Dockerfile's own ignore file goes before the other", () => {
  const files = { "Dockerfile.dockerignore": "a\n", ".dockerignore": "b\n", a: "", b: "" };
  expect(ignoredOf(files)).toEqual(["a"]);
});
