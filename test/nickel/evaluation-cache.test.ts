import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SourceFile } from "../../engine/core/source.ts";
import { createEvaluator } from "../../engine/nickel/evaluate.ts";
import { openEvaluationCache } from "../../engine/nickel/evaluation-cache.ts";
import { type Located, toJson } from "../../engine/nickel/located.ts";
import { decodeLocated, encodeLocated } from "../../engine/nickel/located-codec.ts";
import { FakeFiles } from "../fakes/files.ts";

const cachePath = "/project/.lamina/cache/evaluations.json";

/** One command's use of the cache: what main.ncl is, and how many files were evaluated for it. */
function ask(files: FakeFiles, producer = "this lamina") {
  let evaluated = 0;
  const cache = openEvaluationCache({
    files,
    path: cachePath,
    producer,
    open: (seen) => {
      const evaluator = createEvaluator({ files: seen, importPaths: ["/library"] });
      return {
        evaluate: (path) => {
          evaluated += 1;
          return evaluator.evaluate(path);
        },
      };
    },
  });
  const result = cache.evaluate("/project/main.ncl");
  cache.save();
  return { result, evaluated };
}

function project(): FakeFiles {
  return new FakeFiles({
    "/project/main.ncl": 'let shared = import "shared.ncl" in { a = shared.n, b = [\'tag, 0.1, null, true] }',
    "/library/shared.ncl": "{ n = 1 }",
  });
}

function valueOf({ result }: ReturnType<typeof ask>): unknown {
  return result.ok ? toJson(result.value.value) : result.error.map(({ code }) => code);
}

describe("evaluation cache", () => {
  test("what has not changed is not evaluated again, and is the same to the last place", () => {
    const files = project();
    const first = ask(files);
    const second = ask(files);
    expect([first.evaluated, second.evaluated]).toEqual([1, 0]);
    expect(second.result).toEqual(first.result);
    expect(valueOf(second)).toEqual({ a: 1, b: ["tag", 0.1, null, true] });
  });

  test("a changed import is seen", () => {
    const files = project();
    ask(files);
    files.put("/library/shared.ncl", "{ n = 2 }");
    const changed = ask(files);
    expect(changed.evaluated).toBe(1);
    expect(valueOf(changed)).toEqual({ a: 2, b: ["tag", 0.1, null, true] });
    expect(ask(files).evaluated).toBe(0);
  });

  test("a file that comes before the one that was imported is seen", () => {
    const files = project();
    ask(files);
    files.put("/project/shared.ncl", "{ n = 3 }");
    expect(valueOf(ask(files))).toEqual({ a: 3, b: ["tag", 0.1, null, true] });
  });

  test("a touched file is not evaluated again", () => {
    const files = project();
    ask(files);
    files.touch("/project/main.ncl");
    expect(ask(files).evaluated).toBe(0);
  });

  test("errors are told each time, and again the value when they are mended", () => {
    const files = project();
    ask(files);
    files.put("/library/shared.ncl", "{ m = 1 }");
    const broken = [ask(files), ask(files)];
    expect(broken.map(({ evaluated }) => evaluated)).toEqual([1, 1]);
    expect(broken.map(valueOf)).toEqual([["E0217"], ["E0217"]]);
    files.put("/library/shared.ncl", "{ n = 1 }");
    expect(valueOf(ask(files))).toEqual({ a: 1, b: ["tag", 0.1, null, true] });
  });

  test("another producer's values are not taken", () => {
    const files = project();
    ask(files);
    expect(ask(files, "another lamina").evaluated).toBe(1);
  });

  test.each([
    "",
    "{",
    "[]",
    '{"format":1,"producer":"this lamina","entries":{"/project/main.ncl":{"read":1}}}',
  ])("a cache that holds %j counts as none", (text) => {
    const files = project();
    files.put(cachePath, text);
    expect(valueOf(ask(files))).toEqual({ a: 1, b: ["tag", 0.1, null, true] });
  });

  test("a value that was cut short is evaluated again", () => {
    const files = project();
    ask(files);
    const text = files.readText(cachePath);
    expect(text.ok).toBe(true);
    files.put(cachePath, (text.ok ? text.value : "").replace('"tag"', "7"));
    expect(valueOf(ask(files))).toEqual({ a: 1, b: ["tag", 0.1, null, true] });
  });

  test("a project that cannot be written to is evaluated each time", () => {
    const files = project();
    files.deny("/project/.lamina/cache/evaluations.json");
    expect([ask(files).evaluated, ask(files).evaluated]).toEqual([1, 1]);
  });
});

const file = new SourceFile("/a.ncl", "0123456789");

const located = fc.letrec<{ value: Located }>((tie) => {
  const span = fc.tuple(fc.nat(10), fc.nat(10)).map(([start, end]) => ({ file, start, end }));
  return {
    value: fc.oneof(
      { maxDepth: 4 },
      fc.record({ kind: fc.constant("null" as const), span }),
      fc.record({ kind: fc.constant("bool" as const), value: fc.boolean(), span }),
      fc.record({ kind: fc.constant("string" as const), value: fc.string({ unit: "binary" }), span }),
      fc.record({
        kind: fc.constant("number" as const),
        value: fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
        text: fc.string(),
        span,
      }),
      fc.record({ kind: fc.constant("enum" as const), tag: fc.string(), span }),
      fc.record({
        kind: fc.constant("array" as const),
        items: fc.array(tie("value"), { maxLength: 4 }),
        span,
      }),
      fc.record({
        kind: fc.constant("record" as const),
        fields: fc
          .array(fc.tuple(fc.string(), fc.record({ keySpan: span, value: tie("value") })), { maxLength: 4 })
          .map((fields) => new Map(fields)),
        span,
      }),
    ),
  };
}).value;

describe("located values as JSON", () => {
  test("come back the same", () => {
    fc.assert(
      fc.property(located, (value) => {
        const text = JSON.stringify(encodeLocated(value, ["/b.ncl", "/a.ncl"]));
        expect(decodeLocated(JSON.parse(text), [new SourceFile("/b.ncl", ""), file])).toEqual(value);
      }),
    );
  });

  test("are not made of values that were written elsewhere", () => {
    const value: Located = { kind: "null", span: { file, start: 0, end: 1 } };
    expect(encodeLocated(value, ["/b.ncl"])).toBeUndefined();
  });
});
