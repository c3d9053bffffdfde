// A memory gives back what was kept exactly as long as doing the work again would give the same.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Files } from "../../engine/core/host.ts";
import { Memory } from "../../engine/memory/memory.ts";
import { FakeFiles } from "../fakes/files.ts";

const folder = "/project/.lamina/cache";

function open(files: Files, producer: string | undefined = "test 1"): Memory {
  return new Memory({ files, folder, producer, nowMs: () => 0 });
}

/** A work that looks at everything: names, kinds, modes and contents of a folder, and one path that may not be there. */
function describeFolder(files: Files, directory: string): string {
  const listed = files.list(directory);
  const entries = listed.ok ? listed.value : [];
  const lines = entries.map(({ name, kind }) => {
    const path = `${directory}/${name}`;
    if (kind === "symlink") {
      const link = files.readLink(path);
      const content = files.readText(path);
      return `${name} -> ${link.ok ? link.value : "?"}: ${content.ok ? content.value : content.error.kind}`;
    }
    if (kind === "directory") return `${name}/`;
    const info = files.info(path);
    const content = files.readText(path);
    return `${name} ${info.ok ? info.value.mode.toString(8) : "?"} ${content.ok ? content.value : "?"}`;
  });
  return [...lines, files.info(`${directory}.extra`).ok ? "extra" : "plain"].join("\n");
}

/** The work as a user of the memory does it: says whether it was done. */
function remember(memory: Memory, directory: string, given = ""): { text: unknown; isNew: boolean } {
  const kept = memory.recall(directory, given);
  if (kept !== undefined) return { text: kept.detail(0), isNew: false };
  const notes = memory.takeNotes();
  const text = describeFolder(notes.files, directory);
  memory.keep(directory, given, notes, { brief: text.length, details: [text] }, "large");
  return { text, isNew: true };
}

/** Time goes on, so that what was written before counts as settled. */
function settle(files: FakeFiles): void {
  for (let tick = 0; tick < 50; tick++) files.put("/tick", "");
}

function sample(): FakeFiles {
  const files = new FakeFiles({
    "/project/a/one": "1",
    "/project/a/two": { content: "2", mode: 0o755 },
    "/project/a/link": { link: "one" },
    "/project/b/one": "1",
  });
  settle(files);
  return files;
}

/** What is remembered after the change, by another process and by the same one, beside what is due. */
function rememberChanged(change: (files: FakeFiles) => void, isLongAgo: boolean) {
  const files = sample();
  const first = open(files);
  remember(first, "/project/a");
  first.save();
  change(files);
  if (isLongAgo) settle(files);
  const another = remember(open(files), "/project/a");
  first.startRound();
  const same = remember(first, "/project/a");
  return { another, same, due: { text: describeFolder(files, "/project/a"), isNew: true } };
}

describe("from one process to the next", () => {
  test("what was kept is taken again, brief and details", () => {
    const files = sample();
    const first = open(files);
    expect(remember(first, "/project/a").isNew).toBe(true);
    first.save();
    const second = open(files);
    expect(second.recall("/project/a", "")?.brief).toBe(describeFolder(files, "/project/a").length);
    expect(remember(second, "/project/a")).toEqual({
      text: describeFolder(files, "/project/a"),
      isNew: false,
    });
  });

  test("files whose times vouch for them are not read again, whatever their number", () => {
    const files = sample();
    const first = open(files);
    remember(first, "/project/b");
    first.save();
    const read: string[] = [];
    const watched: Files = new Proxy(files, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== "function") return member;
        return (...args: unknown[]) => {
          read.push(`${String(name)} ${String(args[0])}`);
          return Reflect.apply(member, target, args);
        };
      },
    });
    expect(remember(open(watched), "/project/b").isNew).toBe(false);
    expect(read.filter((call) => !call.startsWith("info "))).toEqual([`read ${folder}/memory`]);
  });

  test("another producer's results are not taken, nor those for another `given`", () => {
    const files = sample();
    const first = open(files);
    remember(first, "/project/a");
    first.save();
    expect(remember(open(files, "test 2"), "/project/a").isNew).toBe(true);
    expect(remember(open(files), "/project/a", "other").isNew).toBe(true);
  });

  test("without a producer nothing is written", () => {
    const files = sample();
    const memory = new Memory({ files, folder, producer: undefined, nowMs: () => 0 });
    remember(memory, "/project/a");
    memory.save();
    expect(files.info(`${folder}/memory`).ok).toBe(false);
    expect(remember(memory, "/project/a").isNew).toBe(false);
  });

  test("what is broken counts as nothing", () => {
    const files = sample();
    const first = open(files);
    remember(first, "/project/a");
    first.save();
    const whole = files.read(`${folder}/memory`);
    if (!whole.ok) throw new Error("nothing was written");
    for (const damage of [
      whole.value.slice(0, -1),
      whole.value.slice(0, 100),
      new Uint8Array(0),
      new TextEncoder().encode("{}\n{}\n"),
      whole.value.map((byte, index) => (index === 300 ? byte ^ 1 : byte)),
    ]) {
      files.put(`${folder}/memory`, damage);
      expect(remember(open(files), "/project/a").isNew).toBe(true);
    }
  });

  test("what is gone is dropped when others are written; what was only not asked for stays", () => {
    const files = sample();
    const first = open(files);
    remember(first, "/project/a");
    const notes = first.takeNotes();
    notes.files.readText("/project/b/one");
    first.keep("about b", "", notes, { brief: 1 }, "small");
    first.save();
    files.remove("/project/b/one");
    settle(files);
    const second = open(files);
    remember(second, "/project/c");
    second.save();
    const text = files.readText(`${folder}/memory`);
    expect(text.ok && text.value.includes("/project/a")).toBe(true);
    expect(text.ok && text.value.includes("about b")).toBe(false);
    expect(remember(open(files), "/project/a").isNew).toBe(false);
  });

  test("a little work is not worth a write; dropping counts as little", () => {
    const files = sample();
    const memory = open(files);
    const notes = memory.takeNotes();
    memory.keep("small", "", notes, { brief: 1 }, "small");
    memory.drop("small");
    memory.save();
    expect(files.info(`${folder}/memory`).ok).toBe(false);
    expect(memory.recall("small", "")).toBeUndefined();
  });
});

