// What is said about wrong syntax, whole: each text is what a person reads. Long because every fault that the parser tells apart
// has its text here.

import { expect, test } from "vitest";
import { renderDiagnostics } from "../../cli/report/diagnostic.ts";
import { SourceFile } from "../../engine/core/source.ts";
import { parse } from "../../engine/nickel/syntax/parse.ts";

function complaints(text: string): string {
  const { diagnostics } = parse(new SourceFile("/w/a.ncl", text));
  return renderDiagnostics(diagnostics, { root: "/w", color: false });
}

test("a comma missing between fields", () => {
  expect(
    complaints(`{
  name = "rust"
  tier = 'toolchain,
}
`),
  ).toBe(`error[E0109]: missing comma before the field \`tier\`
 --> a.ncl:3:3
  |
3 |   tier = 'toolchain,
  |   ^^^^
  |
  = help: put a comma after the previous field

1 error
`);
});

test("a comma missing before a field with metadata", () => {
  expect(
    complaints(`{
  name = f x
  tier | default = 'a,
}
`),
  ).toBe(`error[E0109]: missing comma before the field \`tier\`
 --> a.ncl:3:3
  |
3 |   tier | default = 'a,
  |   ^^^^
  |
  = help: put a comma after the previous field

1 error
`);
});

test("metadata behind the value", () => {
  expect(
    complaints(`{
  tier = 'a | default,
}
`),
  ).toBe(`error[E0122]: \`default\` stands behind a value
 --> a.ncl:2:15
  |
2 |   tier = 'a | default,
  |               ^^^^^^^ it belongs to the field
  |
  = help: write it before the \`=\`: \`field | default = value\`

1 error
`);
});

test("a quote missing", () => {
  expect(
    complaints(`{
  name = "rust,
  tier = "x",
}
`),
  ).toBe(`error[E0104]: unclosed string
 --> a.ncl:2:10
  |
2 |   name = "rust,
  |          ^^^^^ no \`"\` closes it on its line
  |
  = help: close it with \`"\`

1 error
`);
});

test("a brace missing", () => {
  expect(
    complaints(`{
  a = {
    b = 1,
  c = 2,
}
`),
  ).toBe(`error[E0102]: unclosed \`{\`
 --> a.ncl:2:7
  |
2 |   a = {
  |       ^ no \`}\` closes this
note: going by the indentation, it ends before this
 --> a.ncl:4:3
  |
4 |   c = 2,
  |   -
  |
  = help: add the missing \`}\`

1 error
`);
});

test("a bracket missing", () => {
  expect(
    complaints(`{
  a = [1, 2,
  b = 3,
}
`),
  ).toBe(`error[E0102]: unclosed \`[\`
 --> a.ncl:2:7
  |
2 |   a = [1, 2,
  |       ^ no \`]\` closes this
note: \`]\` expected before this: a field seems to begin here
 --> a.ncl:3:3
  |
3 |   b = 3,
  |   -
  |
  = help: add the missing \`]\`

1 error
`);
});

test("a parenthesis missing", () => {
  expect(
    complaints(`{ a = (1 + 2 }
`),
  ).toBe(`error[E0102]: unclosed \`(\`
 --> a.ncl:1:7
  |
1 | { a = (1 + 2 }
  |       ^ no \`)\` closes this
note: \`)\` expected here
 --> a.ncl:1:14
  |
1 | { a = (1 + 2 }
  |              -
  |
  = help: add the missing \`)\`

1 error
`);
});

test("the brace of an interpolation missing", () => {
  expect(
    complaints(`{ a = "x %{b" }
`),
  ).toBe(`error[E0104]: unclosed string
 --> a.ncl:1:13
  |
1 | { a = "x %{b" }
  |             ^ it runs to the end of the file
note: it stands in the interpolation that opens here: is the \`}\` missing?
 --> a.ncl:1:10
  |
1 | { a = "x %{b" }
  |          --
  |
  = help: close it with \`"\`

1 error
`);
});

test("several faults at once", () => {
  expect(
    complaints(`{
  a = ,
  b = [1, , 2],
  c = 1 +,
  d = let x = in x,
}
`),
  ).toBe(`error[E0100]: unexpected \`,\`
 --> a.ncl:2:7
  |
2 |   a = ,
  |       ^ expected an expression

error[E0100]: unexpected \`,\`
 --> a.ncl:3:11
  |
3 |   b = [1, , 2],
  |           ^ expected an expression

error[E0100]: unexpected \`,\`
 --> a.ncl:4:10
  |
4 |   c = 1 +,
  |          ^ expected an expression

error[E0100]: unexpected keyword \`in\`
 --> a.ncl:5:15
  |
5 |   d = let x = in x,
  |               ^^ expected an expression

4 errors
`);
});

