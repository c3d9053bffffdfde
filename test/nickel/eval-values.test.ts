import { describe, expect, test } from "vitest";
import { createEvaluator } from "../../engine/nickel/evaluate.ts";
import { type Json, toJson } from "../../engine/nickel/located.ts";
import { FakeFiles } from "../fakes/files.ts";
import { outcome } from "./evaluated.ts";

function table(cases: readonly (readonly [string, Json])[]): void {
  test.each(cases)("%s", (text, expected) => {
    expect(outcome(text)).toEqual(expected);
  });
}

describe("arithmetic and logic", () => {
  table([
    ["1 + 2 * 3 - 4 / 2", 5],
    ["0.1 + 0.2 == 0.3", true],
    ["1 / 3 * 3 == 1", true],
    ["-7 % 3", -1],
    ["7.5 % 2", 1.5],
    ["-(2 + 3)", -5],
    ["- -1", 1],
    ["1 < 2 && 2 <= 2 && 3 > 2 && !(2 >= 3)", true],
    ["true && 2", 2],
    ['false || "a"', "a"],
    ['false && (1 + "a")', false],
    ['true || (1 + "a")', true],
    ["(+) 1 2", 3],
    ["(!) true", false],
    ['(.) {a = 1} "a"', 1],
    ["(|>) 1 (fun x => x + 1)", 2],
    ["1e3", 1000],
    ["0xff", 255],
    ["2 |> (fun x => x + 1) |> (fun x => x * 10)", 30],
  ]);
});

describe("equality", () => {
  table([
    ["{a = 1, b = [1, 'A, null]} == {b = [1, 'A, null], a = 1}", true],
    ["{a = 1} == {a = 1, b | optional}", true],
    ["{a = 1} == {a = 1, b = 2}", false],
    ["{..} == {}", true],
    ["[1, 2] == [1]", false],
    ["'A 1 == 'A 1", true],
    ["'A 1 == 'A", false],
    ['1 == "1"', false],
    ["(fun x => x) == 1", false],
    [
      "(fun x => x) == (fun x => x)",
      ["EvalError::IncomparableValues: cannot compare a function with a function"],
    ],
    ["{a | String} == {a = 1}", ["EvalError::MissingFieldDef: missing definition for the field `a`"]],
    ["{a | default = 1} & {a} == {a = 1}", true],
  ]);
});

describe("strings", () => {
  table([
    ['"a%{"b"}%{1 + 1}%{true}%{null}%{\'Tag}%{0.5}"', "ab2truenullTag0.5"],
    [
      '"%{[]}"',
      ["EvalError::TypeError: interpolation: expected a string, number, boolean, enum tag or null"],
    ],
    ['"a" ++ "b"', "ab"],
    ['let x = "two\\nlines" in m%"\n  a\n    %{x}\n  b"%', "a\n  two\n  lines\nb"],
    [
      'let s = nix-s%"a%{1}b"% in s == {tag = \'SymbolicString, prefix = \'nix, fragments = ["a", 1, "b"]}',
      true,
    ],
  ]);
});

describe("functions", () => {
  table([
    ["(fun x y => x - y) 5 2", 3],
    ["let f = fun x y z => x + y + z in let g = f 1 2 in g 3 + g 4", 13],
    ["(fun x => fun y => x + y) 1 2", 3],
    ["(fun {a, b ? 2} => a + b) {a = 1}", 3],
    ["(fun [x, ..rest] => [x, rest]) [1, 2, 3]", [1, [2, 3]]],
    ["(fun _ x => x) 1 2", 2],
    ["1 2", ["EvalError::NotAFunc: the number 1 cannot be called"]],
    [
      "let rec even = fun n => if n == 0 then true else odd (n - 1), odd = fun n => if n == 0 then false else even (n - 1) in even 30001",
      false,
    ],
    [
      "let rec count = fun n acc => if n == 0 then acc else count (n - 1) (acc + 1) |> %seq% acc in count 50000 0",
      50000,
    ],
    [
      "let fix = fun f => let rec x = f x in x in (fix (fun self n => if n == 0 then 1 else n * self (n - 1))) 20",
      2432902008176640000,
    ],
  ]);
});

