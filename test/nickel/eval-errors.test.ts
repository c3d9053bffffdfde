// The whole text of each error that a program can end in, and that one error does not hide another.

import { describe, expect, test } from "vitest";
import { errors, evaluate, outcome } from "./evaluated.ts";

describe("gathering", () => {
  const text = `let C = { a | Number, b | { c | String }, d | Array Bool, e } in
{
  a = "1",
  b = { c = 2, x = 3 },
  d = [true, 0, 1],
  f = 4,
} | C
`;

  test("an export tells all that is wrong", () => {
    expect(
      evaluate(text).diagnostics.map(({ code, span }) => `${code} ${span?.file.position(span.start).line}`),
    ).toEqual(["E0212 2", "E0210 3", "E0210 4", "E0211 4", "E0210 5", "E0210 5", "E0211 6"]);
  });

  test("unless only the first is wanted", () => {
    expect(outcome(text, { firstOnly: true })).toEqual(["EvalError::BlameError: unknown field `f`"]);
  });

  test("fields are then computed last to first", () => {
    expect(outcome('{ a = 1 + "a", b = null.x }', { firstOnly: true })).toEqual([
      "EvalError::TypeError: field access: expected a record",
    ]);
  });

  test("one cause is told once, however many fields need it", () => {
    expect(outcome("{ a = 1 / 0, b = a, c = [a, b] }")).toEqual(["EvalError::Other: division by zero"]);
  });

  test("a part that a custom contract refuses does not hide the others", () => {
    const distinct = `
let Paths = std.contract.Sequence [Array String, std.contract.from_predicate (fun xs => std.array.all (fun x => x != "") xs)] in
{ paths | Paths = [1, "a", 2] }`;
    expect(outcome(distinct)).toEqual([
      "EvalError::BlameError: the value of `paths[0]` breaks its contract: expected a String",
      "EvalError::BlameError: the value of `paths[2]` breaks its contract: expected a String",
    ]);
  });
});

describe("names", () => {
  test("an unbound one", () => {
    expect(errors('let layer_name = "a" in { name = layer_nmae, kind = knd }')).toMatchInlineSnapshot(`
      "error[E0200]: unbound identifier \`layer_nmae\`
       --> main.ncl:1:34
        |
      1 | let layer_name = "a" in { name = layer_nmae, kind = knd }
        |                                  ^^^^^^^^^^ nothing of this name is in scope
        |
        = help: did you mean \`layer_name\`?

      error[E0200]: unbound identifier \`knd\`
       --> main.ncl:1:53
        |
      1 | let layer_name = "a" in { name = layer_nmae, kind = knd }
        |                                                     ^^^ nothing of this name is in scope
        |
        = help: did you mean \`kind\`?"
    `);
  });

  test("a type variable without its forall", () => {
    expect(errors("let f : { x : Number; r } -> Number = fun x => 1 in 1")).toMatchInlineSnapshot(`
      "error[E0202]: unbound type variable \`r\`
       --> main.ncl:1:23
        |
      1 | let f : { x : Number; r } -> Number = fun x => 1 in 1
        |                       ^
        |
        = help: bind it: \`forall r. …\`"
    `);
  });
});

/** Each text with what is told of it. */
function told(...texts: readonly string[]): string {
  return texts.map((text) => errors(text)).join("\n\n");
}

