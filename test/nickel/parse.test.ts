import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SourceFile } from "../../engine/core/source.ts";
import { parse } from "../../engine/nickel/syntax/parse.ts";
import { showTerm } from "./show-term.ts";
import { arbitrarySource } from "./syntax-pieces.ts";

function shown(text: string): string {
  const { term, diagnostics } = parse(new SourceFile("/a.ncl", text));
  return term === undefined
    ? diagnostics.map(({ code, message }) => `${code} ${message}`).join("; ")
    : showTerm(term);
}

describe("operators", () => {
  test.each([
    ["a + b * c ++ d", "(+ a (* b (++ c d)))"],
    ["a - b - c", "(- (- a b) c)"],
    ["a & b |> c & d", "(& (|> (& a b) c) d)"],
    ["a + b & c + d", "(& (+ a b) (+ c d))"],
    ["a || b && c == d < e", "(|| a (&& b (== c (< d e))))"],
    ["! a + b", "(! (+ a b))"],
    ["! a & b", "(& (! a) b)"],
    ["a == ! b", "(== a (! b))"],
    ["- f x", "(- (f x))"],
    ["f -1", "(- f 1)"],
    ["a * -b", "(* a (- b))"],
    ["- -1", "(- (- 1))"],
    ["f x.y z", "(f (. x y) z)"],
    ["f 'A 'B", "(f 'A 'B)"],
    ["'A 'B", "(variant A 'B)"],
    ["'A b c", "('A b c)"],
    ["(+) (.) (-) (!=) (|>) (!)", "((op +) (op .) (op -) (op !=) (op |>) (op !))"],
    ["%record/insert% a b c", "((%record/insert% a b) c)"],
    ["%enum/embed% foo x", "(%enum/embed% foo x)"],
    ["x % y", "(% x y)"],
    ['a."b"."c%{d}".e', '(. (. (. a b) (template "c" d)) e)'],
    ["a.default.or", "(. (. a default) or)"],
    ["x .5", "(x .5)"],
  ])("%s", (text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  test("an operand is never looser than its operator", () => {
    expect(shown("1 + ! x")).toBe("E0100 unexpected `!`");
    expect(shown("1 + let x = 1 in x")).toBe("E0100 unexpected keyword `let`");
    expect(shown('import "a".b')).toBe("E0100 unexpected `.`");
  });
});

describe("terms and types", () => {
  test.each([
    ["a -> b", "<(-> contract:a contract:b)>"],
    ["x | a -> b -> c", "(annotated x | (-> contract:a (-> contract:b contract:c)))"],
    ["x : forall a. a -> b", "(annotated x : (forall a (-> var:a contract:b)))"],
    ["x | A | B : C : D", "(annotated x : contract:C | contract:A | contract:B | contract:D)"],
    ["(A)", "A"],
    ["Number", "<Number>"],
    ["x | Array (Array a)", "(annotated x | (Array (Array contract:a)))"],
    ["{}", "{}"],
    ["x | {}", "(annotated x | {})"],
    ["x | {..}", "(annotated x | contract:{..})"],
    ["{ a : Number }", "<{a: Number}>"],
    ["{ a : Number, b | String }", "E0112 the field `a` has a static type but no value"],
    ["{ a : Number, a = 1 }", "{(a : Number) (a = 1)}"],
    ["{ ; Dyn }", "<{; Dyn}>"],
    ["{ a : b; Dyn }", "<{a: contract:b; Dyn}>"],
    ["{ _ : a }", "<{_ : contract:a}>"],
    ["x | forall a. { _ : a }", "(annotated x | (forall a {_ : var:a}))"],
    ["x | forall a. { _ | a }", "(annotated x | (forall a {_ | contract:a}))"],
    [
      "x | forall r. { a : Number; r } -> { b : Number; r }",
      "(annotated x | (forall r:record-rows(a b) (-> {a: Number; r} {b: Number; r})))",
    ],
    ["x | forall r. [| 'a, 'b Number; r |]", "(annotated x | (forall r:enum-rows(b) [|a, b Number; r|]))"],
    ["x | forall a. (forall a. a) -> a", "(annotated x | (forall a (-> (forall a var:a) var:a)))"],
    ["x | { a : _, b : _ }", "(annotated x | {a: _0, b: _1})"],
    ["x | std.contract.Equal 1", "(annotated x | contract:((. (. std contract) Equal) 1))"],
    ["{ f | a -> { g : a } }", "{(f | (-> contract:a {g: contract:a}))}"],
  ])("%s", (text, expected) => {
    expect(shown(text)).toBe(expected);
  });
});

describe("records", () => {
  test.each([
    ['{ a = 1, b.c."d e" = 2, }', "{(a = 1) (b.c.d e = 2)}"],
    ['{ "%{x}".y = 1 }', "{((template x).y = 1)}"],
    ['{ a | default | doc "x" | optional | Number = 1 }', "{(a | Number doc:x default optional = 1)}"],
    ["{ a | priority -1.5 | force | not_exported }", "{(a priority:-1.5 force not_exported)}"],
    ["{ default = 1, include = 2, or = 3 }", "{(default = 1) (include = 2) (or = 3)}"],
    [
      "{ include a, include b | Number, include [c, default], .. }",
      "{(include a) (include b | Number) (include c) (include default) ..}",
    ],
    ["{ a = 1, .. }", "{(a = 1) ..}"],
    ["{ a.b = 1, a.b = 2 }", "{(a.b = 1) (a.b = 2)}"],
    ["{ include a, a.b = 1 }", "E0116 the field `a` is included and declared a second time"],
  ])("%s", (text, expected) => {
    expect(shown(text)).toBe(expected);
  });
});

describe("bodies", () => {
  test.each([
    ["let x = 1, y : Number = 2, in x", "(let (x = 1) (y : Number = 2) x)"],
    ['let rec f | doc "d" | A = f in f', "(let rec (f | contract:A doc:d = f) f)"],
    ["let x = 1 in let y = 2 in x : Number", "(let (x = 1) (let (y = 2) (annotated x : Number)))"],
    ["if a then b else if c then d else e", "(if a b (if c d e))"],
    ["fun x {y} _ => x | A", "(fun x {y = y} _ (annotated x | contract:A))"],
    ["match { x if x > 1 => 'A, _ => null }", "(match (x if (> x 1) => 'A) (_ => null))"],
    ["x |> match { }", "(|> x (match ))"],
  ])("%s", (text, expected) => {
    expect(shown(text)).toBe(expected);
  });
});

describe("patterns", () => {
  test.each([
    ["match { 'A or 'B => 1 }", "(match ((or 'A 'B) => 1))"],
    ["match { 'A or => or }", "(match (('A or) => or))"],
    ["match { 'A ('B x) => x }", "(match (('A ('B x)) => x))"],
    ["match { 'A x or 'B x => x }", "(match ((or ('A x) ('B x)) => x))"],
    ["match { a @ 'A or b @ 'B => 1 }", "(match ((a @ (or 'A (b @ 'B))) => 1))"],
    ["fun 'A x => x", "(fun 'A x x)"],
    ["fun ('A x) => x", "(fun ('A x) x)"],
    ["fun x or y => 1", "(fun x or y 1)"],
    [
      "let {a, b ? 1, c | A = [d, ..e], ..rest} = x in a",
      "(let ({a = a, b ? 1 = b, c | contract:A = [d, ..e], ..rest} = x) a)",
    ],
    ['match { [1, "s", true, null, ..] => 1 }', '(match ([1, "s", true, null, ..] => 1))'],
    ["match { ('A) => 1 }", "E0100 unexpected `)`"],
    ["let {a, a} = x in a", "E0114 the field `a` is matched twice in one record pattern"],
    ["let a = 1, {a} = x in a", "E0115 `a` is bound twice in one let block"],
  ])("%s", (text, expected) => {
    expect(shown(text)).toBe(expected);
  });
});

test("imports take their format from the extension unless they name one", () => {
  expect(
    shown('[(import "a/b.ncl"), (import "b.yml"), (import "c"), (import "d.json" as \'Text), (import pkg)]'),
  ).toBe(
    "[(import nickel a/b.ncl) (import yaml b.yml) (import nickel c) (import text d.json) (import-package pkg)]",
  );
});

test("symbolic strings keep their chunks", () => {
  expect(shown('nix-s%"\n  a %{b}\n"%')).toBe('(symbolic nix "a " b "")');
});

test("deep nesting is refused, whatever nests", () => {
  for (const [open, close] of [
    ["(", ")"],
    ["[", "]"],
    ["{a=", "}"],
    ['"%{', '}"'],
    ["fun x => ", ""],
    ["{_ : ", "}"],
    ["Array (", ")"],
    ["match { x => ", "}"],
    ["a -> ", ""],
  ] as const) {
    expect(shown(`${open.repeat(100_000)}1${close.repeat(100_000)}`)).toBe("E0120 nested too deeply");
  }
});

test("chains of let, of else if and of operators may be long", () => {
  for (const text of [
    `${"let x = 1 in ".repeat(5000)}x`,
    `${"if a then b else ".repeat(5000)}c`,
    `1${" + 1".repeat(5000)}`,
  ]) {
    expect(parse(new SourceFile("/a.ncl", text)).diagnostics).toEqual([]);
  }
});

test("any text is either parsed or complained about, within its bounds", () => {
  fc.assert(
    fc.property(arbitrarySource, (text) => {
      const { term, diagnostics } = parse(new SourceFile("/a.ncl", text));
      expect(term === undefined).toBe(diagnostics.length > 0);
      for (const { span } of diagnostics) {
        expect(span?.start).toBeGreaterThanOrEqual(0);
        expect(span?.end).toBeLessThanOrEqual(text.length);
      }
      const covered = term === undefined ? "nothing" : text.slice(term.span.start, term.span.end);
      expect(covered.trim()).not.toBe("");
    }),
    { numRuns: 3000 },
  );
});
