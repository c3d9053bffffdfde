// Holds the floor table of house.md: imports run down only, each package has one home, and the core knows no caller.

import { readFileSync } from "node:fs";
import { glob } from "node:fs/promises";
import { posix } from "node:path";
import { describe, expect, test } from "vitest";

const upToCatalog = ["engine/core", "engine/memory", "engine/nickel", "schemas", "engine/catalog"];
const upToPlan = [...upToCatalog, "engine/graph", "engine/lock", "engine/plan"];
const upToPorts = [...upToPlan, "engine/events", "engine/ports"];

/** Folders and files of the program by what they may import, in order of their floors. */
const floors: ReadonlyMap<string, readonly string[]> = new Map([
  ["engine/core", []],
  ["engine/memory", ["engine/core"]],
  ["engine/nickel", ["engine/core"]],
  ["schemas", ["engine/core"]],
  ["engine/catalog", ["engine/core", "engine/memory", "engine/nickel", "schemas"]],
  ["engine/graph", upToCatalog],
  ["engine/lock", upToCatalog],
  ["engine/plan", [...upToCatalog, "engine/graph", "engine/lock"]],
  ["engine/events", ["engine/core", "schemas", "engine/plan"]],
  ["engine/ports", ["engine/core", "schemas", "engine/plan", "engine/events"]],
  ["engine/publish", upToPorts],
  ["engine/hygiene", [...upToPorts, "engine/publish"]],
  ["engine/run", [...upToPorts, "engine/publish"]],
  ["engine/project.ts", upToPorts],
  ["engine/dispatch.ts", [...upToPorts, "engine/project.ts"]],
  ["engine/pipeline.ts", [...upToPorts, "engine/publish", "engine/run", "engine/project.ts"]],
  ["engine/watch.ts", [...upToPorts, "engine/run", "engine/project.ts", "engine/pipeline.ts"]],
  ["engine/since", upToPorts],
  [
    "providers",
    [
      "engine/core",
      "schemas",
      "engine/plan",
      "engine/events",
      "engine/ports",
      // What a build does not see is not sent either, and one reading of .dockerignore says what that is.
      "engine/catalog/dockerignore.ts",
      "engine/catalog/path-patterns.ts",
    ],
  ],
  ["cli", ["engine", "providers", "schemas"]],
]);

/** The one home of each package that belongs to a single place. */
const homes: ReadonlyMap<string, readonly string[]> = new Map([
  ["graphology", ["engine/graph/graph.ts"]],
  ["zod", ["schemas/", "providers/"]],
  ["p-queue", ["engine/run/"]],
  ["execa", ["providers/host/"]],
  ["tar", ["providers/inventory/"]],
  ["ssh2", ["providers/transport/"]],
  ["@nats-io/transport-node", ["providers/sink/"]],
  ["@nats-io/jetstream", ["providers/sink/"]],
  ["chokidar", ["providers/host/watch.ts"]],
]);

interface Import {
  readonly from: string;
  /** Repository path, or a package's name. */
  readonly to: string;
}

async function readImports(): Promise<readonly Import[]> {
  const imports: Import[] = [];
  for await (const from of glob(["engine/**/*.ts", "schemas/**/*.ts", "providers/**/*.ts", "cli/**/*.ts"])) {
    const text = readFileSync(from, "utf8");
    for (const match of text.matchAll(
      /(?:^|\n)\s*(?:import|export)\b[^;"']*?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/g,
    )) {
      const spelled = match[1] ?? match[2] ?? "";
      imports.push({
        from,
        to: spelled.startsWith(".") ? posix.join(posix.dirname(from), spelled) : spelled,
      });
    }
  }
  return imports;
}

function floorOf(path: string): string | undefined {
  return Array.from(floors.keys())
    .filter((floor) => path === floor || path.startsWith(`${floor}/`))
    .sort((a, b) => b.length - a.length)[0];
}

const imports = await readImports();

describe("structure", () => {
  test("the walk sees the program", () => {
    expect(imports.length).toBeGreaterThan(100);
  });

  test("every source file stands on a floor", () => {
    expect(
      Array.from(new Set(imports.map(({ from }) => from))).filter((from) => floorOf(from) === undefined),
    ).toEqual([]);
  });

  test("imports run down only", () => {
    const climbing = imports.filter(({ from, to }) => {
      const floor = floorOf(from);
      if (floor === undefined || !/^(engine|schemas|providers|cli)\//.test(to)) return false;
      if (floorOf(to) === floor) return false;
      return !(floors.get(floor) ?? []).some((lower) => to.startsWith(`${lower}/`) || to === lower);
    });
    expect(climbing).toEqual([]);
  });

  test("the engine touches no file, process, network or clock of its own", () => {
    const world = /^node:(?!buffer$|crypto$|path$|path\/posix$)|^(execa|chokidar|ssh2|undici)$/;
    expect(imports.filter(({ from, to }) => from.startsWith("engine/") && world.test(to))).toEqual([]);
    const clocks: string[] = [];
    for (const from of new Set(imports.map((one) => one.from))) {
      if (
        from.startsWith("engine/") &&
        /\b(Date\.now|new Date\(\)|setTimeout|setInterval|performance\.now|process\.)/.test(
          readFileSync(from, "utf8"),
        )
      )
        clocks.push(from);
    }
    expect(clocks).toEqual([]);
  });

  test("each package has one home", () => {
    const strays = imports.filter(({ from, to }) => {
      const home = homes.get(/^(@[^/]+\/)?[^/]*/.exec(to)?.[0] ?? to);
      return home !== undefined && !home.some((place) => from.startsWith(place));
    });
    expect(strays).toEqual([]);
  });

  test("engine, providers and cli know no caller by name", () => {
    const callers = /provisioning_workspace|vapora_|woodpecker_/;
    const named = Array.from(new Set(imports.map(({ from }) => from))).filter((from) =>
      callers.test(readFileSync(from, "utf8")),
    );
    expect(named).toEqual([]);
  });
});