describe("operators and functions", () => {
  test("operands", () => {
    expect(
      told('1 + "a"', "if 1 then 2 else 3", "1 / 0", "1 && true", "'A |> match { x if 1 => 1 }"),
    ).toMatchInlineSnapshot(`
      "error[E0219]: \`+\` expects a Number as its second operand
       --> main.ncl:1:5
        |
      1 | 1 + "a"
        |     ^^^ this is the string "a"
        |
        = help: strings are joined with \`++\`

      error[E0218]: the condition of \`if\`: expected a Bool
       --> main.ncl:1:4
        |
      1 | if 1 then 2 else 3
        |    ^ this is the number 1

      error[E0227]: division by zero
       --> main.ncl:1:1
        |
      1 | 1 / 0
        | ^^^^^

      error[E0219]: \`&&\` expects a Bool as its first operand
       --> main.ncl:1:1
        |
      1 | 1 && true
        | ^ this is the number 1
        |
        = help: only booleans are true or false: compare, as in \`x != null\`

      error[E0218]: the guard of a branch: expected a Bool
       --> main.ncl:1:20
        |
      1 | 'A |> match { x if 1 => 1 }
        |                    ^ this is the number 1"
    `);
  });

  test("fields", () => {
    expect(
      told("null.a", "{ alpha = 1 }.alhpa", "let r = { a = 1 } in r.x.y", '{ "%{1 + 1}" = 1, "%{[]}" = 2 }'),
    ).toMatchInlineSnapshot(`
      "error[E0218]: field access: expected a record
       --> main.ncl:1:1
        |
      1 | null.a
        | ^^^^^^ this is null

      error[E0217]: no field \`alhpa\`
       --> main.ncl:1:15
        |
      1 | { alpha = 1 }.alhpa
        |               ^^^^^ the record has no such field
        |
        = help: did you mean \`alpha\`?

      error[E0217]: no field \`x\`
       --> main.ncl:1:24
        |
      1 | let r = { a = 1 } in r.x.y
        |                        ^ the record has no such field
      note: the value is made here
       --> main.ncl:1:9
        |
      1 | let r = { a = 1 } in r.x.y
        |         ---------
        |
        = help: it has \`a\`

      error[E0218]: interpolation: expected a string, number, boolean, enum tag or null
       --> main.ncl:1:22
        |
      1 | { "%{1 + 1}" = 1, "%{[]}" = 2 }
        |                      ^^ this is an array
        |
        = help: join its elements with \`std.string.join\`, or use \`std.serialize 'Json\`"
    `);
  });

  test("calls and comparisons", () => {
    expect(told("1 2", "(fun x => x) == (fun y => y)", "let f = 'A in f 1 2")).toMatchInlineSnapshot(`
      "error[E0216]: the number 1 cannot be called
       --> main.ncl:1:1
        |
      1 | 1 2
        | ^^^ only functions take arguments
        |
        = help: two values side by side are a call: is a comma or an operator missing?

      error[E0221]: cannot compare a function with a function
       --> main.ncl:1:1
        |
      1 | (fun x => x) == (fun y => y)
        | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^

      error[E0216]: the enum tag 'A cannot be called
       --> main.ncl:1:15
        |
      1 | let f = 'A in f 1 2
        |               ^^^^^ only functions take arguments
      note: the value is made here
       --> main.ncl:1:9
        |
      1 | let f = 'A in f 1 2
        |         --
        |
        = help: a tag takes one argument: put several into a record or an array"
    `);
  });

  test("merges", () => {
    expect(told("{ a = 1 } & {\n  a = 2,\n}", "[1] & [2]", "{ a = 1, a = 2 }")).toMatchInlineSnapshot(`
      "error[E0213]: cannot merge the number 1 with the number 2
       --> main.ncl:1:7
        |
      1 | { a = 1 } & {
        |       ^ this is the number 1
      note: the other is the number 2
       --> main.ncl:2:7
        |
      2 |   a = 2,
        |       -
        |
        = help: give one of them a priority: \`| default\` lets the other win, \`| force\` makes it win

      error[E0210]: cannot merge unequal arrays: expected the number 1, got the number 2
       --> main.ncl:1:8
        |
      1 | [1] & [2]
        |        ^ this is the number 2
      note: the other is the number 1
       --> main.ncl:1:2
        |
      1 | [1] & [2]
        |  -
      note: merged here
       --> main.ncl:1:1
        |
      1 | [1] & [2]
        | ---------
        |
        = note: arrays merge only with their equals: join them with \`@\`, or give one of them a priority

      error[E0213]: cannot merge the number 1 with the number 2
       --> main.ncl:1:7
        |
      1 | { a = 1, a = 2 }
        |       ^ this is the number 1
      note: the other is the number 2
       --> main.ncl:1:14
        |
      1 | { a = 1, a = 2 }
        |              -
        |
        = help: give one of them a priority: \`| default\` lets the other win, \`| force\` makes it win"
    `);
  });

  test("patterns", () => {
    expect(
      told(
        "'tolchain |> match { 'toolchain => 1, 'deps => 2 }",
        "1 |> match { 2 => 1 }",
        "let { a } = { b = 1 } in a",
        "(fun [x] => x) []",
      ),
    ).toMatchInlineSnapshot(`
      "error[E0223]: no branch matches the enum tag 'tolchain
       --> main.ncl:1:1
        |
      1 | 'tolchain |> match { 'toolchain => 1, 'deps => 2 }
        | ^^^^^^^^^ unmatched
      note: by this match
       --> main.ncl:1:14
        |
      1 | 'tolchain |> match { 'toolchain => 1, 'deps => 2 }
        |              -------------------------------------
        |
        = help: did you mean 'toolchain?

      error[E0222]: no branch matches the number 1
       --> main.ncl:1:1
        |
      1 | 1 |> match { 2 => 1 }
        | ^ unmatched
      note: by this match
       --> main.ncl:1:6
        |
      1 | 1 |> match { 2 => 1 }
        |      ----------------
        |
        = help: add a branch for it, or a last one \`_ => …\`

      error[E0224]: a record does not fit the pattern
       --> main.ncl:1:13
        |
      1 | let { a } = { b = 1 } in a
        |             ^^^^^^^^^ \`a\` is missing

      error[E0224]: an array does not fit the pattern
       --> main.ncl:1:16
        |
      1 | (fun [x] => x) []
        |                ^^
      note: the pattern is that of this function
       --> main.ncl:1:6
        |
      1 | (fun [x] => x) []
        |      ---"
    `);
  });

  test("recursion", () => {
    expect(
      told("{ a = b, b = a }", "let rec sum = fun n => 1 + sum (n + 1) in sum 0"),
    ).toMatchInlineSnapshot(`
      "error[E0214]: infinite recursion: \`a\` needs \`b\` needs \`a\`
       --> main.ncl:1:7
        |
      1 | { a = b, b = a }
        |       ^ this needs its own value
      note: by way of \`b\`
       --> main.ncl:1:14
        |
      1 | { a = b, b = a }
        |              -

      error[E0215]: the evaluation nests too deep
       --> main.ncl:1:1
        |
      1 | let rec sum = fun n => 1 + sum (n + 1) in sum 0
        | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ while evaluating this
        |
        = help: a function that calls itself without end, a very long list walked without a fold, or a very long chain of operators; LAMINA_NICKEL_STACK (in MiB) gives it more room"
    `);
  });

  test("a chain that is longer than the stack is deep", () => {
    const { diagnostics } = evaluate(Array.from({ length: 50_000 }, () => "1").join(" + "));
    expect(diagnostics.map(({ code }) => code)).toEqual(["E0215"]);
  });

  test("the library", () => {
    expect(
      told(
        "std.array.first []",
        'std.record.get "a" { b = 1 }',
        'std.string.to_number "x"',
        'std.string.is_match "(?=a)" "a"',
        'std.deserialize \'Json "[1,"',
        "std.serialize 'Toml [1]",
      ),
    ).toMatchInlineSnapshot(`
      "error[E0210]: the caller of \`first\` breaks its contract: empty array
       --> main.ncl:1:17
        |
      1 | std.array.first []
        |                 ^^ this is an array
        |
        = note: expected by the standard library: \`first\` : NonEmpty -> Dyn

      error[E0210]: the caller of \`get\` breaks its contract: missing field
       --> main.ncl:1:20
        |
      1 | std.record.get "a" { b = 1 }
        |                    ^^^^^^^^^ this is a record
        |
        = note: expected by the standard library: \`get\` : std.contract.unstable.HasField Dyn
        = note: The record given as an argument lacks the required field \`a\`.

      error[E0210]: the caller of \`to_number\` breaks its contract: invalid number literal
       --> main.ncl:1:22
        |
      1 | std.string.to_number "x"
        |                      ^^^ this is the string "x"
        |
        = note: expected by the standard library: \`to_number\` : NumberLiteral -> Dyn

      error[E0227]: invalid regular expression \`(?=a)\`: look-around is not supported
       --> main.ncl:1:1
        |
      1 | std.string.is_match "(?=a)" "a"
        | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

      error[E0228]: json parse error: expected a value
       --> main.ncl:1:23
        |
      1 | std.deserialize 'Json "[1,"
        |                       ^^^^^

      error[E0229]: only a record is exported as toml, this is an array
       --> main.ncl:1:21
        |
      1 | std.serialize 'Toml [1]
        |                     ^^^"
    `);
  });

  test("what no format can hold", () => {
    expect(told("fun x => x", "{ a = ['B 1] }", "1e400", "Number")).toMatchInlineSnapshot(`
      "error[E0230]: a function cannot be exported
       --> main.ncl:1:1
        |
      1 | fun x => x
        | ^^^^^^^^^^ this is a function
        |
        = help: call it, or keep it out of the export with \`| not_exported\`

      error[E0230]: the enum variant 'B with an argument cannot be exported (at a[0])
       --> main.ncl:1:8
        |
      1 | { a = ['B 1] }
        |        ^^^^ this is the enum variant 'B with an argument
        |
        = help: export a plain tag or a record instead, for example by a \`match\`

      error[E0231]: the number 1e400 is too large to be exported
       --> main.ncl:1:1
        |
      1 | 1e400
        | ^^^^^

      error[E0230]: a type cannot be exported
       --> main.ncl:1:1
        |
      1 | Number
        | ^^^^^^ this is a type
        |
        = help: a contract on a field is written \`field | Contract\`; what only serves as one is marked \`| not_exported\`"
    `);
  });

  test("what stays outside", () => {
    expect(told("import rust", "1e2000000", '%trace% "alone"', "%seq% 1")).toMatchInlineSnapshot(`
      "error[E0242]: cannot import the package \`rust\`: there is no package manifest
       --> main.ncl:1:1
        |
      1 | import rust
        | ^^^^^^^^^^^
        |
        = help: import a file by its path

      error[E0203]: the number 1e2000000 is too large
       --> main.ncl:1:1
        |
      1 | 1e2000000
        | ^^^^^^^^^ exponents go to a million

      error[E0232]: %trace% expects 2 arguments
       --> main.ncl:1:1
        |
      1 | %trace% "alone"
        | ^^^^^^^^^^^^^^^ too few arguments

      error[E0232]: %seq% expects 2 arguments
       --> main.ncl:1:1
        |
      1 | %seq% 1
        | ^^^^^^^ too few arguments"
    `);
  });
});
