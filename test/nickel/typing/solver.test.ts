// Unification by itself: levels, rows that must lack names, and types that contain themselves. What programs can show
// stands in the cases beside this file.

import { describe, expect, test } from "vitest";
import { type Context, Environment, noTerms } from "../../../engine/nickel/typing/context.ts";
import { freshRows, freshType, instantiate } from "../../../engine/nickel/typing/instantiate.ts";
import { TypePrinter } from "../../../engine/nickel/typing/show-type.ts";
import { Solver } from "../../../engine/nickel/typing/solver.ts";
import { subsume } from "../../../engine/nickel/typing/subsume.ts";
import {
  arrayOf,
  arrow,
  dictionaryOf,
  emptyRows,
  extendRows,
  number,
  type Row,
  type Rows,
  resolve,
  string,
  type Type,
} from "../../../engine/nickel/typing/type.ts";

const solver = (): Solver => new Solver(() => false);
const at = (level: number): Context => ({ types: new Environment(new Map()), terms: noTerms, level });
const show = (type: Type): string => new TypePrinter().show(type);
const row = (name: string, type?: Type): Row => ({ name, type, span: undefined });
const record = (rows: readonly Row[], tail: Rows = emptyRows): Type => ({
  kind: "record",
  rows: extendRows(rows, tail),
});
const enumOf = (rows: readonly Row[], tail: Rows = emptyRows): Type => ({
  kind: "enum",
  rows: extendRows(rows, tail),
});
const rigid = (name: string, level: number): Type => ({ kind: "rigid", rigid: { name, level } });

const identity = (name: string): Type => ({
  kind: "forall",
  variable: name,
  variableKind: { kind: "type" },
  body: arrow({ kind: "bound", name }, { kind: "bound", name }),
});

describe("variables", () => {
  test("stand for what they were made equal to, through one another", () => {
    const [a, b] = [freshType(0), freshType(0)];
    const one = solver();
    expect(one.unify(a, b, at(0))).toBeUndefined();
    expect(one.unify(arrow(b, number), arrow(string, number), at(0))).toBeUndefined();
    expect(show(a)).toBe("String");
    expect(one.unify(a, number, at(0))?.kind).toBe("types");
  });

  test("of an outer level never become rigid variables of an inner one", () => {
    expect(solver().unify(freshType(1), rigid("a", 1), at(1))).toBeUndefined();
    expect(solver().unify(freshType(0), rigid("a", 1), at(1))).toMatchObject({ kind: "level" });
  });

  test("hand their level on to what is inside of what they stand for", () => {
    const one = solver();
    const [outer, inner, other] = [freshType(0), freshType(2), freshType(2)];
    expect(one.unify(outer, arrayOf(arrow(inner, other)), at(2))).toBeUndefined();
    expect(one.unify(inner, rigid("a", 1), at(2))).toMatchObject({ kind: "level" });
    expect(one.unify(other, rigid("a", 2), at(2))).toMatchObject({ kind: "level" });
  });

  test("may come to stand for a type that contains itself, which nothing else equals", () => {
    const one = solver();
    const loop = (): Type => {
      const self = freshType(0);
      expect(one.unify(self, arrow(number, self), at(0))).toBeUndefined();
      return self;
    };
    const first = loop();
    expect(show(first)).toBe("Number -> …");
    let mismatch = one.unify(first, loop(), at(0));
    while (mismatch !== undefined && "cause" in mismatch) mismatch = mismatch.cause;
    expect(mismatch).toEqual({ kind: "endless" });
  });
});

