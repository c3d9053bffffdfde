// Whether a build sees a path, and what says so.

import { describe, expect, test } from "vitest";
import type { Span } from "../../engine/core/source.ts";
import { judgeSight, type Sight } from "../../engine/plan/sight.ts";
import { FakeFiles, type Seed } from "../fakes/files.ts";
import { catalogFiles, graphOf, layer } from "../graph/memory-catalog.ts";

const root = "/project";
const app = `${root}/catalog/app`;

const dockerfile = `FROM debian:trixie-slim AS unused
COPY other /other
FROM lamina/base
COPY src /src
RUN --mount=type=bind,source=Cargo.toml,target=/Cargo.toml true
COPY *.md /
`;

async function open(more: Readonly<Record<string, Seed>> = {}) {
  const files = new FakeFiles({
    ...catalogFiles({ base: [], app: ["base"], elsewhere: [] }),
    [`${app}/Dockerfile`]: dockerfile,
    [`${app}/src/main.rs`]: "",
    [`${app}/src/deep/lib.rs`]: "",
    [`${app}/other`]: "",
    [`${app}/Cargo.toml`]: "",
    [`${app}/notes.md`]: "",
    [`${app}/README.md`]: "",
    [`${app}/.dockerignore`]: "# words\n*.md\n!*.md\n\nnotes.*\n*.md.bak\n",
    [`${root}/README.md`]: "",
    ...more,
  });
  const graph = await graphOf(files);
  return (name: string, file: string): unknown =>
    brief(judgeSight(graph, layer(name), `${root}/${file}`, files));
}

/** With places as "line: text". */
function brief(sight: Sight): unknown {
  switch (sight.kind) {
    case "seen":
      return ["seen", ...sight.by.map(place)];
    case "ignored":
      return ["ignored", place(sight.line)];
    case "other-layer":
      return [sight.owner, sight.sight === undefined ? undefined : brief(sight.sight)];
    case "missing":
      return ["missing", sight.wouldBe === undefined ? undefined : brief(sight.wouldBe)];
    default:
      return sight.kind;
  }
}

function place({ file, start }: Span): string {
  const { line } = file.position(start);
  return `${line}: ${file.line(line)}`;
}

const sightOf = await open();

describe("a path in the layer's folder", () => {
  test("is seen by the instructions that take it, or something in it", () => {
    expect(sightOf("app", "catalog/app/src/main.rs")).toEqual(["seen", "4: COPY src /src"]);
    expect(sightOf("app", "catalog/app/src/deep")).toEqual(["seen", "4: COPY src /src"]);
    expect(sightOf("app", "catalog/app/src")).toEqual(["seen", "4: COPY src /src"]);
    expect(sightOf("app", "catalog/app/Cargo.toml")).toEqual([
      "seen",
      "5: RUN --mount=type=bind,source=Cargo.toml,target=/Cargo.toml true",
    ]);
    expect(sightOf("app", "catalog/app")).toHaveLength(4);
  });

  test("is left out by the line that nothing after it overrules", () => {
    expect(sightOf("app", "catalog/app/notes.md")).toEqual(["ignored", "5: notes.*"]);
    expect(sightOf("app", "catalog/app/README.md")).toEqual(["seen", "6: COPY *.md /"]);
  });

  test("is not taken where only a stage that is not built would take it", () => {
    expect(sightOf("app", "catalog/app/other")).toBe("not-taken");
  });

  test("that is ignored, and would not be taken either, is not taken", async () => {
    const judge = await open({ [`${app}/notes.txt`]: "" });
    expect(judge("app", "catalog/app/notes.txt")).toBe("not-taken");
  });

  test("may count by what is in it", () => {
    expect(sightOf("app", "catalog/app/Dockerfile")).toBe("dockerfile");
    expect(sightOf("app", "catalog/app/workflow.ncl")).toBe("declaration");
    expect(sightOf("app", "catalog/app/.dockerignore")).toBe("ignore-file");
  });

  test("that is not there is judged as a file that came to be there", async () => {
    expect(sightOf("app", "catalog/app/gone")).toEqual(["missing", "not-taken"]);
    expect(sightOf("app", "catalog/app/new/deep/NEWS.md")).toEqual(["missing", "not-taken"]);
    expect(sightOf("app", "catalog/app/NEWS.md")).toEqual(["missing", ["seen", "6: COPY *.md /"]]);
    expect(sightOf("app", "catalog/app/src/new/deep.rs")).toEqual(["missing", ["seen", "4: COPY src /src"]]);
    expect(sightOf("app", "catalog/app/notes.more.md")).toEqual(["missing", ["ignored", "5: notes.*"]]);
    expect(sightOf("app", "catalog/app/Dockerfile.dockerignore")).toEqual(["missing", "ignore-file"]);
    const judge = await open({
      [`${app}/Dockerfile`]: "FROM lamina/base\nRUN --mount=type=bind,target=/c true\n",
    });
    expect(judge("app", "catalog/app/new")).toEqual([
      "missing",
      ["seen", "2: RUN --mount=type=bind,target=/c true"],
    ]);
  });

  test("where nothing can be is only missing", () => {
    expect(sightOf("app", "catalog/app/Cargo.toml/new")).toEqual(["missing", undefined]);
  });

  test("is seen as any other where everything is copied", async () => {
    const judge = await open({ [`${app}/Dockerfile`]: "FROM lamina/base\nCOPY . /\n" });
    expect(judge("app", "catalog/app/workflow.ncl")).toEqual(["seen", "2: COPY . /"]);
    expect(judge("app", "catalog/app/Dockerfile")).toEqual(["seen", "2: COPY . /"]);
  });
});

describe("a path elsewhere", () => {
  test("of a layer below is judged for that", () => {
    expect(sightOf("app", "catalog/base/Dockerfile")).toEqual(["base", "dockerfile"]);
    expect(sightOf("app", "catalog/base/gone")).toEqual(["missing", ["base", "not-taken"]]);
  });

  test("of a layer that it does not stand on is none of its business", () => {
    expect(sightOf("app", "catalog/elsewhere/Dockerfile")).toEqual(["elsewhere", undefined]);
    expect(sightOf("base", "catalog/app/Dockerfile")).toEqual(["app", undefined]);
  });

  test("counts where the declaration reads it", async () => {
    const judge = await open({
      [`${root}/shared.ncl`]: '{ args = { A = "1" } }',
      [`${app}/workflow.ncl`]: `(import "../../shared.ncl") & {
  name = "app", kind = 'utility, language = "none", build_base = "base", tools_provided = [], artifact_paths = [],
}`,
      [`${app}/Dockerfile`]: "FROM lamina/base\nARG A\n",
    });
    expect(judge("app", "shared.ncl")).toBe("declaration");
    expect(judge("base", "shared.ncl")).toBe("outside");
  });

  test("that nobody reads is outside, there or not", () => {
    expect(sightOf("app", "README.md")).toBe("outside");
    expect(sightOf("app", "gone.md")).toEqual(["missing", "outside"]);
    expect(sightOf("app", "catalog/new/workflow.ncl")).toEqual(["missing", "outside"]);
  });
});