test("a shell's interpolation", () => {
  expect(
    complaints(`{ a = \${x} }
`),
  ).toBe(`error[E0103]: unexpected character \`$\`
 --> a.ncl:1:7
  |
1 | { a = \${x} }
  |       ^
  |
  = help: interpolation is written %{…}, inside a string

1 error
`);
});

test("curly quotes", () => {
  expect(
    complaints(`{ a = “x” }
`),
  ).toBe(`error[E0103]: unexpected character \`“\`
 --> a.ncl:1:7
  |
1 | { a = “x” }
  |       ^
  |
  = help: write the straight quote "

1 error
`);
});

test("an unknown escape", () => {
  expect(
    complaints(`{ path = "C:\\Users" }
`),
  ).toBe(`error[E0105]: invalid escape sequence \`\\U\`
 --> a.ncl:1:13
  |
1 | { path = "C:\\Users" }
  |             ^^
  |
  = help: the escapes are \\\\ \\" \\% \\' \\n \\r \\t and \\xHH; write \\\\ for a backslash, or use m%"…"%, which has no escapes

1 error
`);
});

test("too many percent signs", () => {
  expect(complaints(`m%"x"%%`)).toBe(`error[E0107]: \`"%%\` has more percent signs than the string's opening
 --> a.ncl:1:5
  |
1 | m%"x"%%
  |     ^^^
note: the string is opened here
 --> a.ncl:1:1
  |
1 | m%"x"%%
  | ---
  |
  = help: close the string with \`"%\`, or open it with as many percent signs

1 error
`);
});

test("JSON", () => {
  expect(complaints(`{ "a": 1 }`)).toBe(`error[E0110]: a number is neither a type nor a contract
 --> a.ncl:1:8
  |
1 | { "a": 1 }
  |        ^
  |
  = help: a value is given with \`=\`; what follows \`:\` is a type

1 error
`);
});

test("a string as a contract", () => {
  expect(complaints(`{ a | "x" = 3 }`)).toBe(`error[E0110]: a string is neither a type nor a contract
 --> a.ncl:1:7
  |
1 | { a | "x" = 3 }
  |       ^^^
  |
  = help: give a type such as Number or [| 'a, 'b |], a record, or a contract such as std.contract.Equal value

1 error
`);
});

test("a type without a value", () => {
  expect(
    complaints(`{ a : String, b | String = "x" }`),
  ).toBe(`error[E0112]: the field \`a\` has a static type but no value
 --> a.ncl:1:7
  |
1 | { a : String, b | String = "x" }
  |       ^^^^^^ this type would check nothing
note: the field is declared here
 --> a.ncl:1:3
  |
1 | { a : String, b | String = "x" }
  |   -
  |
  = help: write \`a | …\` to make it a contract, or give the field a value

1 error
`);
});

test("an assignment for a comparison", () => {
  expect(complaints(`if x = 1 then 2 else 3`)).toBe(`error[E0100]: unexpected \`=\`
 --> a.ncl:1:6
  |
1 | if x = 1 then 2 else 3
  |      ^ expected \`then\`
  |
  = help: equality is \`==\`

1 error
`);
});

test("a reserved word as a name", () => {
  expect(
    complaints(`let default = 1 in default`),
  ).toBe(`error[E0119]: the reserved word \`default\` cannot be a name
 --> a.ncl:1:5
  |
1 | let default = 1 in default
  |     ^^^^^^^
  |
  = help: choose another name

1 error
`);
});

test("a keyword as a field name", () => {
  expect(complaints(`{ if = 1 }`)).toBe(`error[E0119]: the reserved word \`if\` cannot be a field name
 --> a.ncl:1:3
  |
1 | { if = 1 }
  |   ^^
  |
  = help: quote it: \`"if"\`

1 error
`);
});

test("a function as a bare argument", () => {
  expect(complaints(`std.array.map fun x => x [1]`)).toBe(`error[E0100]: unexpected keyword \`fun\`
 --> a.ncl:1:15
  |
1 | std.array.map fun x => x [1]
  |               ^^^ expected an operator, an argument or the end of the file
  |
  = help: put the function in parentheses

1 error
`);
});

