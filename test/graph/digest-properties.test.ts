// Laws of the digest of a layer's own inputs, on random contexts, on disk and in memory: what the build cannot see never changes
// it, anything that the build sees always does. What is seen is told here by another way than the engine's: a file at a time,
// by all parts of its path.

import { lutimesSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Files } from "../../engine/core/host.ts";
import { systemFiles } from "../../providers/host/files.ts";
import { FakeFiles, type Seed } from "../fakes/files.ts";
import { plant, readContext } from "./context.ts";

/** A folder that can be planted, touched and read. */
interface World {
  readonly directory: string;
  readonly files: Files;
  plant(name: string, seed: Seed): void;
  touch(name: string): void;
}

interface Context {
  /** Path and what is there; no path lies in another. */
  readonly entries: readonly (readonly [path: string, seed: Exclude<Seed, string | Uint8Array>])[];
  /** Of COPY, in parts; the last may be a folder. */
  readonly sources: readonly (readonly string[])[];
  /** Names that .dockerignore takes out, wherever they are. */
  readonly ignored: readonly string[];
  /** Names at the top that it takes back in; then it takes out all others. */
  readonly kept: readonly string[];
}

const name = fc.constantFrom("a", "b", "ab", "ba", "c.x", "d.x", "é");
const part = fc.oneof(
  { weight: 3, arbitrary: name },
  { weight: 1, arbitrary: fc.constantFrom("*", "a*", "?", "*.x", "[a-c]*") },
);
const seed = fc.oneof(
  fc.record({ content: fc.string({ maxLength: 4 }), mode: fc.constantFrom(0o644, 0o755, 0o600) }),
  fc.record({ link: fc.constantFrom("nowhere", "a", "../b") }),
  fc.constant({ folder: true } as const),
);
const context: fc.Arbitrary<Context> = fc.record({
  entries: fc
    .uniqueArray(
      fc.tuple(
        fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/")),
        seed,
      ),
      {
        selector: ([path]) => path,
        minLength: 1,
        maxLength: 8,
      },
    )
    .map((entries) => entries.filter(([path]) => !entries.some(([other]) => path.startsWith(`${other}/`)))),
  sources: fc.array(fc.array(part, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
  ignored: fc.uniqueArray(name, { maxLength: 2 }),
  kept: fc.oneof(fc.constant([]), fc.uniqueArray(name, { maxLength: 2 })),
});

function isSeen({ sources, ignored, kept }: Context, path: string): boolean {
  const parts = path.split("/");
  if (parts.some((each) => ignored.includes(each))) return false;
  if (kept.length > 0 && !kept.includes(parts[0] ?? "")) return false;
  return sources.some(
    (source) => source.length <= parts.length && source.every((each, at) => isLike(each, parts[at] ?? "")),
  );
}

/** Whether a source leads to a path or through it. */
function isOnTheWay({ sources }: Context, parts: readonly string[]): boolean {
  return sources.some((source) =>
    parts.every((each, at) => at >= source.length || isLike(source[at] ?? "", each)),
  );
}

/** Whether a source leads through a link: then it shows what no path tells. The tests of links are others. */
function hasFollowedLinks(it: Context): boolean {
  return it.entries.some(([path, what]) => "link" in what && isOnTheWay(it, path.split("/")));
}

function isWithin(path: string, folder: string): boolean {
  return `${path}/`.startsWith(`${folder}/`);
}

function isLike(pattern: string, text: string): boolean {
  switch (pattern) {
    case "*":
      return true;
    case "a*":
      return text.startsWith("a");
    case "?":
      return text.length === 1;
    case "*.x":
      return text.endsWith(".x");
    case "[a-c]*":
      return /^[a-c]/.test(text);
    default:
      return pattern === text;
  }
}

function dockerfileOf({ sources }: Context): readonly string[] {
  return ["FROM scratch", ...sources.map((source) => `COPY ${JSON.stringify([source.join("/"), "/to/"])}`)];
}

function ignoreFileOf({ ignored, kept }: Context): string {
  const exceptions = kept.length > 0 ? ["*", ...kept.map((each) => `!${each}`)] : [];
  return [...exceptions, ...ignored.map((each) => `**/${each}`)].join("\n");
}

let root = "";
let count = 0;
beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "lamina-digest-")));
});
afterAll(() => rmSync(root, { recursive: true }));