describe("rows", () => {
  test("are equal in any order", () => {
    const left = record([row("a", number), row("b", string)]);
    const right = record([row("b", string), row("a", number)]);
    expect(solver().unify(left, right, at(0))).toBeUndefined();
  });

  test("an open end takes what is missing", () => {
    const one = solver();
    const open = record([row("a", number)], freshRows(0, new Set("a")));
    expect(one.unify(record([row("b", string), row("a", number)]), open, at(0))).toBeUndefined();
    expect(show(open)).toBe("{ a : Number, b : String }");
  });

  test("two open ends share what is behind both", () => {
    const one = solver();
    const left = record([row("a", number)], freshRows(0, new Set("a")));
    const right = record([row("b", string)], freshRows(0, new Set("b")));
    expect(one.unify(left, right, at(0))).toBeUndefined();
    expect(
      one.unify(left, record([row("a", number), row("b", string), row("c", number)]), at(0)),
    ).toBeUndefined();
    expect(show(right)).toBe("{ b : String, a : Number, c : Number }");
  });

  test("a name that stands before an end is not behind it", () => {
    const tail = freshRows(0, new Set("a"));
    const conflict = solver().unify(record([], tail), record([row("a", number)]), at(0));
    expect(conflict).toMatchObject({ kind: "row-conflict", of: "record", row: { name: "a" } });
  });

  test("what is forbidden behind one end is forbidden behind the end that it becomes", () => {
    const one = solver();
    const [first, second] = [freshRows(0, new Set("a")), freshRows(0)];
    expect(one.unify(record([], first), record([row("b", number)], second), at(0))).toBeUndefined();
    expect(one.unify(record([], second), record([row("a", number)]), at(0))).toMatchObject({
      kind: "row-conflict",
    });
  });

  test("a tag and the same tag with an argument are two rows", () => {
    const one = solver();
    const open = enumOf([row("on")], freshRows(0));
    expect(one.unify(open, enumOf([row("on", number), row("on")]), at(0))).toBeUndefined();
    expect(show(open)).toBe("[| 'on, 'on Number |]");
  });

  test("do not end in themselves", () => {
    const tail = freshRows(0);
    const mismatch = solver().unify(record([row("a", number)], tail), record([], tail), at(0));
    expect(mismatch).toEqual({ kind: "endless" });
  });

  test("a rigid end stays as it is", () => {
    const end: Rows = { kind: "rigid", rigid: { name: "r", level: 1 } };
    expect(solver().unify(record([], end), record([row("a", number)]), at(1))).toMatchObject({
      kind: "sealed-tail",
      rigid: { name: "r" },
    });
    expect(solver().unify(record([], end), record([], end), at(1))).toBeUndefined();
  });
});

describe("polymorphic types", () => {
  test("are equal whatever their variables are called", () => {
    expect(solver().unify(identity("a"), identity("b"), at(0))).toBeUndefined();
  });

  test("are used at many types, each time anew", () => {
    const [first, second] = [
      instantiate(identity("a"), 0, "flexible"),
      instantiate(identity("a"), 0, "flexible"),
    ];
    const one = solver();
    expect(one.unify(first, arrow(number, number), at(0))).toBeUndefined();
    expect(one.unify(second, arrow(string, string), at(0))).toBeUndefined();
  });

  test("an inner forall of the same name keeps its variable", () => {
    const nested: Type = {
      kind: "forall",
      variable: "a",
      variableKind: { kind: "type" },
      body: arrow({ kind: "bound", name: "a" }, identity("a")),
    };
    expect(show(instantiate(nested, 0, "rigid"))).toBe("a -> (forall a. a -> a)");
    expect(resolve(instantiate(nested, 0, "flexible")).kind).toBe("arrow");
  });
});

describe("a value of one type may stand for another", () => {
  const sizes = record([row("small", number), row("large", number)]);

  test("a record for a dictionary, also within arrays, dictionaries and records", () => {
    const dictionary = dictionaryOf(number);
    expect(subsume(solver(), sizes, dictionary, at(0))).toBeUndefined();
    expect(subsume(solver(), arrayOf(sizes), arrayOf(dictionary), at(0))).toBeUndefined();
    expect(subsume(solver(), dictionaryOf(sizes), dictionaryOf(dictionary), at(0))).toBeUndefined();
    expect(
      subsume(solver(), record([row("a", sizes)]), record([row("a", dictionary)]), at(0)),
    ).toBeUndefined();
  });

  test("but not within functions, nor the other way round", () => {
    const dictionary = dictionaryOf(number);
    expect(subsume(solver(), arrow(number, sizes), arrow(number, dictionary), at(0))?.kind).toBe("codomain");
    expect(subsume(solver(), dictionary, sizes, at(0))?.kind).toBe("types");
  });

  test("a record with fields of two types for no dictionary", () => {
    const mixed = record([row("cpu", number), row("name", string)]);
    expect(subsume(solver(), mixed, dictionaryOf(freshType(0)), at(0))).toMatchObject({
      kind: "inhomogeneous",
      first: { name: "cpu" },
      second: { name: "name" },
    });
  });
});
