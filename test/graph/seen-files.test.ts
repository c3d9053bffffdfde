// What is looked at, and what comes of circles, gaps and what cannot be read. What BuildKit itself makes of contexts is held
// against this in test/integration/digest-laws.test.ts.

import { describe, expect, test } from "vitest";
import { openDockerignore } from "../../engine/catalog/context-ignore.ts";
import type { Files } from "../../engine/core/host.ts";
import { listSeenFiles } from "../../engine/graph/seen-files.ts";
import { FakeFiles, type Seed } from "../fakes/files.ts";
import { layerOf } from "./context.ts";

const directory = "/layer";

function filesOf(dockerfile: string, seeds: Readonly<Record<string, Seed>>): FakeFiles {
  const planted = Object.entries({ Dockerfile: `FROM busybox\n${dockerfile}\n`, ...seeds });
  return new FakeFiles(Object.fromEntries(planted.map(([name, seed]) => [`${directory}/${name}`, seed])));
}

function list(files: FakeFiles, through: Files = files) {
  const layer = layerOf(directory, files);
  const { ignore } = openDockerignore(layer, files);
  return listSeenFiles(directory, layer.dockerfile.contextSources, ignore, through);
}

function seenOf(dockerfile: string, seeds: Readonly<Record<string, Seed>>): Record<string, unknown> {
  const seen = list(filesOf(dockerfile, seeds));
  if (!seen.ok) throw new Error(seen.error.map(({ message }) => message).join("\n"));
  const pairs: readonly (readonly [string, unknown])[] = Array.from(seen.value, ([name, entry]) => [
    name,
    entry.kind === "symlink" ? entry.target : entry.kind,
  ]);
  return Object.fromEntries(pairs.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The same files, and what is asked of them. */
function watched(files: Files): { readonly files: Files; readonly asked: string[] } {
  const asked: string[] = [];
  const note = (question: string, path: string): void => {
    asked.push(`${question} ${path.slice(directory.length + 1)}`);
  };
  return {
    asked,
    files: {
      ...files,
      read: (path) => (note("read", path), files.read(path)),
      readText: (path) => (note("read", path), files.readText(path)),
      info: (path) => (note("info", path), files.info(path)),
      list: (path) => (note("list", path), files.list(path)),
      readLink: (path) => (note("link", path), files.readLink(path)),
    },
  };
}

describe("what is looked at", () => {
  const seeds = { "src/a.c": "", "src/deep/b.c": "", "src/deep/n": "", "other/x": "", "many/more/y": "" };

  test.each([
    ["COPY src/a.c /", ["info src", "info src/a.c"]],
    [
      "COPY src /\nCOPY src/deep /x\nCOPY src/*.c /y/",
      [
        "info src",
        "info src/a.c",
        "info src/deep",
        "info src/deep/b.c",
        "info src/deep/n",
        "list src",
        "list src/deep",
      ],
    ],
    ["COPY *.md o*/x /", ["info other/x", "list ", "list other"]],
    [
      "COPY --parents src/*/b.c /",
      ["info src", "info src/deep", "info src/deep/b.c", "list ", "list src", "list src/deep"],
    ],
    ["COPY --exclude=deep src /", ["info src", "info src/a.c", "list src"]],
    ["RUN --mount=type=bind,source=other,target=/o true", ["info other", "info other/x", "list other"]],
    ["RUN true", []],
  ])("%j: each file and folder once, and no other", (dockerfile, asked) => {
    const files = filesOf(dockerfile, seeds);
    const through = watched(files);
    expect(list(files, through.files).ok).toBe(true);
    expect(through.asked.toSorted()).toEqual(asked);
  });

  test("a folder that is not sent is not opened, unless something of it may be", () => {
    const files = filesOf("COPY . /", { ...seeds, ".dockerignore": "many\nother\n" });
    const without = watched(files);
    list(files, without.files);
    expect(without.asked.filter((each) => /many|other/.test(each))).toEqual([]);
    files.put(`${directory}/.dockerignore`, "many\nother\n!other/x\n");
    const through = watched(files);
    list(files, through.files);
    expect(through.asked).toContain("list other");
  });
});

describe("what is seen", () => {
  test("nothing of what is missing", () => {
    expect(seenOf("COPY a b/c d*/e f/*.x /", { b: "", "d1/x": "", g: "" })).toEqual({});
  });

  test("links that lead in a circle, and one that leads nowhere", () => {
    expect(seenOf("COPY a gone /", { a: { link: "b" }, b: { link: "a" }, gone: { link: "x/y" } })).toEqual({
      a: "b",
      b: "a",
      gone: "x/y",
    });
  });

  test("a link to the context's root shows everything, but itself as a link", () => {
    expect(seenOf("COPY root/src /", { root: { link: "/" }, "src/a": "", b: "" })).toEqual({
      root: "/",
      "src/a": "file",
    });
    expect(seenOf("COPY root /", { root: { link: ".." }, b: "" })).toEqual({
      Dockerfile: "file",
      b: "file",
      root: "..",
    });
  });

  test("a mount shows its folder's own mode, a copy does not", () => {
    const seeds = { src: { folder: true, mode: 0o700 }, "src/a": "" } as const;
    expect(seenOf("COPY src /", seeds)).toEqual({ "src/a": "file" });
    expect(seenOf("RUN --mount=type=bind,source=src,target=/s true", seeds)).toEqual({
      src: "folder",
      "src/a": "file",
    });
    expect(seenOf("COPY src /\nRUN --mount=type=bind,source=src,target=/s,from= true", seeds)).toEqual({
      src: "folder",
      "src/a": "file",
    });
  });

  test("sockets, pipes and devices are not", () => {
    const files = filesOf("COPY src /", { "src/a": "" });
    const listed: Files = {
      ...watched(files).files,
      list: () => ({
        ok: true,
        value: [
          { name: "a", kind: "file" },
          { name: "pipe", kind: "other" },
        ],
      }),
    };
    const seen = list(files, listed);
    expect(seen.ok && [...seen.value.keys()]).toEqual(["src/a"]);
  });

  test("what cannot be read is told, each once", () => {
    const files = filesOf("COPY a/x b /\nCOPY b /to/", { "a/x": "", "b/y": "" });
    const layer = layerOf(directory, files);
    files.deny(`${directory}/a`);
    files.deny(`${directory}/b`);
    const seen = listSeenFiles(
      directory,
      layer.dockerfile.contextSources,
      openDockerignore(layer, files).ignore,
      files,
    );
    expect(seen).toEqual({
      ok: false,
      error: [
        { kind: "denied", path: `${directory}/a/x`, message: `denied: ${directory}/a/x` },
        { kind: "denied", path: `${directory}/b`, message: `denied: ${directory}/b` },
      ],
    });
  });
});
