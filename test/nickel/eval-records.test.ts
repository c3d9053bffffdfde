import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../../engine/nickel/located.ts";
import { evaluate, outcome } from "./evaluated.ts";

function table(cases: readonly (readonly [string, Json])[]): void {
  test.each(cases)("%s", (text, expected) => {
    expect(outcome(text)).toEqual(expected);
  });
}

describe("recursion and overriding", () => {
  table([
    ["{a = 1, b = a + 1, c = b + 1}", { a: 1, b: 2, c: 3 }],
    ["{a | default = 1, b = a + 1} & {a = 10}", { a: 10, b: 11 }],
    ["let r = {a | default = 1, b = a} in let s = r & {a = 2} in std.seq r.b [s.b, r.b]", [2, 1]],
    ["({a | default = 1, b = a} & {a | default = 2, b, c = b} & {a | force = 3}).c", 3],
    ["{x = {y = z, z | default = 1}} & {x.z = 5}", { x: { y: 5, z: 5 } }],
    ["{a = 1, b = {a = 2, c = a}}.b.c", 2],
    ["let a = 1 in {b = {include a, c = a}}.b.c", 1],
    ["let a = 1 in ({include a | default, c = a} & {a = 2}).c", 2],
    ["let x = 1, y = 2 in {include [x, y]}", { x: 1, y: 2 }],
    ["{a = b, b = a}.a", ["EvalError::InfiniteRecursion: infinite recursion: `a` needs `b` needs `a`"]],
    ['let k = "f" in {"%{k}" = 1, g = 2, "%{k}%{k}" = g}', { f: 1, ff: 2, g: 2 }],
    ['{"a b" = 1, c."d e" = 2}."a b"', 1],
    ['let k = "a" in {"%{k}" = 1, a = 2}', ["EvalError::Other: the field `a` exists already"]],
  ]);
});

describe("piecewise definitions", () => {
  table([
    ["{a.b = 1, a.c = 2}", { a: { b: 1, c: 2 } }],
    ["{a = {b = 1}, a.c = 2}", { a: { b: 1, c: 2 } }],
    ["{a.b | default = 1, a.b = 2}", { a: { b: 2 } }],
    ["{a.b = 1, a.c = a.b}", { a: { b: 1, c: 1 } }],
    ["{a.b = 1, a.c = b}", ["TypecheckError::UnboundIdentifier: unbound identifier `b`"]],
    ["{a | Number, a = 1}", { a: 1 }],
    ["{a : Number, a = 1}", { a: 1 }],
    ["{a = 1, a = 2}", ["EvalError::MergeIncompatibleArgs: cannot merge the number 1 with the number 2"]],
    [
      "{a.b.c | String = 1}.a.b.c",
      ["EvalError::BlameError: the value of `c` breaks its contract: expected a String"],
    ],
  ]);
});

describe("priorities", () => {
  table([
    ["{a = 1} & {a | default = 2}", { a: 1 }],
    ["{a = 1} & {a | force = 2}", { a: 2 }],
    ["{a | force = 1} & {a | priority 100 = 2}", { a: 1 }],
    ["{a | priority 1 = 1} & {a | priority 1.5 = 2}", { a: 2 }],
    ["{a | priority -1 = 1} & {a | default = 2}", { a: 1 }],
    ["{a = 1} & {a | priority 0 = 1}", { a: 1 }],
    ["{a | priority 5} & {a | default = 1}", { a: 1 }],
    ["({a | priority 5} & {a | default = 1}) & {a | priority 1 = 2}", { a: 2 }],
    ["{a | default = {b = 1}} & {a = {c = 2}}", { a: { c: 2 } }],
  ]);
});

describe("merging", () => {
  table([
    ["{a = {b = 1}} & {a = {c = 2}}", { a: { b: 1, c: 2 } }],
    ["'A {x = 1} & 'A {y = 2} |> match { 'A r => r }", { x: 1, y: 2 }],
    ["[1, 2] & [1, 2]", [1, 2]],
    ["null & null", null],
    ["{} & {a = 1} & {}", { a: 1 }],
    ['1 & "a"', ['EvalError::MergeIncompatibleArgs: cannot merge the number 1 with the string "a"']],
    [
      "(fun x => x) & (fun x => x)",
      ["EvalError::MergeIncompatibleArgs: cannot merge a function with a function"],
    ],
    [
      "[1] & [1, 2]",
      ["EvalError::BlameError: cannot merge unequal arrays: array length mismatch (expected 1, got 2)"],
    ],
    ["std.array.length ([1, 2] & [1, 3])", 2],
    ["{a | not_exported = 1, b = 2} & {a | default = 3}", { b: 2 }],
  ]);
});

