import { describe, expect, test } from "vitest";
import { createEvaluator } from "../../engine/nickel/evaluate.ts";
import { nearest, toJson } from "../../engine/nickel/located.ts";
import { FakeFiles } from "../fakes/files.ts";
import { errors, evaluate, outcome } from "./evaluated.ts";

describe("imports", () => {
  test("every format by its extension or by name", () => {
    const files = {
      "/a.ncl": "{ x = 1 }",
      "/b.json": '{ "x": [1, 0.5, null] }',
      "/c.yaml": "x: yes\ny: [1, 2]\n",
      "/d.toml": 'x = "t"\n',
      "/e.txt": "text\n",
      "/f.unknown": "{ y = 2 }",
    };
    const text = `{
  a = import "a.ncl",
  b = import "b.json",
  c = import "c.yaml",
  d = import "d.toml",
  e = import "e.txt",
  f = import "f.unknown",
  g = import "b.json" as 'Text,
}`;
    expect(outcome(text, { files })).toEqual({
      a: { x: 1 },
      b: { x: [1, 0.5, null] },
      c: { x: "yes", y: [1, 2] },
      d: { x: "t" },
      e: "text\n",
      f: { y: 2 },
      g: '{ "x": [1, 0.5, null] }',
    });
    expect(evaluate(text, { files }).imports).toEqual([
      "/a.ncl",
      "/b.json",
      "/c.yaml",
      "/d.toml",
      "/e.txt",
      "/f.unknown",
      "/main.ncl",
    ]);
  });

  test("beside the importing file first, then along the import paths", () => {
    const files = {
      "/lib/lamina/x.ncl": '(import "y.ncl") + 1',
      "/lib/lamina/y.ncl": "1",
      "/y.ncl": "10",
    };
    const around = { files, importPaths: ["/nowhere", "/lib"] };
    expect(outcome('(import "lamina/x.ncl") + (import "y.ncl") + (import "/lib/lamina/y.ncl")', around)).toBe(
      13,
    );
  });

  test("files may import one another", () => {
    const files = {
      "/a.ncl": '{ one = 1, three = (import "b.ncl").two + 1 }',
      "/b.ncl": '{ two = (import "a.ncl").one + 1 }',
    };
    expect(outcome('(import "a.ncl").three', { files })).toBe(3);
  });

  test("a value that needs itself across files is infinite recursion", () => {
    const files = { "/a.ncl": 'import "b.ncl"', "/b.ncl": 'import "a.ncl"' };
    expect(outcome('import "a.ncl"', { files })).toEqual([
      "EvalError::InfiniteRecursion: infinite recursion: the value of `a.ncl` needs that value",
    ]);
  });

  test("an import that cannot be read is told even when nobody needs it", () => {
    expect(
      errors('{ a = 1, b | not_exported = import "no.ncl" }', { importPaths: ["/lib"] }),
    ).toMatchInlineSnapshot(`
      "error[E0240]: cannot import \`no.ncl\`: no such file
       --> main.ncl:1:36
        |
      1 | { a = 1, b | not_exported = import "no.ncl" }
        |                                    ^^^^^^^^ looked in /, /lib"
    `);
  });

  test("so is a syntax error in one", () => {
    expect(
      outcome('{ a = 1, b | not_exported = import "b.ncl" }', { files: { "/b.ncl": "{ a = }" } }),
    ).toEqual(["ImportError::ParseError: unexpected `}`"]);
  });

  test("an entry that is not there", () => {
    const result = createEvaluator({ files: new FakeFiles(), importPaths: [] }).evaluate("/none.ncl");
    expect(result.ok ? [] : result.error.map(({ code, message }) => `${code} ${message}`)).toEqual([
      "E0241 cannot read `/none.ncl`: no such file",
    ]);
  });

  test("an overlay stands for the disk", () => {
    const overlay = new Map([
      ["/x/a.ncl", '1 + (import "b.ncl")'],
      ["/x/b.ncl", "2"],
    ]);
    const result = createEvaluator({ files: new FakeFiles(), importPaths: [], overlay }).evaluate("/x/a.ncl");
    expect(result.ok ? toJson(result.value.value) : result.error).toBe(3);
  });

  test("one evaluator shares what its entries import", () => {
    const reads: string[] = [];
    class CountingFiles extends FakeFiles {
      override readText(path: string): ReturnType<FakeFiles["readText"]> {
        reads.push(path);
        return super.readText(path);
      }
    }
    const files = new CountingFiles({
      "/s.ncl": "{ C = Number }",
      "/a.ncl": '1 | (import "s.ncl").C',
      "/b.ncl": '"x" | (import "s.ncl").C',
    });
    const evaluator = createEvaluator({ files, importPaths: [] });
    expect(evaluator.evaluate("/a.ncl").ok).toBe(true);
    expect(evaluator.evaluate("/b.ncl").ok).toBe(false);
    expect(evaluator.evaluate("/a.ncl").ok).toBe(true);
    expect(reads).toEqual(["/a.ncl", "/s.ncl", "/b.ncl"]);
  });
});

/** The text that the value at a path stands at, and that of its key. */
function places(
  text: string,
  path: readonly (string | number)[],
  files: Record<string, string> = {},
): string {
  const { value } = evaluate(text, { files });
  if (value === undefined) throw new Error("no value");
  const found = nearest(value, path);
  if (!found.found) throw new Error("no such path");
  const { span } = found.value;
  const key =
    found.keySpan === undefined ? "" : found.keySpan.file.text.slice(found.keySpan.start, found.keySpan.end);
  return `${key} ${span.file.path} ${span.file.text.slice(span.start, span.end)}`;
}

describe("places", () => {
  test.each([
    ["a literal", "{ a = 5 }", ["a"], "a /main.ncl 5"],
    ["through a contract", "{ a | Number = 5 } | { a }", ["a"], "a /main.ncl 5"],
    ["through a merge", "{ a | default = 1 } & { a = 7 }", ["a"], "a /main.ncl 7"],
    ["through a variable", "let x = 5 in { a = x }", ["a"], "a /main.ncl 5"],
    ["through a function", "let f = fun n => { b = n } in { a = f 5 }", ["a", "b"], "b /main.ncl 5"],
    ["a default of a contract", "{} | { a | default = 3 }", ["a"], "a /main.ncl 3"],
    ["an element under a contract", "[1, 2] | Array Number", [1], " /main.ncl 2"],
    ["a computed one, its computation", "{ a = 1 + 2 }", ["a"], "a /main.ncl 1 + 2"],
    [
      "one that the library made, its field",
      '{ a = std.string.join "" ["x"] }',
      ["a"],
      'a /main.ncl std.string.join "" ["x"]',
    ],
    [
      "a record through a contract",
      "{ a = { b = 1 } } | { a | { b | Number } }",
      ["a"],
      "a /main.ncl { b = 1 }",
    ],
    [
      "an array that the library made of one's elements",
      "{ a = std.array.map (fun x => x) [1, 2] }",
      ["a", 1],
      " /main.ncl 2",
    ],
  ] as const)("%s", (_, text, path, expected) => {
    expect(places(text, path)).toBe(expected);
  });

  test("in the file that it was imported from", () => {
    expect(places('import "d.yaml"', ["a", 0], { "/d.yaml": "a:\n  - one\n" })).toBe(" /d.yaml one");
  });
});
