import { describe, expect, test } from "vitest";
import type { Json } from "../../engine/nickel/located.ts";
import { errors, outcome } from "./evaluated.ts";

function table(cases: readonly (readonly [string, Json])[]): void {
  test.each(cases)("%s", (text, expected) => {
    expect(outcome(text)).toEqual(expected);
  });
}

const blame = (message: string): Json => [`EvalError::BlameError: ${message}`];

describe("types as contracts", () => {
  table([
    ["1 | Number", 1],
    ['[1, "a"] | Array Dyn', [1, "a"]],
    ["(['A, 'B] | Array [| 'A, 'B |])", ["A", "B"]],
    ["{a = 1, b = 2} | {_ : Number}", { a: 1, b: 2 }],
    ["({a | default = 1, b = a} | {_ | Number}) & {a = 5}", { a: 5, b: 5 }],
    ["({a | default = 1, b = a} | {_ : Number}) & {a | force = 5}", { a: 5, b: 1 }],
    ["{a = 1} | {a : Number}", { a: 1 }],
    ["{a = 1, b = 2} | {a : Number; Dyn}", { a: 1, b: 2 }],
    ['({a = 1, b = "x"} | {_ | Number}).a', 1],
    ["let f : Number -> Number = fun x => x + 1 in f 1", 2],
    ["let f | Number -> Number -> Number = fun x y => x + y in f 1 2", 3],
    ["((fun x => x) | Dyn -> Dyn) 1", 1],
    ["let f | forall a. a -> a = fun x => x in f 1", 1],
    ["let f | forall r. {x : Number; r} -> {x : Number; r} = fun r => r in f {x = 1, y = 2}", { x: 1, y: 2 }],
    ["let f : forall a. Array a -> Number = fun xs => std.array.length xs in f [1, 2]", 2],
    ["('A 1 | [| 'A Number, 'B |]) |> match { 'A x => x }", 1],
  ]);

  table([
    ["1 | String", blame("a value breaks its contract: expected a String")],
    ["'C | [| 'A, 'B |]", blame("a value breaks its contract: expected one of 'A, 'B")],
    ["'A | [| 'A Number |]", blame("a value breaks its contract: 'A takes an argument")],
    ["{a = 1} | {}", blame("unknown field `a`")],
    ["{} | {a : Number}", blame("a value breaks its contract: missing field `a`")],
    ["{a = 1, b = 2} | {a : Number}", blame("unknown field `b`")],
    [
      'let f | Number -> Number = fun x => "a" in f 1',
      blame("the function `f` breaks its contract: expected a Number"),
    ],
    [
      'let f | Number -> Number = fun x => x in f "a"',
      blame("the caller of `f` breaks its contract: expected a Number"),
    ],
    [
      'let f | (Number -> Number) -> Number = fun g => g "a" in f (fun x => x + 1)',
      blame("the function `f` breaks its contract: expected a Number"),
    ],
    [
      "let f | forall a. a -> a = fun x => 1 in f 1",
      blame("the function `f` breaks its contract: expected a value of the polymorphic type `a`"),
    ],
    ["let f | forall a. a -> Number = fun x => x + 1 in f 1", blame("the function `f` breaks its contract")],
    [
      "let f | forall r. {x : Number; r} -> Number = fun r => r.y in f {x = 1, y = 2}",
      [
        "EvalError::IllegalPolymorphicTailAccess: cannot access the field `y`: the polymorphic tail of the record is sealed",
      ],
    ],
    ["let C = 2 in 1 | C", ["EvalError::NAryPrimopTypeError: a contract annotation expects a contract"]],
  ]);
});