describe("optional fields", () => {
  table([
    ["{a | optional, b = 1}", { b: 1 }],
    ["std.record.fields {a | optional, b = 1}", ["b"]],
    ["std.record.fields_with_opts {a | optional, b = 1}", ["a", "b"]],
    ["{a | optional}.a", ["EvalError::FieldMissing: no field `a`"]],
    ["{a | optional} & {a = 1}", { a: 1 }],
    ["{a | optional} & {a}", ["EvalError::MissingFieldDef: missing definition for the field `a`"]],
    ["{a}", ["EvalError::MissingFieldDef: missing definition for the field `a`"]],
    ["{a, b = 1}.b", 1],
    ["{a, b = a}.b", ["EvalError::MissingFieldDef: missing definition for the field `a`"]],
    ['std.record.insert "a" 1 {a | optional}', { a: 1 }],
  ]);
});

describe("freezing", () => {
  table([
    ['(std.record.insert "c" 3 {a | default = 1, b = a}) & {a = 2}', { a: 2, b: 1, c: 3 }],
    ["(std.record.map_values (fun x => x + 1) {a | default = 1, b = a}) & {c = 1}", { a: 2, b: 2, c: 1 }],
    ["(std.record.map_values (fun x => x) {a | default = 1, b | not_exported = 2}) & {a = 2}", { a: 2 }],
    ["({a | default = 1} | {a : Number}) & {a = 2}", { a: 2 }],
    ['std.record.update "a" 5 {a = 1, b = a}', { a: 5, b: 1 }],
    ['std.record.remove "a" {a = 1, b = a}', { b: 1 }],
  ]);
});

// The laws, on records without priorities whose common fields agree or merge in turn.
const leaf = fc.constantFrom('"x"', "1", "'T", "[1]", "null", "true");
const { record } = fc.letrec<{ record: string; field: string }>((tie) => ({
  record: fc
    .uniqueArray(
      fc.tuple(
        fc.constantFrom("a", "b", "c"),
        tie("field"),
        fc.constantFrom("", " | default", " | optional"),
      ),
      {
        selector: ([name]) => name,
        maxLength: 3,
      },
    )
    .map((fields) => `{${fields.map(([name, value, note]) => `${name}${note} = ${value}`).join(", ")}}`),
  field: fc.oneof(
    { maxDepth: 2 },
    leaf,
    fc.constantFrom("a", "b", "c").map((name) => `{z = 1, include ${name}}.z`),
    tie("record"),
  ),
}));

/** Free names of the generated records are bound around them. */
const around = (body: string): string => `let a = 1, b = 1, c = 1 in ${body}`;

/** The value, or that there is none: which of several conflicts is met does not matter. */
function result(body: string): Json {
  const { value } = evaluate(around(body));
  return value === undefined ? "conflict" : outcome(around(body));
}

describe("laws of merging", () => {
  test("commutes", () => {
    fc.assert(
      fc.property(record, record, (x, y) => {
        expect(result(`${x} & ${y}`)).toEqual(result(`${y} & ${x}`));
      }),
      {
        numRuns: 200,
      },
    );
  });

  test("associates", () => {
    fc.assert(
      fc.property(record, record, record, (x, y, z) => {
        expect(result(`(${x} & ${y}) & ${z}`)).toEqual(result(`${x} & (${y} & ${z})`));
      }),
      { numRuns: 200 },
    );
  });

  test("is idempotent, and {} is neutral", () => {
    fc.assert(
      fc.property(record, (x) => {
        expect(result(`${x} & ${x}`)).toEqual(result(x));
        expect(result(`${x} & {}`)).toEqual(result(x));
        expect(result(`{} & ${x}`)).toEqual(result(x));
      }),
      { numRuns: 200 },
    );
  });

  test("overrides for everyone who depends", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (before, after) => {
        const text = `{a | default = ${before}, b = a, c = b} & {a = ${after}}`;
        expect(outcome(text)).toEqual({ a: after, b: after, c: after });
      }),
      { numRuns: 50 },
    );
  });
});
