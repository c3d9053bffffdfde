// Locks of two branches, merged by real git: as plain text where the branches built different layers, by the merge driver
// and by `lamina lock --update` where text alone cannot tell.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { imageDigest, inputDigest, sha256, shortDigest } from "../../engine/core/digest.ts";
import { serializeLock } from "../../engine/lock/serialize-lock.ts";
import type { Lock, LockEntry } from "../../schemas/lock.ts";
import { callCli, layerFiles, threeLayers } from "../cli/run-cli.ts";
import { amd64, arm64 } from "../lock/samples.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "lamina-lock-git-"));
  startRepository(root);
});
afterEach(() => rmSync(root, { recursive: true }));

function startRepository(directory: string): void {
  git(directory, "init", "-q", "-b", "main");
  git(directory, "config", "user.name", "test");
  git(directory, "config", "user.email", "test@example.org");
}

function git(cwd: string, ...args: readonly string[]): string {
  return execFileSync("git", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

function commit(directory: string, lock: Lock): void {
  writeFileSync(join(directory, "lamina.lock"), serializeLock(lock));
  git(directory, "add", "-A");
  git(directory, "commit", "-q", "--allow-empty", "-m", "lock");
}

/** Makes two branches of `base` in a fresh history, and merges theirs into ours. */
function mergeBranches(directory: string, base: Lock, ours: Lock, theirs: Lock) {
  git(directory, "checkout", "-q", "--orphan", "next");
  commit(directory, base);
  git(directory, "branch", "-M", "main");
  git(directory, "checkout", "-q", "-B", "theirs");
  commit(directory, theirs);
  git(directory, "checkout", "-q", "-B", "ours", "main");
  commit(directory, ours);
  return mergeTheirs(directory);
}

function mergeTheirs(directory: string) {
  const { status, stderr } = spawnSync("git", ["merge", "-q", "--no-edit", "theirs"], {
    cwd: directory,
    encoding: "utf8",
  });
  return { status, stderr, text: readFileSync(join(directory, "lamina.lock"), "utf8") };
}

/** A catalog as far as its lock can tell, with what is built of it by a builder that makes the same of the same. */
interface World {
  /** By layer, in topological order: what its own folder says, and what it stands on. */
  readonly layers: ReadonlyMap<
    string,
    { readonly own: number; readonly parents: readonly string[]; readonly base?: string }
  >;
  /** What external images stand for. */
  readonly bases: ReadonlyMap<string, number>;
}

function build({ layers, bases }: World): Lock {
  const pins = Object.fromEntries(
    Array.from(bases, ([image, version]) => [
      image,
      Object.fromEntries([amd64, arm64].map((on) => [on, imageDigest(sha256(`${image} ${version} ${on}`))])),
    ]),
  );
  const built = new Map<string, Record<string, LockEntry>>();
  for (const [name, { own, parents, base }] of layers) {
    const entries = [amd64, arm64].map((on): readonly [string, LockEntry] => {
      const inputs = {
        recipe: 1,
        declaration: { args: Object.fromEntries(range(own % 3).map((at) => [`A${at}`, String(own)])) },
        files: Object.fromEntries(
          range(1 + (own % 4)).map((at) => [
            `file-${at}`,
            `${shortDigest(sha256(`${name} ${own} ${at}`), 16)} 644`,
          ]),
        ),
        parents: Object.fromEntries(
          parents.map((parent) => [parent, built.get(parent)?.[on]?.image ?? imageDigest(sha256(""))]),
        ),
        bases: base === undefined ? {} : { [base]: pins[base]?.[on] ?? imageDigest(sha256("")) },
      };
      const input = inputDigest(sha256(JSON.stringify([name, on, inputs])));
      const tools = Object.fromEntries(range(own % 3).map((at) => [`tool-${at}`, `1.${own}`]));
      return [
        on,
        { input, image: imageDigest(sha256(input)), sizeBytes: 1000 + own, tools, caches: [], inputs },
      ];
    });
    built.set(name, Object.fromEntries(entries));
  }
  return { version: 1, bases: pins, layers: Object.fromEntries(built) };
}

function range(length: number): readonly number[] {
  return Array.from({ length }, (_, at) => at);
}

interface Scene {
  readonly world: World;
  readonly ours: ReadonlySet<string>;
  readonly theirs: ReadonlySet<string>;
}

/** A catalog, and what two branches edit of it (layers and bases) so that they build no layer both. */
const anyScene: fc.Arbitrary<Scene> = fc
  .record({
    layers: fc.array(
      fc.record({ own: fc.nat(11), parents: fc.array(fc.nat(20), { maxLength: 2 }), base: fc.nat(5) }),
      { minLength: 2, maxLength: 14 },
    ),
    bases: fc.integer({ min: 1, max: 4 }),
    edits: fc.array(fc.record({ at: fc.nat(40), isOurs: fc.boolean() }), { minLength: 2, maxLength: 12 }),
    shuffle: fc.infiniteStream(fc.nat(1000)),
  })
  .map(({ layers: seeds, bases, edits, shuffle }) => {
    // Names in an order of their own, so that neighbours in the text are no relatives.
    const names = seeds.map((_, at) => `layer-${String(shuffle.next().value ?? 0).padStart(4, "0")}-${at}`);
    const images = range(bases).map((at) => `image-${at}:1`);
    const layers = new Map(
      seeds.map(({ own, parents, base }, at) => {
        const image = at === 0 ? images[0] : images[base];
        const below = Array.from(
          new Set(parents.filter((parent) => parent < at).map((parent) => names[parent] ?? "")),
        );
        return [
          names[at] ?? "",
          { own, parents: below, ...(image === undefined ? {} : { base: image }) },
        ] as const;
      }),
    );
    const world: World = { layers, bases: new Map(images.map((image) => [image, 1])) };
    const touched = { ours: new Set<string>(), theirs: new Set<string>() };
    const chosen = { ours: new Set<string>(), theirs: new Set<string>() };
    const all = [...names, ...images];
    for (const { at, isOurs } of edits) {
      const name = all[at % all.length] ?? "";
      const [mine, other] = isOurs ? (["ours", "theirs"] as const) : (["theirs", "ours"] as const);
      const reached = reach(world, name);
      if (Array.from(reached).some((each) => touched[other].has(each))) continue;
      chosen[mine].add(name);
      for (const each of reached) touched[mine].add(each);
    }
    return { world, ours: chosen.ours, theirs: chosen.theirs };
  });

/** What an edit makes stale. */
function reach({ layers }: World, name: string): ReadonlySet<string> {
  const reached = new Set([name]);
  for (const [each, { parents, base }] of layers)
    if (parents.some((parent) => reached.has(parent)) || (base !== undefined && reached.has(base)))
      reached.add(each);
  return reached;
}

function edit({ layers, bases }: World, names: ReadonlySet<string>, by: number): World {
  return {
    layers: new Map(
      Array.from(layers, ([name, each]) => [name, names.has(name) ? { ...each, own: each.own + by } : each]),
    ),
    bases: new Map(
      Array.from(bases, ([image, version]) => [image, names.has(image) ? version + by : version]),
    ),
  };
}

describe("plain git", () => {
  test("merges branches that build different layers, and pin different bases, into what a build would write", () => {
    let merges = 0;
    fc.assert(
      fc.property(anyScene, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), (scene, a, b) => {
        const { world, ours, theirs } = scene;
        const merged = mergeBranches(
          root,
          build(world),
          build(edit(world, ours, a)),
          build(edit(world, theirs, b)),
        );
        expect(merged.status).toBe(0);
        expect(merged.text).toBe(serializeLock(build(edit(edit(world, ours, a), theirs, b))));
        if (ours.size > 0 && theirs.size > 0) merges += 1;
      }),
      { numRuns: 25 },
    );
    expect(merges).toBeGreaterThan(5);
  });

  test("merges layers that one branch adds or drops with edits of the other beside them", () => {
    fc.assert(
      fc.property(
        anyScene,
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.boolean(), { minLength: 14, maxLength: 14 }),
        (scene, by, drops) => {
          const { world, ours } = scene;
          // Layers on which nothing stands, and which no edit reaches.
          const stale = new Set(Array.from(ours).flatMap((name) => Array.from(reach(world, name))));
          const dropped = new Set(
            Array.from(world.layers.keys()).filter(
              (name, at) => drops[at] === true && reach(world, name).size === 1 && !stale.has(name),
            ),
          );
          const without: World = {
            ...world,
            layers: new Map(Array.from(world.layers).filter(([name]) => !dropped.has(name))),
          };
          const edited = edit(world, ours, by);
          const both = edit(without, ours, by);
          // As a branch that drops them, and, the other way round, as one that adds them.
          const dropping = mergeBranches(root, build(world), build(edited), build(without));
          expect([dropping.status, dropping.text]).toEqual([0, serializeLock(build(both))]);
          const adding = mergeBranches(root, build(without), build(both), build(world));
          expect([adding.status, adding.text]).toEqual([0, serializeLock(build(edited))]);
        },
      ),
      { numRuns: 12 },
    );
  });
});