const worlds: Readonly<Record<string, () => World>> = {
  "on disk": () => {
    const directory = join(root, `context-${count++}`);
    return {
      directory,
      files: systemFiles,
      plant: (path, what) => plant(directory, { [path]: what }),
      touch: (path) => lutimesSync(join(directory, path), 1_000_000, 1_000_000),
    };
  },
  "in memory": () => {
    const directory = `/home/${count++}/layer`;
    const files = new FakeFiles();
    return {
      directory,
      files,
      plant: (path, what) => files.put(join(directory, path), what),
      touch: (path) => files.touch(join(directory, path)),
    };
  },
};

function digestOf({ directory, files }: World): string {
  return readContext(directory, files).digest;
}

describe.each(Object.entries(worlds))("%s", (_, open) => {
  function planted(it: Context, dockerfile: readonly string[] = dockerfileOf(it)): World {
    const world = open();
    for (const [path, what] of it.entries) world.plant(path, what);
    world.plant("Dockerfile", `${dockerfile.join("\n")}\n`);
    world.plant(".dockerignore", ignoreFileOf(it));
    return world;
  }
  test("what there is in another order, at another time and in another place gives the same digest", () => {
    fc.assert(
      fc.property(context, (it) => {
        const digest = digestOf(planted(it));
        const other = planted({ ...it, entries: it.entries.toReversed() });
        for (const [path] of it.entries) other.touch(path);
        expect(digestOf(other)).toBe(digest);
      }),
      { numRuns: 40 },
    );
  });

  test("group's and others' write bits change nothing", () => {
    fc.assert(
      fc.property(context, (it) => {
        const world = planted(it);
        const digest = digestOf(world);
        for (const [path, what] of it.entries)
          if ("content" in what) world.plant(path, { ...what, mode: what.mode | 0o022 });
          else if ("folder" in what) world.plant(path, { ...what, mode: 0o777 });
        expect(digestOf(world)).toBe(digest);
      }),
      { numRuns: 40 },
    );
  });

  test("comments and blank lines of the Dockerfile change nothing, unless it is copied", () => {
    const noise = fc.array(fc.constantFrom<string[]>("", "# a comment", "  # COPY x /", "\t"), {
      maxLength: 2,
    });
    fc.assert(
      fc.property(context, fc.array(noise, { minLength: 5, maxLength: 5 }), (it, noises) => {
        fc.pre(!isSeen(it, "Dockerfile"));
        const noisy = dockerfileOf(it).flatMap((line, at) => (noises[at] ?? []).concat(line));
        expect(digestOf(planted(it, noisy))).toBe(digestOf(planted(it)));
      }),
      { numRuns: 40 },
    );
  });

  test("a file that is new changes the digest exactly where it is seen", () => {
    fc.assert(
      fc.property(context, fc.array(name, { minLength: 1, maxLength: 3 }), (it, parts) => {
        const path = parts.join("/");
        fc.pre(!hasFollowedLinks(it));
        fc.pre(!it.entries.some(([other]) => isWithin(path, other) || isWithin(other, path)));
        // What a source leads through may be seen by itself.
        fc.pre(isSeen(it, path) || !parts.some((_part, at) => isOnTheWay(it, parts.slice(0, at + 1))));
        const entries = it.entries.concat([[path, { content: "new", mode: 0o644 }]]);
        const hasChanged = digestOf(planted({ ...it, entries })) !== digestOf(planted(it));
        expect(hasChanged).toBe(isSeen(it, path));
      }),
      { numRuns: 80 },
    );
  });

  test("any byte, mode, target, name or kind of what is seen changes the digest", () => {
    fc.assert(
      fc.property(context, fc.nat(), (it, pick) => {
        const seen = it.entries.filter(([path]) => isSeen(it, path));
        const target = seen[pick % Math.max(1, seen.length)];
        fc.pre(target !== undefined);
        const [path, what] = target;
        const others = it.entries.filter(([other]) => other !== path);
        const digests = [what, ...variantsOf(what)].map((variant) =>
          digestOf(planted({ ...it, entries: others.concat([[path, variant]]) })),
        );
        expect(new Set(digests).size).toBe(digests.length);
      }),
      { numRuns: 60 },
    );
  });
});

/** What may stand in its place and is told apart, also where what a link leads to counts. */
function variantsOf(what: Context["entries"][number][1]): readonly Context["entries"][number][1][] {
  if ("content" in what)
    return [
      { ...what, content: `${String(what.content)}!` },
      { ...what, mode: what.mode ^ 0o100 },
      { ...what, mode: what.mode | 0o4000 },
      { link: String(what.content) || "nowhere" },
    ];
  if ("link" in what) return [{ link: `${what.link}!` }, { content: what.link, mode: 0o644 }];
  return [{ content: "", mode: 0o644 }, { link: "nowhere" }];
}
