// Wildcards of COPY: verdicts are those of Go's filepath.Match for the same patterns and paths.

import { describe, expect, test } from "vitest";
import { compileWildcard } from "../../engine/graph/wildcard.ts";

describe("a wildcard matches", () => {
  test.each<[pattern: string, matching: readonly string[], others: readonly string[]]>([
    ["*", ["a", "é", ".a", ""], ["a/b", "/"]],
    ["*.c", ["a.c", ".c"], ["a.d", "a/b.c", "a.cc"]],
    ["a?", ["ab", "a\u{1F600}"], ["a", "a/", "abc"]],
    ["*/x", ["a/x"], ["x", "a/b/x"]],
    ["**", ["a"], ["a/b"]],
    ["**/x", ["a/x"], ["x", "a/b/x"]],
    ["[abc]", ["a", "c"], ["d", "-"]],
    ["[a-c]x", ["ax", "cx"], ["dx", "-x"]],
    ["[^a-c]", ["d", "/"], ["a", ""]],
    ["a[^b]c", ["a/c", "adc"], ["abc"]],
    ["[+-0]", ["/", "+", "0"], ["1"]],
    ["[!a]", ["!", "a"], ["b"]],
    ["[\\]a]", ["]", "a"], ["\\"]],
    ["[\\-x]", ["-", "x"], ["\\"]],
    ["[c-a]", [], ["a", "b", "c"]],
    ["[^c-a]", ["a", "b"], [""]],
    ["\\*", ["*"], ["a", "\\*"]],
    ["\\a", ["a"], ["\\a"]],
    ["a.b+(c)|{d}$^", ["a.b+(c)|{d}$^"], ["aXb+(c)|{d}$^"]],
    ["x]", ["x]"], ["x"]],
    // Malformed ones match nothing, not even themselves.
    ["[", [], ["["]],
    ["[]a]", [], ["]", "a"]],
    ["[a", [], ["a", "[a"]],
    ["[-a]", [], ["-", "a"]],
    ["[a-]", [], ["a", "-"]],
    ["[]", [], ["[]"]],
    ["a\\", [], ["a", "a\\"]],
  ])("%j", (pattern, matching, others) => {
    const wildcard = compileWildcard(pattern);
    expect(matching.filter((path) => !wildcard.matches(path))).toEqual([]);
    expect(others.filter((path) => wildcard.matches(path))).toEqual([]);
  });
});

test.each<[pattern: string, leading: readonly string[], others: readonly string[]]>([
  ["*.c", [], ["a", "a.c"]],
  ["a/*.c", ["a"], ["b", "a/b", "aa"]],
  ["a*/b?/c", ["a", "ax", "ax/by"], ["b", "ax/cy", "ax/b", "ax/by/c"]],
  // A class that takes "/" may make one name of a folder and what it holds.
  ["a[^x]b", ["a", "b", "a/b"], []],
  ["[", [], ["[", "a"]],
])("%j is searched for in the folders %j alone", (pattern, leading, others) => {
  const wildcard = compileWildcard(pattern);
  expect(leading.filter((folder) => !wildcard.mayMatchBelow(folder))).toEqual([]);
  expect(others.filter((folder) => wildcard.mayMatchBelow(folder))).toEqual([]);
});