describe("records as contracts", () => {
  table([
    ["{a = 1} | {a | Number, b | default = 2}", { a: 1, b: 2 }],
    ["{a = 1} | {a | Number, b | optional}", { a: 1 }],
    ["{a = 1, c = 3} | {a | Number, ..}", { a: 1, c: 3 }],
    ["{a = {}} | {a | {b | default = 1}}", { a: { b: 1 } }],
    [
      '({a | default = 1} | {a | Number}) & {a = "x"}',
      blame("the value of `a` breaks its contract: expected a Number"),
    ],
    ["let C = {a, b | default = a + 1} in {a = 1} | C", { a: 1, b: 2 }],
    [
      "let C = {kind, value | (if kind == 'num then Number else String)} in {kind = 'num, value = 1} | C",
      { kind: "num", value: 1 },
    ],
    [
      "let C = {kind, value | (if kind == 'num then Number else String)} in {kind = 'num, value = \"a\"} | C",
      blame("the value of `value` breaks its contract: expected a Number"),
    ],
    ['{foo | {bar | default = "x"} = {}, baz = foo.bar}', { foo: { bar: "x" }, baz: "x" }],
    ["1 | {a}", blame("a value breaks its contract: expected a record")],
    ["{} | {a | Number}", ["EvalError::MissingFieldDef: missing definition for the field `a`"]],
    [
      '(let C = {a | Number} in {a = "x"} | C).a',
      blame("the value of `a` breaks its contract: expected a Number"),
    ],
    [
      "{a | Number | (std.contract.from_predicate (fun x => x > 1)) = 1}",
      blame("the value of `a` breaks its contract"),
    ],
  ]);
});

describe("custom contracts", () => {
  table([
    ["5 | (std.contract.from_predicate (fun x => x > 3))", 5],
    ["5 | (std.contract.custom (fun label value => 'Ok (value + 1)))", 6],
    [
      "5 | (std.contract.from_validator (fun x => if x > 9 then 'Ok else 'Error {message = \"too small\"}))",
      blame("a value breaks its contract: too small"),
    ],
    ["5 | std.contract.any_of [String, Number]", 5],
    [
      "5 | std.contract.any_of [String, Bool]",
      blame("a value breaks its contract: any_of: value didn't match any of the contracts"),
    ],
    ["5 | std.contract.all_of [Number, std.number.Nat]", 5],
    [
      "-5 | std.contract.Sequence [Number, std.number.Nat]",
      blame("a value breaks its contract: expected a natural"),
    ],
    ["5 | std.contract.not String", 5],
    [
      "5 | std.contract.not Number",
      blame("a value breaks its contract: not: value matched the immediate part of the contract"),
    ],
    ["5 | std.contract.Equal 5", 5],
    [
      "{a = [1]} | std.contract.Equal {a = [2]}",
      blame("a value breaks its contract: expected the number 2, got the number 1"),
    ],
    ["5 | (fun label value => if value > 3 then value else std.contract.blame label)", 5],
    [
      '5 | (fun label value => std.contract.blame_with_message "no" label)',
      blame("a value breaks its contract: no"),
    ],
    [
      "let Between = fun low high => std.contract.from_predicate (fun x => x >= low && x <= high) in {port | Between 1 10 = 5}",
      { port: 5 },
    ],
    ['null | std.FailWith "never"', blame("a value breaks its contract: never")],
  ]);
});

describe("propagation", () => {
  table([
    [
      '({a | Number = 1} & {a | force = "x"}).a',
      blame("the value of `a` breaks its contract: expected a Number"),
    ],
    ['({a : Number = 1} & {a | force = "x"}).a', "x"],
    [
      "({a | default = 1} & {a | String}).a",
      blame("the value of `a` breaks its contract: expected a String"),
    ],
    ['(([1, "x"] | Array Number) @ ["y"]) |> std.array.at 2', "y"],
    [
      '(([1, "x"] | Array Number) @ ["y"]) |> std.array.at 1',
      blame("the value of `[1]` breaks its contract: expected a Number"),
    ],
  ]);
});

