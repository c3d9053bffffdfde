import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expandWord } from "../../engine/catalog/dockerfile-expand.ts";

const variables: Readonly<Record<string, string>> = { A: "abc", EMPTY: "", FILE: "x/y.tar.gz" };
const options = { escape: "\\", get: (name: string) => variables[name] };

describe("expandWord", () => {
  // Expected values are those of BuildKit 0.34 for the same words and variables.
  test.each([
    ["$A-${A}", "abc-abc"],
    ["$NONE", ""],
    ["'$A'", "$A"],
    ['"$A \\$A \\x"', "abc $A \\x"],
    ["\\$A", "$A"],
    ["$", "$"],
    ["${NONE:-x}", "x"],
    ["${EMPTY:-x}", "x"],
    ["${EMPTY-x}", ""],
    ["${A:+y}${EMPTY:+y}${EMPTY+z}", "yz"],
    ["${NONE:-${A}}", "abc"],
    ["${FILE##*/}", "y.tar.gz"],
    ["${FILE#*/}", "y.tar.gz"],
    ["${FILE%.*}", "x/y.tar"],
    ["${FILE%%.*}", "x/y"],
    ["${FILE/./-}", "x/y-tar.gz"],
    ["${FILE//./-}", "x/y-tar-gz"],
    ["$Ab", ""],
    ["$1x", "x"],
  ])("%s is %j", (word, text) => {
    expect(expandWord(word, options)).toEqual({ kind: "text", text });
  });

  test.each([
    ["${A", '"}" is missing in "${A"'],
    ["${}", 'bad substitution in "${}"'],
    ["${A:}", 'the modifier ":}" is not supported in "${A:}"'],
    ["${NONE?}", "NONE: is not allowed to be unset"],
    ["${EMPTY:?must be set}", "EMPTY: must be set"],
    ["'a", "a single quote is left open in 'a"],
    ['"a', 'a double quote is left open in "a'],
  ])("%s is a fault: %s", (word, message) => {
    expect(expandWord(word, options)).toEqual({ kind: "fault", message });
  });

  test("a variable that may be set out of sight makes the whole unknown, unless it is not needed", () => {
    const open = { ...options, mayBeSet: (name: string) => name === "HOME" };
    expect(expandWord("$HOME/x", open)).toEqual({ kind: "unknown", name: "HOME" });
    expect(expandWord("${A:-$HOME}", open)).toEqual({ kind: "text", text: "abc" });
    expect(expandWord("${HOME:-x}", open)).toEqual({ kind: "unknown", name: "HOME" });
  });

  test("a word without $, quotes and escapes is itself", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (word) => {
        fc.pre(!/[$'"\\]/.test(word));
        expect(expandWord(word, options)).toEqual({ kind: "text", text: word });
      }),
    );
  });
});
