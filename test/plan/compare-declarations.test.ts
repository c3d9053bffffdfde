// Differences of declarations, each by the path of the smallest part.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../../engine/nickel/located.ts";
import { compareDeclarations } from "../../engine/plan/compare-declarations.ts";

type Declaration = Readonly<Record<string, Json>>;

function tool(name: string, version: string): Json {
  return { name, check: [name, "--version"], version };
}

describe("declarations", () => {
  test.each<[Declaration, Declaration, readonly [string, Json | undefined, Json | undefined][]]>([
    [{ args: { A: "1", B: "2" } }, { args: { A: "1", B: "3" } }, [["args.B", "2", "3"]]],
    [
      { args: { A: "1" } },
      { args: { B: "1" } },
      [
        ["args.A", "1", undefined],
        ["args.B", undefined, "1"],
      ],
    ],
    [
      { args: { "a b": "1", "": "2" } },
      { args: {} },
      [
        ['args.""', "2", undefined],
        ['args."a b"', "1", undefined],
      ],
    ],
    [{ args: { "a.b": "1" } }, { args: { "a.b": "2" } }, [['args."a.b"', "1", "2"]]],
    [{ build_base: "rust" }, { build_base: { image: "x" } }, [["build_base", "rust", { image: "x" }]]],
    [{ build_base: { image: "y" } }, { build_base: { image: "x" } }, [["build_base.image", "y", "x"]]],
    [{ copies_from: ["a", "b"] }, { copies_from: ["b", "c"] }, [["copies_from", ["a", "b"], ["b", "c"]]]],
    [{ x: [] }, { x: {} }, [["x", [], {}]]],
    [{ x: null }, { x: false }, [["x", null, false]]],
    [{ x: {} }, {}, [["x", {}, undefined]]],
    [{ x: ["1", "2"] }, { x: ["2", "1"] }, [["x", ["1", "2"], ["2", "1"]]]],
    [{ constructor: "1" }, {}, [["constructor", "1", undefined]]],
    [{ x: {} }, { x: { toString: 1 } }, [["x.toString", undefined, 1]]],
  ])("%j and %j", (was, is, changes) => {
    expect(compareDeclarations(was, is)).toEqual(
      changes.map(([key, before, now]) => ({ key, was: before, is: now })),
    );
  });

  test("tools are compared by their names", () => {
    const was = { tools: [tool("cc", ">=1"), tool("g++", ">=1"), tool("hg", ">=1")] };
    const is = { tools: [tool("bb", ">=1"), tool("cc", ">=1"), tool("g++", ">=2")] };
    expect(compareDeclarations(was, is)).toEqual([
      { key: "tools.bb", was: undefined, is: tool("bb", ">=1") },
      { key: 'tools."g++".version', was: ">=1", is: ">=2" },
      { key: "tools.hg", was: tool("hg", ">=1"), is: undefined },
    ]);
  });

  test("a list of tools that differs in order only, or has a name twice, is told whole", () => {
    const [a, b] = [{ name: "a" }, { name: "b" }];
    expect(compareDeclarations({ x: [a, b] }, { x: [b, a] })).toEqual([
      { key: "x", was: [a, b], is: [b, a] },
    ]);
    expect(compareDeclarations({ x: [a, a] }, { x: [a] })).toEqual([{ key: "x", was: [a, a], is: [a] }]);
  });

  test("something is told exactly where the two are not the same, whatever the order of keys", () => {
    const json = fc.jsonValue({ maxDepth: 3 });
    fc.assert(
      fc.property(fc.dictionary(fc.string(), json), fc.dictionary(fc.string(), json), (a, b) => {
        const [before, now] = [parse(JSON.stringify(a)), parse(JSON.stringify(b))];
        expect(compareDeclarations(before, reversed(before))).toEqual([]);
        const isSame = JSON.stringify(sorted(before)) === JSON.stringify(sorted(now));
        expect(compareDeclarations(before, now).length === 0).toBe(isSame);
      }),
    );
  });
});

function parse(text: string): Declaration {
  return JSON.parse(text);
}

function reversed(record: Declaration): Declaration {
  return Object.fromEntries(Object.entries(record).toReversed());
}

function sorted(value: Json): Json {
  if (isList(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return { record: entries.map(([key, each]) => [key, sorted(each)]) };
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