describe("what has changed is never taken for the same", () => {
  test.each<readonly [string, (files: FakeFiles) => void]>([
    ["another content of the same length", (files) => files.put("/project/a/one", "9")],
    ["another mode", (files) => files.put("/project/a/one", { content: "1", mode: 0o600 })],
    ["a new name", (files) => files.put("/project/a/three", "")],
    ["a name that is gone", (files) => files.remove("/project/a/one")],
    ["another target of a link", (files) => files.put("/project/a/link", { link: "two" })],
    ["a file in place of a link", (files) => files.put("/project/a/link", "1")],
    ["a path that was looked for in vain", (files) => files.put("/project/a.extra", "")],
    ["a file in place of the folder", (files) => files.put("/project/a", "1")],
  ])("%s, just now or long ago", (_, change) => {
    for (const isLongAgo of [false, true]) {
      const { another, same, due } = rememberChanged(change, isLongAgo);
      expect([another, same]).toEqual([due, due]);
    }
  });

  test("times alone change nothing, and cost a reading", () => {
    const files = sample();
    const first = open(files);
    remember(first, "/project/a");
    first.save();
    files.touch("/project/a/one");
    files.touch("/project/a");
    expect(remember(open(files), "/project/a").isNew).toBe(false);
  });

  test("any changes, any rounds and processes: the same as without a memory", () => {
    const name = fc.constantFrom("one", "two", "link", "sub");
    const change = fc.oneof(
      fc.record({ kind: fc.constant("put" as const), name, text: fc.constantFrom("1", "2", "22") }),
      fc.record({ kind: fc.constant("mode" as const), name, mode: fc.constantFrom(0o644, 0o755) }),
      fc.record({ kind: fc.constant("link" as const), name, target: fc.constantFrom("one", "two") }),
      fc.record({ kind: fc.constantFrom("remove" as const, "touch" as const), name }),
      fc.record({ kind: fc.constantFrom("round" as const, "process" as const, "settle" as const) }),
    );
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        const files = new FakeFiles({ "/project/a/one": "1" });
        let memory = open(files);
        const answers: (readonly [is: unknown, due: string])[] = [];
        const ask = () =>
          answers.push([remember(memory, "/project/a").text, describeFolder(files, "/project/a")]);
        for (const each of changes) {
          switch (each.kind) {
            case "put":
              files.put(`/project/a/${each.name}`, each.text);
              break;
            case "mode":
              files.put(`/project/a/${each.name}`, { content: "1", mode: each.mode });
              break;
            case "link":
              files.put(`/project/a/${each.name}`, { link: each.target });
              break;
            case "remove":
              files.remove(`/project/a/${each.name}`);
              break;
            case "touch":
              files.touch(`/project/a/${each.name}`);
              break;
            case "settle":
              settle(files);
              break;
            case "round":
              memory.startRound();
              ask();
              break;
            case "process":
              memory.save();
              memory = open(files);
              ask();
              break;
          }
        }
        expect(answers.map(([is]) => is)).toEqual(answers.map(([, due]) => due));
      }),
      { numRuns: 300 },
    );
  });
});
