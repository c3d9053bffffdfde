// The lock where it lies: opened, changed, and found in every state that a disk can have it in.

import { describe, expect, test } from "vitest";
import { renderDiagnostic } from "../../cli/report/diagnostic.ts";
import { emptyLock, withEntry } from "../../engine/lock/lock.ts";
import { type LockFile, openLockFile } from "../../engine/lock/lock-file.ts";
import { serializeLock } from "../../engine/lock/serialize-lock.ts";
import { FakeFiles } from "../fakes/files.ts";
import { amd64, entry, layer, lockWith } from "./samples.ts";

const path = "/project/.lamina/local.lock";

function open(files: FakeFiles): LockFile {
  const opened = openLockFile(files, path);
  if (!opened.ok) throw new Error("the lock cannot be opened");
  return opened.value;
}

describe("lock file", () => {
  test("a missing one is an empty lock, and comes with its folder", () => {
    const files = new FakeFiles();
    const file = open(files);
    expect(file.current).toEqual(emptyLock);
    const changed = withEntry(emptyLock, layer("rust"), amd64, entry({}));
    expect(file.update(() => changed)).toEqual({ ok: true, value: { written: true } });
    expect(file.current).toEqual(changed);
    expect(files.readText(path)).toEqual({ ok: true, value: serializeLock(changed) });
    expect(open(files).current).toEqual(changed);
  });

  test("a change that changes nothing is not written", () => {
    const files = new FakeFiles({ [path]: serializeLock(lockWith({ rust: entry({}) })) });
    const before = files.info(path);
    expect(open(files).update((lock) => lock)).toEqual({ ok: true, value: { written: false } });
    expect(files.info(path)).toEqual(before);
  });

  test("a change is applied to what another process wrote meanwhile", () => {
    const files = new FakeFiles();
    const [one, other] = [open(files), open(files)];
    one.update((lock) => withEntry(lock, layer("a"), amd64, entry({})));
    other.update((lock) => withEntry(lock, layer("b"), amd64, entry({})));
    expect(other.current).toEqual(lockWith({ a: entry({}), b: entry({}) }));
    expect(open(files).current).toEqual(other.current);
  });

  test("one that somebody broke meanwhile stays as it is", () => {
    const files = new FakeFiles();
    const file = open(files);
    files.put(path, "{");
    expect(file.update((lock) => lock)).toMatchObject({
      ok: false,
      error: { kind: "unreadable", diagnostics: [{ code: "E0503" }] },
    });
    expect(files.readText(path)).toEqual({ ok: true, value: "{" });
  });

  test("one that cannot be written fails, and the lock is still the old one", () => {
    const files = new FakeFiles({ "/project/.lamina": "a file where the folder should be" });
    const file = open(new FakeFiles());
    expect(file.current).toEqual(emptyLock);
    const blocked = openLockFile(files, path);
    expect(blocked.ok && blocked.value.update(() => lockWith({ a: entry({}) }))).toMatchObject({
      ok: false,
      error: { kind: "file", failure: { path } },
    });
    expect(blocked.ok && blocked.value.current).toEqual(emptyLock);
  });

  test("one that may not be read", () => {
    const files = new FakeFiles({ [path]: "{}" });
    files.deny(path);
    const opened = openLockFile(files, path);
    const texts = (opened.ok ? [] : opened.error).map((each) =>
      renderDiagnostic(each, { root: "/project", color: false }),
    );
    expect(texts).toMatchInlineSnapshot(`
      [
        "error[E0501]: the lock cannot be read: denied: /project/.lamina/local.lock
       --> .lamina/local.lock:1:1
        |
      1 |
        | ^",
      ]
    `);
  });
});