test("an if without else", () => {
  expect(complaints(`if a then b`)).toBe(`error[E0101]: unexpected end of file
 --> a.ncl:1:12
  |
1 | if a then b
  |            ^ expected \`else\`: an \`if\` always has both branches

1 error
`);
});

test("the wrong arrow", () => {
  expect(complaints(`fun x -> x`)).toBe(`error[E0100]: unexpected \`->\`
 --> a.ncl:1:7
  |
1 | fun x -> x
  |       ^^ expected \`=>\` and the body of the function
  |
  = help: write \`=>\`; the arrow \`->\` belongs to types

1 error
`);
});

test("a semicolon between fields", () => {
  expect(complaints(`{ a = 1; b = 2 }`)).toBe(`error[E0124]: unexpected \`;\`
 --> a.ncl:1:8
  |
1 | { a = 1; b = 2 }
  |        ^ expected \`,\`
  |
  = help: fields, items and branches are parted by commas

1 error
`);
});

test("a double slash", () => {
  expect(
    complaints(`// hi
1`),
  ).toBe(`error[E0123]: \`//\` begins no comment
 --> a.ncl:1:1
  |
1 | // hi
  | ^^^^^
  |
  = help: a comment begins with \`#\`; records are merged with \`&\`

1 error
`);
});

test("a brace too many", () => {
  expect(complaints(`{ a = 1 } }`)).toBe(`error[E0108]: unmatched \`}\`
 --> a.ncl:1:11
  |
1 | { a = 1 } }
  |           ^ nothing is open that this would close

1 error
`);
});

test("a value in a record type", () => {
  expect(
    complaints(`{ a : Number, b = 1; Dyn }`),
  ).toBe(`error[E0111]: a record type cannot hold anything but \`name : Type\`
 --> a.ncl:1:15
  |
1 | { a : Number, b = 1; Dyn }
  |               ^^^^^
  |
  = help: the tail after \`;\` makes this a record type: drop it to write a record contract

1 error
`);
});

test("a type variable of two kinds", () => {
  expect(
    complaints(`x | forall r. { a : r; r }`),
  ).toBe(`error[E0113]: the type variable \`r\` is used as a type and as the tail of a record
 --> a.ncl:1:21
  |
1 | x | forall r. { a : r; r }
  |                     ^
  |
  = help: use one variable for types, another for the tail of a record, another for the tail of an enum

1 error
`);
});

test("a name bound twice", () => {
  expect(complaints(`let a = 1, a = 2 in a`)).toBe(`error[E0115]: \`a\` is bound twice in one let block
 --> a.ncl:1:12
  |
1 | let a = 1, a = 2 in a
  |            ^
note: it is first bound here
 --> a.ncl:1:5
  |
1 | let a = 1, a = 2 in a
  |     -
  |
  = help: rename one of them, or nest a second \`let\`

1 error
`);
});

test("a field included and defined", () => {
  expect(
    complaints(`let a = 1 in { include a, a = 1 }`),
  ).toBe(`error[E0116]: the field \`a\` is included and declared a second time
 --> a.ncl:1:24
  |
1 | let a = 1 in { include a, a = 1 }
  |                        ^
note: the other one is here
 --> a.ncl:1:27
  |
1 | let a = 1 in { include a, a = 1 }
  |                           -
  |
  = help: keep one of them; \`a = …\` may refer to the outer \`a\` only under another name

1 error
`);
});

test("a field matched twice", () => {
  expect(
    complaints(`let {a, b, a = c} = x in a`),
  ).toBe(`error[E0114]: the field \`a\` is matched twice in one record pattern
 --> a.ncl:1:12
  |
1 | let {a, b, a = c} = x in a
  |            ^
note: it is first matched here
 --> a.ncl:1:6
  |
1 | let {a, b, a = c} = x in a
  |      -

1 error
`);
});

test("an unknown import format", () => {
  expect(complaints(`import "x" as 'Xml`)).toBe(`error[E0117]: unknown import format \`'Xml\`
 --> a.ncl:1:15
  |
1 | import "x" as 'Xml
  |               ^^^^
  |
  = help: the formats are 'Nickel 'Json 'Yaml 'Toml 'Text

1 error
`);
});

test("an interpolated import", () => {
  expect(
    complaints(`import "%{x}.ncl"`),
  ).toBe(`error[E0121]: the path of an import cannot hold an interpolation
 --> a.ncl:1:9
  |
1 | import "%{x}.ncl"
  |         ^^^^

1 error
`);
});
