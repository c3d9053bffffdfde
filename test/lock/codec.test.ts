// A lock's text and back: deterministic, byte for byte, and what is wrong with a text in the words people read.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderDiagnostic } from "../../cli/report/diagnostic.ts";
import { emptyLock } from "../../engine/lock/lock.ts";
import { parseLock } from "../../engine/lock/parse-lock.ts";
import { serializeLock } from "../../engine/lock/serialize-lock.ts";
import type { Lock } from "../../schemas/lock.ts";
import { anyLock } from "./arbitraries.ts";
import { a, entry, lockWith } from "./samples.ts";

/** The complaints about a text, as the command line prints them. */
function complaints(text: string): string {
  const parsed = parseLock(text, "/project/lamina.lock");
  if (parsed.ok) throw new Error("the text was accepted");
  return parsed.error.map((each) => renderDiagnostic(each, { root: "/project", color: false })).join("\n\n");
}

describe("text", () => {
  test("an empty lock", () => {
    expect(serializeLock(emptyLock)).toBe('{\n  "bases": {},\n  "layers": {},\n  "version": 1\n}\n');
  });

  test("one value a line, keys in order of their code units", () => {
    const entries = {
      "10": entry({ files: { "b/": "0000000000000000", B: "0000000000000000" } }),
      "9": entry({}),
    };
    const lines = serializeLock(lockWith(entries)).split("\n");
    expect(lines.filter((line) => /^ {4}"/.test(line))).toEqual(['    "10": {', '    "9": {']);
    expect(lines.filter((line) => line.includes("0000000000000000"))).toEqual([
      '            "B": "0000000000000000",',
      '            "b/": "0000000000000000"',
    ]);
  });

  test("a lock comes back from its text, and its text again is the same to the byte", () => {
    fc.assert(
      fc.property(anyLock, (lock) => {
        const text = serializeLock(lock);
        const parsed = parseLock(text, "/lamina.lock");
        expect(parsed).toEqual({ ok: true, value: lock });
        expect(parsed.ok && serializeLock(parsed.value)).toBe(text);
      }),
    );
  });

  test("the order in which a lock was made does not show", () => {
    fc.assert(
      fc.property(anyLock, (lock) => {
        expect(serializeLock(reversed(lock))).toBe(serializeLock(lock));
      }),
    );
  });

  test("line ends of another system are read", () => {
    const text = serializeLock(lockWith({ rust: entry({}) })).replaceAll("\n", "\r\n");
    expect(parseLock(text, "/lamina.lock")).toEqual({ ok: true, value: lockWith({ rust: entry({}) }) });
  });
});

/** The same lock with every record's keys in the other order. */
function reversed(lock: Lock): Lock {
  return JSON.parse(JSON.stringify(lock), (_key, value: unknown) =>
    value === null || typeof value !== "object" || Array.isArray(value)
      ? value
      : Object.fromEntries(Object.entries(value).reverse()),
  );
}

describe("complaints", () => {
  test("a comma too few shows the line", () => {
    expect(complaints('{\n  "bases": {}\n  "layers": {},\n  "version": 1\n}\n')).toMatchInlineSnapshot(`
      "error[E0503]: the lock is not valid JSON
       --> lamina.lock:3:3
        |
      3 |   "layers": {},
        |   ^ expected "," or "}"
        |
        = help: restore it from version control, or delete it: then every layer is built again"
    `);
  });

  test("a text that ends too early", () => {
    expect(complaints('{\n  "bases": {},\n')).toMatchInlineSnapshot(`
      "error[E0503]: the lock is not valid JSON
       --> lamina.lock:2:15
        |
      2 |   "bases": {},
        |               ^ expected a key in double quotes
        |
        = help: restore it from version control, or delete it: then every layer is built again"
    `);
  });

  test("more after the end", () => {
    expect(complaints('{ "version": 1 }\n}\n')).toMatchInlineSnapshot(`
      "error[E0503]: the lock is not valid JSON
       --> lamina.lock:2:1
        |
      2 | }
        | ^ expected the end of the text
        |
        = help: restore it from version control, or delete it: then every layer is built again"
    `);
  });

  test("no text", () => {
    expect(complaints("")).toMatchInlineSnapshot(`
      "error[E0503]: the lock is not valid JSON
       --> lamina.lock:1:1
        |
      1 |
        | ^ expected a value
        |
        = help: restore it from version control, or delete it: then every layer is built again"
    `);
  });

  test("words and strings that JSON does not know", () => {
    expect(complaints('{\n  "bases": nil\n}\n')).toMatchInlineSnapshot(`
      "error[E0503]: the lock is not valid JSON
       --> lamina.lock:2:12
        |
      2 |   "bases": nil
        |            ^ expected a value
        |
        = help: restore it from version control, or delete it: then every layer is built again"
    `);
    expect(complaints('{\n  "bases\t": 1\n}\n')).toMatchInlineSnapshot(`
      "error[E0503]: the lock is not valid JSON
       --> lamina.lock:2:3
        |
      2 |   "bases    ": 1
        |   ^ expected a key in double quotes
        |
        = help: restore it from version control, or delete it: then every layer is built again"
    `);
  });

  test("an unresolved merge conflict", () => {
    expect(
      complaints('{\n  "layers": {\n<<<<<<< HEAD\n    "a": 1\n=======\n    "a": 2\n>>>>>>> other\n  }\n}\n'),
    ).toMatchInlineSnapshot(`
      "error[E0502]: the lock holds an unresolved merge conflict
       --> lamina.lock:3:1
        |
      3 | <<<<<<< HEAD
        | ^^^^^^^^^^^^ the first conflict begins here
        |
        = help: run \`lamina lock --update\`: it keeps what is sure, and \`lamina build\` builds the rest"
    `);
  });

  test("a key that a merge left twice", () => {
    expect(complaints('{\n  "bases": {},\n  "bases": {}\n}\n')).toMatchInlineSnapshot(`
      "error[E0504]: the lock names "bases" twice in one object
       --> lamina.lock:3:3
        |
      3 |   "bases": {}
        |   ^^^^^^^ named again here
      note: first named here
       --> lamina.lock:2:3
        |
      2 |   "bases": {},
        |   -------
        |
        = help: keep one of the two: a merge may have left both"
    `);
  });

  test("a newer version is refused before anything else is judged", () => {
    expect(complaints('{\n  "version": 2,\n  "stages": []\n}\n')).toMatchInlineSnapshot(`
      "error[E0505]: the lock has version 2, and this lamina knows 1
       --> lamina.lock:2:14
        |
      2 |   "version": 2,
        |              ^ written by a newer lamina
        |
        = help: update lamina to the version that the project uses"
    `);
  });

  test("a wrong shape: all of it at once", () => {
    const text = serializeLock(lockWith({ rust: entry({}) }))
      .replace(a, "sha256:12")
      .replace('"caches": []', '"caches": 3, "cache": []');
    expect(complaints(text)).toMatchInlineSnapshot(`
      "error[E0506]: the lock is malformed at layers > rust > linux/amd64 > image
       --> lamina.lock:7:18
        |
      7 |         "image": "sha256:12",
        |                  ^^^^^^^^^^^ must be "sha256:" and 64 hexadecimal digits
        |
        = help: restore it from version control, or delete it: then every layer is built again

      error[E0506]: the lock is malformed at layers > rust > linux/amd64 > caches
       --> lamina.lock:6:19
        |
      6 |         "caches": 3, "cache": [],
        |                   ^ Invalid input: expected array, received number
        |
        = help: restore it from version control, or delete it: then every layer is built again

      error[E0506]: the lock is malformed at layers > rust > linux/amd64 > cache
       --> lamina.lock:6:22
        |
      6 |         "caches": 3, "cache": [],
        |                      ^^^^^^^ not a field of a lock
        |
        = help: restore it from version control, or delete it: then every layer is built again"
    `);
  });

  test("something else than an object", () => {
    expect(complaints("[]\n")).toMatchInlineSnapshot(`
      "error[E0506]: the lock is malformed
       --> lamina.lock:1:1
        |
      1 | []
        | ^^ Invalid input: expected object, received array
        |
        = help: restore it from version control, or delete it: then every layer is built again"
    `);
  });
});