test("plain git merges a base pinned anew with one that is added behind it", () => {
  const ours = edit(start, new Set(["debian:trixie-slim"]), 1);
  const added = ["later:1", 1] as const;
  const theirs = { ...start, bases: new Map([...start.bases, added]) };
  const merged = mergeBranches(root, build(start), build(ours), build(theirs));
  const both = { ...ours, bases: new Map([...ours.bases, added]) };
  expect([merged.status, merged.text]).toEqual([0, serializeLock(build(both))]);
});

const start: World = {
  layers: new Map([
    ["base", { own: 1, parents: [], base: "debian:trixie-slim" }],
    ["middle", { own: 2, parents: ["base"] }],
    ["top", { own: 3, parents: ["middle"] }],
  ]),
  bases: new Map([["debian:trixie-slim", 1]]),
};

function withLayer({ layers, bases }: World, name: string, own = 5): World {
  return { bases, layers: new Map([...layers, [name, { own, parents: ["base"] }]]) };
}

function useDriver(directory: string): void {
  const main = join(import.meta.dirname, "../../cli/main.ts");
  git(directory, "config", "merge.lamina.driver", `'${process.execPath}' '${main}' lock --merge %O %A %B`);
  writeFileSync(join(directory, ".gitattributes"), "lamina.lock text eol=lf merge=lamina\n");
}

