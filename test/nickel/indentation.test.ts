import { expect, test } from "vitest";
import { SourceFile } from "../../engine/core/source.ts";
import { parse } from "../../engine/nickel/syntax/parse.ts";

/** The chunks of a multi-line string: texts, and interpolations as their indents. */
function chunks(body: string): (string | number)[] {
  const { term, diagnostics } = parse(new SourceFile("/a.ncl", `m%"${body}"%`));
  expect(diagnostics).toEqual([]);
  if (term?.kind === "string") return [term.value];
  if (term?.kind !== "template") throw new Error("no string");
  return term.chunks.map((chunk) => (chunk.kind === "text" ? chunk.text : chunk.indent));
}

test("the least indentation is taken from every line; blank first and last lines are dropped", () => {
  expect(chunks("\n    a\n      b\n\n    c\n  ")).toEqual(["a\n  b\n\nc"]);
});

test("blank lines do not count, but lose as many blanks as they have of them", () => {
  expect(chunks("\n    a\n  \n      \n    b\n")).toEqual(["a\n\n  \nb"]);
});

test("text on the first line counts", () => {
  expect(chunks("a\n  b")).toEqual(["a\n  b"]);
});

test("tabs and blanks count alike", () => {
  expect(chunks("\n\t a\n \t\tb\n")).toEqual(["a\n\tb"]);
});

test("only blanks", () => {
  expect(chunks("")).toEqual([""]);
  expect(chunks("  ")).toEqual([""]);
  expect(chunks("\n  \n")).toEqual([""]);
});

test("an interpolation that begins its line remembers how much deeper it stands", () => {
  expect(chunks("\n  a\n    %{x}\n  b\n")).toEqual(["a\n  ", 2, "\nb"]);
});

test("text behind it does not cancel that, a second interpolation does", () => {
  expect(chunks("\n  a\n    %{x} y\n")).toEqual(["a\n  ", 2, " y"]);
  expect(chunks("\n  a\n    %{x} %{y}\n")).toEqual(["a\n  ", 0, " ", 0, ""]);
});

test("an interpolation counts for the least indentation", () => {
  expect(chunks("\n  %{x}\n    a\n")).toEqual(["", 0, "\n  a"]);
});

test("first and last lines are dropped only in the first and last chunks", () => {
  expect(chunks("%{x}\n  \n%{y}")).toEqual([0, "\n  \n", 0]);
});
