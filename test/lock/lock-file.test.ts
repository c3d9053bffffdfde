// The lock where it lies: opened, changed, and found in every state that a disk can have it in.

import { describe, expect, test } from "vitest";
import { renderDiagnostic } from "../../cli/report/diagnostic.ts";
import type { Digest } from "../../engine/core/digest.ts";
import { sha256 } from "../../engine/core/digest.ts";
import { emptyLock, withEntry, withPin } from "../../engine/lock/lock.ts";
import { type LockFile, openLockFile } from "../../engine/lock/lock-file.ts";
import { journalHead, journalLine, type LockNews } from "../../engine/lock/lock-journal.ts";
import { serializeLock } from "../../engine/lock/serialize-lock.ts";
import type { Lock } from "../../schemas/lock.ts";
import { FakeFiles } from "../fakes/files.ts";
import { a, amd64, arm64, b, entry, layer, lockWith } from "./samples.ts";

const folder = "/project/.lamina";
const path = "/project/lamina.lock";
const journal = "/project/.lamina/lamina.lock.journal";

async function open(files: FakeFiles): Promise<LockFile> {
  const opened = await openLockFile(files, { path, folder });
  if (!opened.ok) throw new Error("the lock cannot be opened");
  return opened.value;
}

function built(name: string, rest: Parameters<typeof entry>[1] = {}): LockNews {
  return { pins: [], entries: [{ layer: layer(name), platform: amd64, entry: entry({}, rest) }] };
}

const written = { ok: true, value: { written: true } };
const unwritten = { ok: true, value: { written: false } };

/** So many layers that the lock is big. */
function manyLayers(): Record<string, ReturnType<typeof entry>> {
  return Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`layer-${at}`, entry({})]));
}
const big = lockWith(manyLayers());
const bigText = serializeLock(big);

describe("a lock", () => {
  test("that is missing is empty, and comes with the first layer", async () => {
    const files = new FakeFiles();
    const file = await open(files);
    expect(file.current).toEqual(emptyLock);
    expect(await file.update((lock) => lock)).toEqual(unwritten);
    expect(files.info(path).ok).toBe(false);
    expect(await file.record(built("rust"))).toEqual(written);
    expect(file.current).toEqual(lockWith({ rust: entry({}) }));
    expect(files.readText(path)).toEqual({ ok: true, value: serializeLock(lockWith({ rust: entry({}) })) });
    expect((await open(files)).current).toEqual(file.current);
  });

  test("tells an entry and a pin without the whole", async () => {
    const text = serializeLock(withPin(lockWith({ constructor: entry({}) }), "toString", arm64, b));
    const file = await open(new FakeFiles({ [path]: text }));
    expect(file.entryOf(layer("constructor"), amd64)).toEqual(entry({}));
    expect(file.entryOf(layer("constructor"), arm64)).toBeUndefined();
    expect(file.entryOf(layer("valueof"), amd64)).toBeUndefined();
    expect(file.pinOf("toString", arm64)).toBe(b);
    expect(file.pinOf("constructor", arm64)).toBeUndefined();
  });

  test("takes pins and entries in one write", async () => {
    const files = new FakeFiles();
    const file = await open(files);
    const pins = [{ image: "debian", platform: amd64, digest: a }];
    await file.record({ ...built("rust"), pins });
    const expected = withPin(lockWith({ rust: entry({}) }), "debian", amd64, a);
    expect(files.readText(path)).toEqual({ ok: true, value: serializeLock(expected) });
  });

  test("is not written for what it has already", async () => {
    const files = new FakeFiles({ [path]: serializeLock(lockWith({ rust: entry({}) })) });
    const before = files.info(path);
    const file = await open(files);
    expect(await file.update((lock) => lock)).toEqual(unwritten);
    expect(await file.record(built("rust"))).toEqual(unwritten);
    expect(await file.settle()).toEqual(unwritten);
    expect(files.info(path)).toEqual(before);
  });

  test("is changed as another process left it", async () => {
    const files = new FakeFiles();
    const one = await open(files);
    const other = await open(files);
    await one.record(built("a"));
    await other.record(built("b"));
    await one.update((lock) => withEntry(lock, layer("c"), amd64, entry({})));
    const all = lockWith({ a: entry({}), b: entry({}), c: entry({}) });
    expect(one.current).toEqual(all);
    expect((await open(files)).current).toEqual(all);
  });

  test("that cannot be written is still the old one", async () => {
    const files = new FakeFiles({ [path]: serializeLock(lockWith({ rust: entry({}) })) });
    const file = await open(files);
    files.put(folder, "a file where the folder should be");
    expect(await file.record(built("go"))).toMatchObject({
      ok: false,
      error: { kind: "file", failure: { kind: "not-a-directory" } },
    });
    expect(file.current).toEqual(lockWith({ rust: entry({}) }));
  });

  test("that may not be read", async () => {
    const files = new FakeFiles({ [path]: "{}" });
    files.deny(path);
    const opened = await openLockFile(files, { path, folder });
    const texts = (opened.ok ? [] : opened.error).map((each) =>
      renderDiagnostic(each, { root: "/project", color: false }),
    );
    expect(texts).toMatchInlineSnapshot(`
      [
        "error[E0501]: the lock cannot be read: denied: /project/lamina.lock
       --> lamina.lock:1:1
        |
      1 |
        | ^",
      ]
    `);
  });
});