describe("let", () => {
  table([
    ["let x = 1, y = 2 in x + y", 3],
    ["let x = 1 in let x = 2, y = x in [x, y]", [2, 1]],
    ["let rec f = fun n => if n == 0 then [] else [n] @ f (n - 1) in f 3", [3, 2, 1]],
    ["let rec {a, b} = {a = 1, b = c + 1}, c = a + 10 in b", 12],
    ["let rec x = y, y = 1 in x", 1],
    ["let {a = {b, ..}, ..rest} = {a = {b = 1, z = 0}, c = 3} in [b, rest]", [1, { c: 3 }]],
    ["let 'Some x = 'Some 1 in x", 1],
    ["let {a} = {a = 1, b = 2} in a", ["EvalError::FailedDestructuring: a record does not fit the pattern"]],
    ["let {a} = {a = 1, b = 2} in 1", ["EvalError::FailedDestructuring: a record does not fit the pattern"]],
    ["let rec x = x in x", ["EvalError::InfiniteRecursion: infinite recursion: `x` needs `x`"]],
    ["let rec {a} = {a = a} in a", ["EvalError::InfiniteRecursion: infinite recursion: `a` needs `a`"]],
  ]);
});

describe("match", () => {
  table([
    ["'A |> match { 'B => 1, 'A => 2 }", 2],
    ["'A 3 |> match { 'A => 1, 'A x if x > 5 => 2, 'A x => x }", 3],
    ["[1, 2, 3] |> match { [] => 0, [x] => x, [x, y, ..rest] => rest }", [3]],
    ["{a = 1, b = {c = 2}} |> match { {a = 2, ..} => 0, {a, b = {c}} => a + c }", 3],
    ["{a = 1} |> match { {a, b ? 5} => b }", 5],
    ["{a = 1, b | optional} |> match { {a} => a }", 1],
    ['5 |> match { 1 or 2 => "low", x if x > 3 => "high" }', "high"],
    ['"b" |> match { "a" => 1, "b" => 2 }', 2],
    ["null |> match { true => 1, null => 2 }", 2],
    ["{a = {b = 1}} |> match { w @ {a = v @ {b}} => [w.a.b, v.b, b] }", [1, 1, 1]],
    ["('A 1) |> match { 'B x or 'A x => x }", 1],
    ['1 |> match { _ => "any" }', "any"],
    ["1 |> match { 2 => 1 }", ["EvalError::NonExhaustiveMatch: no branch matches the number 1"]],
    [
      "'C |> match { 'A => 1, 'B => 2 }",
      ["EvalError::NonExhaustiveEnumMatch: no branch matches the enum tag 'C"],
    ],
    [
      "let x = 1 in x |> match { 'A y or 'B z => y }",
      ["TypecheckError::OrPatternVarsMismatch: the alternatives of a pattern bind different variables"],
    ],
  ]);
});

test("std.trace tells when it is computed, and no sooner", () => {
  const told: string[] = [];
  const files = new FakeFiles({
    "/main.ncl": 'let x = std.trace "once" 1, y = std.trace "never" 2 in x + x',
  });
  const result = createEvaluator({ files, importPaths: [], trace: (text) => told.push(text) }).evaluate(
    "/main.ncl",
  );
  expect(result.ok && toJson(result.value.value)).toBe(2);
  expect(told).toEqual(["once"]);
});

describe("laziness", () => {
  table([
    ['let x = 1 + "a" in 2', 2],
    ['{a = 1 + "a", b = 2}.b', 2],
    ['std.array.length [1 + "a", 2]', 2],
    ['(fun x => 1) (1 + "a")', 1],
    ["({a = 1} & {a = 2, b = 3}).b", 3],
    ["let rec ones = [1, ones] in (std.array.first ones)", 1],
    ["{a = b, b = {c = a, d = 1}}.a.d", 1],
    ['std.seq {a = 1 + "a"} 1', 1],
    ['std.array.fold_right (fun x rest => if x then true else rest) false [true, 1 + "a"]', true],
    ["'A (1 + \"a\") |> match { 'A _ => 1 }", 1],
    ['{a = 1, b = 1 + "a"} |> match { {a = 2, b = 3} => 0, {a, ..} => a }', 1],
    [
      'std.deep_seq {a = 1 + "a"} 1',
      ["EvalError::NAryPrimopTypeError: `+` expects a Number as its second operand"],
    ],
  ]);

  test("a shared computation is done once", () => {
    // Twenty doublings: a million additions unless each is shared.
    const steps = Array.from({ length: 30 }, (_, at) => `x${at + 1} = x${at} + x${at}`).join(", ");
    expect(outcome(`let rec x0 = 1, ${steps} in x30`)).toBe(2 ** 30);
  });
});