describe("the merge driver", () => {
  beforeEach(() => useDriver(root));

  test("takes layers that both branches added side by side", () => {
    const ours = withLayer(start, "new-1");
    const theirs = withLayer(start, "new-2");
    const merged = mergeBranches(root, build(start), build(ours), build(theirs));
    expect([merged.status, merged.text]).toEqual([0, serializeLock(build(withLayer(ours, "new-2")))]);
  });

  test("keeps ours of a layer that both built, and says so", () => {
    const ours = build(edit(start, new Set(["base"]), 1));
    const theirs = build(edit(start, new Set(["top"]), 1));
    const merged = mergeBranches(root, build(start), ours, theirs);
    expect(merged).toEqual({
      status: 0,
      stderr: [amd64, arm64]
        .map(
          (on) =>
            `lock: top (${on}) was built on both sides: ours is kept, and \`lamina plan\` tells whether it is current\n`,
        )
        .join(""),
      text: serializeLock(ours),
    });
  });

  test("leaves a lock of a newer lamina in conflict, and ours as it is", () => {
    git(root, "checkout", "-q", "--orphan", "main");
    commit(root, build(start));
    git(root, "checkout", "-q", "-B", "theirs");
    writeFileSync(
      join(root, "lamina.lock"),
      serializeLock(build(start)).replace('"version": 1', '"version": 2'),
    );
    git(root, "commit", "-q", "-a", "-m", "newer");
    git(root, "checkout", "-q", "-B", "ours", "main");
    const ours = build(edit(start, new Set(["top"]), 1));
    commit(root, ours);
    const merged = mergeTheirs(root);
    expect(merged.status).toBe(1);
    expect(merged.text).toBe(serializeLock(ours));
    expect(merged.stderr).toContain("error[E0505]: the lock has version 2, and this lamina knows 1");
    expect(git(root, "status", "--short")).toBe("UU lamina.lock\n");
  });

  test("takes a lock that both branches began", () => {
    git(root, "checkout", "-q", "--orphan", "main");
    git(root, "add", "-A");
    git(root, "commit", "-q", "-m", "no lock");
    git(root, "checkout", "-q", "-B", "theirs");
    commit(root, build(withLayer(start, "theirs")));
    git(root, "checkout", "-q", "-B", "ours", "main");
    commit(root, build(withLayer(start, "ours")));
    const both = build(withLayer(withLayer(start, "ours"), "theirs"));
    expect(mergeTheirs(root)).toEqual({ status: 0, stderr: "", text: serializeLock(both) });
  });
});