describe("what blame says", () => {
  test("a value of the wrong type, and where the contract stands", () => {
    expect(
      errors(`let Layer = { name | String, ports | Array Number } in
{
  name = 5,
  ports = [80, "x"],
} | Layer
`),
    ).toMatchInlineSnapshot(`
      "error[E0210]: the value of \`name\` breaks its contract: expected a String
       --> main.ncl:3:10
        |
      3 |   name = 5,
        |          ^ this is the number 5
      note: expected by this contract
       --> main.ncl:1:22
        |
      1 | let Layer = { name | String, ports | Array Number } in
        |                      ------

      error[E0210]: the value of \`ports[1]\` breaks its contract: expected a Number
       --> main.ncl:4:16
        |
      4 |   ports = [80, "x"],
        |                ^^^ this is the string "x"
      note: expected by this contract
       --> main.ncl:1:44
        |
      1 | let Layer = { name | String, ports | Array Number } in
        |                                            ------"
    `);
  });

  test("a default of the contract itself", () => {
    expect(errors('{ a | { b | Number | default = "x" } = {} }')).toMatchInlineSnapshot(`
      "error[E0210]: the value of \`a.b\` breaks its contract: expected a Number
       --> main.ncl:1:32
        |
      1 | { a | { b | Number | default = "x" } = {} }
        |                                ^^^ this is the string "x"
      note: expected by this contract
       --> main.ncl:1:13
        |
      1 | { a | { b | Number | default = "x" } = {} }
        |             ------"
    `);
  });

  test("unknown fields, one by one, with what was likely meant", () => {
    expect(
      errors(`let Layer = { name | String, tools_provided | Array String | default = [], .. } & {} in
let Closed = { name | String, tools_provided | Array String | default = [], language | String } in
[
  { name = "a", anything = 1 } | Layer,
  { name = "a", tools_provide = [], lanugage = "c", extra = 1 } | Closed,
]
`),
    ).toMatchInlineSnapshot(`
      "error[E0211]: unknown field \`tools_provide\`
       --> main.ncl:5:17
        |
      5 |   { name = "a", tools_provide = [], lanugage = "c", extra = 1 } | Closed,
        |                 ^^^^^^^^^^^^^ the contract of this record has no such field
      note: expected by this contract
       --> main.ncl:5:67
        |
      5 |   { name = "a", tools_provide = [], lanugage = "c", extra = 1 } | Closed,
        |                                                                   ------
        |
        = help: did you mean \`tools_provided\`?

      error[E0211]: unknown field \`lanugage\`
       --> main.ncl:5:37
        |
      5 |   { name = "a", tools_provide = [], lanugage = "c", extra = 1 } | Closed,
        |                                     ^^^^^^^^ the contract of this record has no such field
      note: expected by this contract
       --> main.ncl:5:67
        |
      5 |   { name = "a", tools_provide = [], lanugage = "c", extra = 1 } | Closed,
        |                                                                   ------
        |
        = help: did you mean \`language\`?

      error[E0211]: unknown field \`extra\`
       --> main.ncl:5:53
        |
      5 |   { name = "a", tools_provide = [], lanugage = "c", extra = 1 } | Closed,
        |                                                     ^^^^^ the contract of this record has no such field
      note: expected by this contract
       --> main.ncl:5:67
        |
      5 |   { name = "a", tools_provide = [], lanugage = "c", extra = 1 } | Closed,
        |                                                                   ------
        |
        = help: known fields: \`name\`, \`tools_provided\`, \`language\`"
    `);
  });

  test("a missing field, at the record that lacks it", () => {
    expect(errors('let Layer = { name | String, kind } in\n{ name = "a" } | Layer\n')).toMatchInlineSnapshot(`
      "error[E0212]: missing definition for the field \`kind\`
       --> main.ncl:2:1
        |
      2 | { name = "a" } | Layer
        | ^^^^^^^^^^^^^^ \`kind\` has no value here
      note: declared here, without a value
       --> main.ncl:1:30
        |
      1 | let Layer = { name | String, kind } in
        |                              ----
        |
        = help: give it a value, \`kind = …\`, or declare it \`| optional\`"
    `);
  });

  test("a tag with a slip", () => {
    expect(errors("{ kind | [| 'toolchain, 'deps, 'utility |] = 'toolchian }")).toMatchInlineSnapshot(`
      "error[E0210]: the value of \`kind\` breaks its contract: expected one of 'toolchain, 'deps, 'utility
       --> main.ncl:1:46
        |
      1 | { kind | [| 'toolchain, 'deps, 'utility |] = 'toolchian }
        |                                              ^^^^^^^^^^ this is the enum tag 'toolchian
      note: expected by this contract
       --> main.ncl:1:10
        |
      1 | { kind | [| 'toolchain, 'deps, 'utility |] = 'toolchian }
        |          ---------------------------------
        |
        = help: did you mean \`'toolchain\`?"
    `);
  });

  test("a custom contract's message and notes", () => {
    expect(
      errors(`let Even = std.contract.from_validator (fun n =>
  if n % 2 == 0 then 'Ok else 'Error { message = "must be even", notes = ["halve it twice", "or not at all"] }
)
in { size | Even = 3 }
`),
    ).toMatchInlineSnapshot(`
      "error[E0210]: the value of \`size\` breaks its contract: must be even
       --> main.ncl:4:20
        |
      4 | in { size | Even = 3 }
        |                    ^ this is the number 3
      note: expected by this contract
       --> main.ncl:4:13
        |
      4 | in { size | Even = 3 }
        |             ----
        |
        = note: halve it twice
        = note: or not at all"
    `);
  });

  test("the caller of a function", () => {
    expect(
      errors('let double | Number -> Number = fun x => x * 2 in\n{ a = double "two" }\n'),
    ).toMatchInlineSnapshot(`
      "error[E0210]: the caller of \`double\` breaks its contract: expected a Number
       --> main.ncl:2:14
        |
      2 | { a = double "two" }
        |              ^^^^^ this is the string "two"
      note: expected by this contract
       --> main.ncl:1:14
        |
      1 | let double | Number -> Number = fun x => x * 2 in
        |              ------"
    `);
  });

  test("the caller of a function of the standard library", () => {
    expect(errors("{ a = std.array.map (fun x => x) 5, b = std.array.at 2 [1] }")).toMatchInlineSnapshot(`
      "error[E0210]: the caller of \`map\` breaks its contract: expected an array
       --> main.ncl:1:34
        |
      1 | { a = std.array.map (fun x => x) 5, b = std.array.at 2 [1] }
        |                                  ^ this is the number 5
        |
        = note: expected by the standard library: \`map\` : forall a b. (a -> b) -> Array a -> Array b

      error[E0210]: the caller of \`at\` breaks its contract: invalid array indexing
       --> main.ncl:1:54
        |
      1 | { a = std.array.map (fun x => x) 5, b = std.array.at 2 [1] }
        |                                                      ^ this is the number 2
        |
        = note: expected by the standard library: \`at\` : ValidIndex
        = note: expected an array index between 0 and 0 (included), got 2"
    `);
  });

  test("a value that came from another file", () => {
    const files = { "/data.json": '{ "name": 5 }\n' };
    expect(errors('(import "data.json") | { name | String }', { files })).toMatchInlineSnapshot(`
      "error[E0210]: the value of \`name\` breaks its contract: expected a String
       --> data.json:1:11
        |
      1 | { "name": 5 }
        |           ^ this is the number 5
      note: expected by this contract
       --> main.ncl:1:33
        |
      1 | (import "data.json") | { name | String }
        |                                 ------"
    `);
  });

  test("a merged value, where it was written", () => {
    expect(errors('{ a | Number } & {\n  a = "x",\n}\n')).toMatchInlineSnapshot(`
      "error[E0210]: the value of \`a\` breaks its contract: expected a Number
       --> main.ncl:2:7
        |
      2 |   a = "x",
        |       ^^^ this is the string "x"
      note: expected by this contract
       --> main.ncl:1:7
        |
      1 | { a | Number } & {
        |       ------"
    `);
  });
});
