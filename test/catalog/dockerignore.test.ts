import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readDockerignore } from "../../engine/catalog/dockerignore.ts";
import { SourceFile } from "../../engine/core/source.ts";

function open(text: string) {
  return readDockerignore(new SourceFile("/.dockerignore", text));
}

describe("a pattern ignores", () => {
  // Verdicts are those of moby/patternmatcher 0.6 for the same patterns and paths.
  test.each([
    ["a", ["a", "a/b", "a/b/c"], ["b", "b/a", "ab"]],
    ["/a/", ["a", "a/b"], ["b/a"]],
    ["./a/../b", ["b"], ["a"]],
    ["*.c", ["x.c", "x.c/y"], ["d/x.c", "xc"]],
    ["*/x", ["d/x"], ["x", "d/e/x"]],
    ["**/x", ["x", "d/x", "d/e/x", "x/y"], ["xx", "d/xx"]],
    ["**x", ["x", "dx", "d/ex"], ["xy"]],
    ["d/**", ["d/x", "d/e/x"], ["d", "dd/x"]],
    ["**", ["a", "a/b"], []],
    ["d/**/x", ["d/x", "d/e/f/x"], ["x", "dd/x"]],
    ["?", ["a", "é", "\u{1F600}"], ["ab", "d/a/b".slice(1)]],
    ["[a-c]x[^0-9]", ["axx", "cxy"], ["dxx", "ax1"]],
    ["\\*", ["*"], ["a"]],
    ["a.b+(c)|{d}$", ["a.b+(c)|{d}$"], ["aXb+(c)|{d}$"]],
    ["  a  ", ["a"], [" a"]],
    ["# a\n#b\n\n c #d", ["c #d"], ["# a", "#b", "a", "c"]],
    ["*\n!a", ["b", "b/a"], ["a", "a/b"]],
    ["*\n! a/b", ["a", "a/c"], ["a/b", "a/b/c"]],
    ["*\n!**/*.c", ["a", "a/b"], ["x.c", "a/x.c"]],
    ["!a\na", ["a", "a/b"], []],
    ["a\n!a/b\na/b/c", ["a", "a/x", "a/b/c", "a/b/c/d"], ["a/b", "a/b/x"]],
    // A pattern that was not needed to ignore the folder does not count for what lies in it.
    ["a\n!a/b\na", ["a", "a/x"], ["a/b"]],
    ["/", [], ["a"]],
    [".", [], ["a"]],
    ["\uFEFFa".slice(1), ["a"], []],
    ["a\r\nb\r\n", ["a", "b"], ["c"]],
  ])("%j", (text, ignored, kept) => {
    const { ignore, badPatterns } = open(text);
    expect(badPatterns).toEqual([]);
    expect(ignored.filter((path) => !ignore.judge(path).matches)).toEqual([]);
    expect(kept.filter((path) => ignore.judge(path).matches)).toEqual([]);
  });
});

test.each([["["], ["a[]"], ["[a"], ["!"], ["x\\"], ["[b-]"], ["\\d+"]])(
  "%j is told with its place and ignores nothing",
  (pattern) => {
    const { ignore, badPatterns } = open(`a\n  ${pattern}\n`);
    expect(badPatterns.map(({ span }) => [span.start, span.end])).toEqual([[4, 4 + pattern.length]]);
    expect(["a", "b"].map((path) => ignore.judge(path).matches)).toEqual([true, false]);
  },
);

test("no file ignores nothing", () => {
  const { ignore, badPatterns } = readDockerignore(undefined);
  expect([ignore.judge("a").matches, ignore.hasExceptions, badPatterns]).toEqual([false, false, []]);
});

test("without exceptions, whatever lies in an ignored folder is ignored", () => {
  const segment = fc.constantFrom("a", "b", "ab", "x.c");
  const pattern = fc.array(fc.constantFrom("a", "b", "*", "**", "?", "/", ".c"), {
    minLength: 1,
    maxLength: 5,
  });
  fc.assert(
    fc.property(
      fc.array(pattern, { maxLength: 4 }),
      fc.array(segment, { minLength: 1, maxLength: 3 }),
      segment,
      (patterns, folder, name) => {
        const { ignore } = open(patterns.map((parts) => parts.join("")).join("\n"));
        expect(ignore.hasExceptions).toBe(false);
        const path = folder.join("/");
        expect(ignore.judge(`${path}/${name}`).matches || !ignore.judge(path).matches).toBe(true);
      },
    ),
  );
});