describe("a lock with conflict markers", () => {
  beforeEach(() => {
    const files = { ...threeLayers, ...layerFiles("new-1", '"base"'), ...layerFiles("new-2", '"base"') };
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
  });

  test.each(["merge", "diff3", "zdiff3"])("is mended by --update, in style %s", async (style) => {
    git(root, "config", "merge.conflictStyle", style);
    const ours = withLayer(edit(start, new Set(["middle"]), 1), "new-1");
    const theirs = withLayer(edit(start, new Set(["middle"]), 2), "new-2");
    const merged = mergeBranches(root, build(start), build(ours), build(theirs));
    expect(merged.status).toBe(1);
    expect(merged.text).toContain("<<<<<<<");
    expect((await callCli(["plan"], root)).stderr).toContain(
      "= help: run `lamina lock --update`: it keeps what is sure, and `lamina build` builds the rest",
    );

    const updated = await callCli(["lock", "--update"], root);
    expect(updated.exitCode).toBe(0);
    expect(updated.stderr).toBe(
      [
        "lamina.lock: the conflict is resolved; `git add lamina.lock` says so to git\n",
        ...["middle", "top"].flatMap((name) =>
          [amd64, arm64].map(
            (on) =>
              `lock: ${name} (${on}) was built on both sides: neither is kept, so it counts as never built until \`lamina build\` builds it again\n`,
          ),
        ),
      ].join(""),
    );
    const all = build(withLayer(withLayer(start, "new-1"), "new-2"));
    const sure = Object.entries(all.layers).filter(([name]) => ["base", "new-1", "new-2"].includes(name));
    const kept = { ...all, layers: Object.fromEntries(sure) };
    expect(JSON.parse(readFileSync(join(root, "lamina.lock"), "utf8"))).toEqual(kept);
    // As it was told to be.
    const planned = await callCli(["why", "middle", "--platform", amd64], root);
    expect(planned.stdout.split("\n").slice(0, 2)).toEqual([
      "middle (linux/amd64) would be built",
      "├─ it was never built",
    ]);
  });

  test("that has lost its way is told of, and left alone", async () => {
    const broken = "{\n<<<<<<< HEAD\n=======\n>>>>>>> theirs\n";
    writeFileSync(join(root, "lamina.lock"), broken);
    const updated = await callCli(["lock", "--update"], root);
    expect(updated.exitCode).toBe(1);
    expect(updated.stderr).toMatchInlineSnapshot(`
      "error[E0507]: the conflict in the lock cannot be resolved: "ours" is no lock by itself
       --> lamina.lock:2:1
        |
      2 | <<<<<<< HEAD
        | ^^^^^^^^^^^^ the first conflict begins here
        |
        = help: take one side with \`git checkout --ours\` or \`--theirs\` and the file, then run \`lamina build\`: what the lock lacks is built again

      1 error
      \`lamina explain E0507\` tells more
      "
    `);
    expect(readFileSync(join(root, "lamina.lock"), "utf8")).toBe(broken);
  });
});