describe("a lock that somebody broke meanwhile stays as it is, whoever writes", () => {
  const writers: readonly (readonly [string, (file: LockFile) => Promise<unknown>])[] = [
    ["a finished layer", (file) => file.record(built("rust"))],
    ["a change", (file) => file.update(() => emptyLock)],
  ];
  const breakages: readonly (readonly [string, string, string])[] = [
    ["torn", "{", "E0503"],
    ["in conflict", "<<<<<<< ours\n", "E0502"],
    ["newer", '{ "version": 2 }', "E0505"],
    ["misshapen", '{ "version": 1, "bases": {}, "layers": { "rust": 1 } }', "E0506"],
    ["emptied", "", "E0503"],
  ];
  for (const [who, write] of writers)
    for (const [how, text, code] of breakages)
      test(`${who}, ${how}`, async () => {
        for (const start of [serializeLock(lockWith({ go: entry({}) })), bigText]) {
          const files = new FakeFiles({ [path]: start });
          const file = await open(files);
          files.put(path, text);
          expect(await write(file)).toMatchObject({
            ok: false,
            error: { kind: "unreadable", diagnostics: [{ code }] },
          });
          expect(files.readText(path)).toEqual({ ok: true, value: text });
        }
      });

  test("what was recorded before waits beside it until it is mended", async () => {
    const files = new FakeFiles({ [path]: bigText });
    const file = await open(files);
    await file.record(built("new"));
    files.put(path, "{");
    expect(await file.settle()).toMatchObject({ ok: false, error: { kind: "unreadable" } });
    files.put(path, bigText);
    expect((await open(files)).current).toEqual(lockWith({ ...manyLayers(), new: entry({}) }));
  });
});

