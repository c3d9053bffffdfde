// Which layers operands stand for, on a diamond with a tail and a loner.
//
//   debian ── rust ──── leptos ─┐
//     └────── nushell ───────── ontoref        alpine

import path from "node:path/posix";
import { array, assert, constantFrom, oneof, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { compilePattern } from "../../engine/graph/name-pattern.ts";
import { selectLayers } from "../../engine/graph/select.ts";
import { projectOf } from "../plan/project.ts";

const { graph } = projectOf({
  alpine: {},
  debian: {},
  rust: { build_base: "debian", language: "rust" },
  leptos: { build_base: "rust", kind: "deps", language: "rust" },
  nushell: { build_base: "debian" },
  ontoref: { build_base: "leptos", copies_from: ["nushell"] },
});

/** The names; or the fault as data. */
function select(...operands: readonly string[]): unknown {
  const selected = selectLayers(graph, operands);
  return selected.ok ? selected.value.join(" ") : selected.error;
}

describe("operands", () => {
  test.each([
    [[], "alpine debian nushell rust leptos ontoref"],
    [["rust"], "rust"],
    [["ontoref", "alpine"], "alpine ontoref"],
    [["*"], "alpine debian nushell rust leptos ontoref"],
    [["r*"], "rust"],
    [["?ust"], "rust"],
    [["[ln]*"], "nushell leptos"],
    [["[!a-n]*"], "rust ontoref"],
    [["{rust,leptos}"], "rust leptos"],
    [["{ru,lepto}{st,s}"], "rust leptos"],
    [["kind:deps"], "leptos"],
    [["kind:{deps,utility}"], "leptos"],
    [["language:rust"], "rust leptos"],
    [["language:r*", "alpine"], "alpine rust leptos"],
    [["+rust"], "debian rust"],
    [["rust+"], "rust leptos ontoref"],
    [["+rust+"], "debian rust leptos ontoref"],
    [["+leptos", "nushell+"], "debian nushell rust leptos ontoref"],
    [["+kind:deps"], "debian rust leptos"],
    [["n*+"], "nushell ontoref"],
    [["!alpine"], "debian nushell rust leptos ontoref"],
    [["!debian+"], "alpine"],
    [["debian+", "!kind:deps", "!nushell"], "debian rust ontoref"],
  ])("%j", (operands, names) => {
    expect(select(...operands)).toBe(names);
  });

  test.each([
    [["rsut"], { kind: "unknown-layer", name: "rsut", suggestion: "rust" }],
    [["rust", "+java+"], { kind: "unknown-layer", name: "java", suggestion: undefined }],
    [["!leptso"], { kind: "unknown-layer", name: "leptso", suggestion: "leptos" }],
    [["+"], { kind: "unknown-layer", name: "", suggestion: undefined }],
    [["z*"], { kind: "no-match", pattern: "z*" }],
    [["[ab"], { kind: "bad-pattern", pattern: "[ab", problem: 'has no closing "]"' }],
    [["{a,b"], { kind: "bad-pattern", pattern: "{a,b", problem: 'has no closing "}"' }],
    [["[z-a]"], { kind: "bad-pattern", pattern: "[z-a]", problem: "has a range that runs backwards" }],
    [["kin:deps"], { kind: "unknown-property", property: "kin", suggestion: "kind" }],
    [
      ["kind:dep"],
      {
        kind: "unknown-value",
        property: "kind",
        value: "dep",
        suggestion: "deps",
        known: ["deps", "toolchain"],
      },
    ],
    [["rust", "!r*"], { kind: "nothing-left" }],
  ])("%j is refused", (operands, fault) => {
    expect(select(...operands)).toEqual(fault);
  });
});

test("patterns match as those of Node do, on all that names can be", () => {
  const letters = constantFrom("a", "b", "c", "-", "_", ".", "1");
  const name = array(letters, { minLength: 1, maxLength: 6 })
    .map((all) => all.join(""))
    // A name begins with a letter or digit; Node's stars leave out what begins with a dot.
    .filter((text) => /^[abc1]/.test(text));
  const piece = oneof(
    letters,
    constantFrom("*", "?", "[ab]", "[!ab]", "[a-c]", "[^1]", "{a,b}", "{ab,c1}", "{a,{b,c}}"),
  );
  const pattern = array(piece, { minLength: 1, maxLength: 5 })
    .map((all) => all.join(""))
    // "**" is a folder's star to Node only where it stands alone between slashes; "." and ".." are folders to it.
    .filter((text) => !/^\.+$/.test(text));
  assert(
    property(pattern, name, (text, subject) => {
      const compiled = compilePattern(text);
      expect(compiled.ok && compiled.value(subject)).toBe(path.matchesGlob(subject, text));
    }),
    { numRuns: 2000 },
  );
});