describe("a big lock", () => {
  test("gets layers in the journal, and all of them when a run ends", async () => {
    const files = new FakeFiles({ [path]: bigText });
    const file = await open(files);
    expect(await file.record(built("new-1"))).toEqual(written);
    expect(await file.record(built("new-2"))).toEqual(written);
    expect(await file.record(built("new-2"))).toEqual(unwritten);
    expect(files.readText(path)).toEqual({ ok: true, value: bigText });
    const whole = lockWith({ ...manyLayers(), "new-1": entry({}), "new-2": entry({}) });
    expect(file.current).toEqual(whole);
    expect((await open(files)).current).toEqual(whole);
    expect(await file.settle()).toEqual(written);
    expect(files.readText(path)).toEqual({ ok: true, value: serializeLock(whole) });
    expect(files.info(journal).ok).toBe(false);
    expect(await file.settle()).toEqual(unwritten);
  });

  test("does not change under those who looked at it before", async () => {
    const file = await open(new FakeFiles({ [path]: bigText }));
    const before = file.current;
    await file.record(built("layer-1", { image: b }));
    expect(before).toEqual(big);
    expect(file.entryOf(layer("layer-1"), amd64)?.image).toBe(b);
    expect(file.current).toEqual(lockWith({ ...manyLayers(), "layer-1": entry({}, { image: b }) }));
  });

  test("is seen whole by processes that take turns", async () => {
    const files = new FakeFiles({ [path]: bigText });
    const one = await open(files);
    const other = await open(files);
    const names = Array.from({ length: 20 }, (_, at) => `new-${at}`);
    for (const [at, name] of names.entries()) await (at % 2 === 0 ? one : other).record(built(name));
    await one.update((lock) => withPin(lock, "debian", amd64, a));
    await other.record(built("last"));
    await other.settle();
    const all = Object.fromEntries([...names, "last"].map((name) => [name, entry({})]));
    const whole = withPin(lockWith({ ...manyLayers(), ...all }), "debian", amd64, a);
    expect(other.current).toEqual(whole);
    expect(files.readText(path)).toEqual({ ok: true, value: serializeLock(whole) });
  });

  test("is written as a whole once the journal is as long", async () => {
    const files = new FakeFiles({ [path]: bigText });
    const file = await open(files);
    const names = Array.from({ length: 400 }, (_, at) => `new-${at}`);
    for (const name of names) await file.record(built(name));
    const text = files.readText(path);
    expect(text.ok && text.value.length > bigText.length).toBe(true);
    const beside = files.info(journal);
    expect((beside.ok ? beside.value.size : 0) < bigText.length).toBe(true);
    const all = Object.fromEntries(names.map((name) => [name, entry({})]));
    expect((await open(files)).current).toEqual(lockWith({ ...manyLayers(), ...all }));
  });

  test("loses nothing but the line that a killed process was writing", async () => {
    const whole = journalHead(sha256(bigText)) + journalLine(built("new-1"));
    const torn = journalLine(built("new-2")).trimEnd();
    for (const length of [0, 1, 17, 30, torn.length]) {
      const files = new FakeFiles({ [path]: bigText, [journal]: whole + torn.slice(0, length) });
      const file = await open(files);
      expect(file.current).toEqual(lockWith({ ...manyLayers(), "new-1": entry({}) }));
      await file.record(built("new-3"));
      await file.settle();
      const expected = lockWith({ ...manyLayers(), "new-1": entry({}), "new-3": entry({}) });
      expect(files.readText(path)).toEqual({ ok: true, value: serializeLock(expected) });
    }
  });

  test("does not believe a line that was changed", async () => {
    const line = journalLine(built("new-1")).replace("1000", "1001");
    const files = new FakeFiles({ [path]: bigText, [journal]: journalHead(sha256(bigText)) + line });
    expect((await open(files)).current).toEqual(big);
  });

  test("knows nothing of a journal that goes on top of another text", async () => {
    const head = journalHead(sha256("another branch"));
    const files = new FakeFiles({ [path]: bigText, [journal]: head + journalLine(built("new-1")) });
    const file = await open(files);
    expect(file.current).toEqual(big);
    await file.record(built("new-2"));
    expect((await open(files)).current).toEqual(lockWith({ ...manyLayers(), "new-2": entry({}) }));
    expect(files.info(journal).ok).toBe(false);
  });

  test("of another branch, put in its place in the middle of a run, takes what comes from then on", async () => {
    const other: Lock = lockWith({ ...manyLayers(), other: entry({}) });
    const files = new FakeFiles({ [path]: bigText });
    const file = await open(files);
    await file.record(built("new-1"));
    files.put(path, serializeLock(other));
    await file.record(built("new-2"));
    await file.settle();
    expect(file.current).toEqual(lockWith({ ...manyLayers(), other: entry({}), "new-2": entry({}) }));
  });
});

describe("validation", () => {
  test("is spared for a text that is known good, and what is good is remembered", async () => {
    const good = new Set<Digest>();
    const asked: Digest[] = [];
    const place = {
      path,
      folder,
      isKnownGood: (digest: Digest) => {
        asked.push(digest);
        return good.has(digest);
      },
      remember: (digest: Digest) => void good.add(digest),
    };
    const files = new FakeFiles({ [path]: bigText });
    await openLockFile(files, place);
    expect(good).toEqual(new Set([sha256(bigText)]));
    const again = await openLockFile(files, place);
    expect(again.ok && again.value.current).toEqual(big);
    expect(new Set(asked)).toEqual(good);
    if (again.ok) await again.value.update((lock) => withPin(lock, "debian", amd64, a));
    expect(good).toContain(sha256(serializeLock(withPin(big, "debian", amd64, a))));
  });

  test("is not spared for a version that the program does not know", async () => {
    const files = new FakeFiles({ [path]: '{ "version": 2 }' });
    const opened = await openLockFile(files, { path, folder, isKnownGood: () => true });
    expect(opened).toMatchObject({ ok: false, error: [{ code: "E0505" }] });
  });
});
