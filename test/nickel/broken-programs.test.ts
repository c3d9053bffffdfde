// Programs with several faults each, as people coming from other languages write them: every fault is told once, on its line
// (those that end in `#!`), and nothing else is.

import { expect, test } from "vitest";
import { SourceFile } from "../../engine/core/source.ts";
import { parse } from "../../engine/nickel/syntax/parse.ts";

const programs: Readonly<Record<string, string>> = {
  "commas missing between fields": `{
  a = 1
  b = 2, #!
  c = f x
  d.e = 4 #!
  "f" | String = "x" #!
}`,
  "a comma missing before metadata": `{
  a = f x
  b | default = 2, #!
  c = 1 +, #!
}`,
  "a comma missing, and a fault in the field behind it": `{
  a = 1
  b = [1, , 2], #!!
}`,
  "two commas": `{
  a = 1,, #!
  b = [1,, 2], #!
}`,
  JSON: `{
  "a": 1, #!
  "b": "x", #!
  "c": [1, 2], #!
  "d": { "e": true }, #!
  "f": null #!
}`,
  semicolons: `{
  a = 1; #!
  b = { c = 2; d = 3 }; #!!
  e = [1; 2], #!
}`,
  "a comparison for a definition": `{
  a == 1, #!
  b == [1, ], #!
  c == 1 + , #!!
}`,
  "a definition of another language": `{
  a := 1, #!
  b := { c = , }, #!!
}`,
  "let with semicolons": `let x = 1; #!
let y = 2; #!
{ a = x, b = y, c = }`.replace("c = }", "c = } #!"),
  "let without in": `let x = 1
let y = 2 in #!
{ a = x, b = , } #!`,
  "let as a function": `let f x = x + 1 in #!
let g(x) = x in #!
{ a = f 1, b = * 2 } #!`,
  "commas missing between bindings": `let
  a = 1
  b = 2, #!
  c = 3
  d = 4 #!
in a`,
  "a binding without a value": `let
  a = ,  #!
  b = 2,
  c = in #!
a`,
  "an if without then, an if without else": `{
  a = if x { 1 } else { 2 }, #!
  b = if x then 1, #!
  c = if x = 1 then 2 else 3, #!
  d = if a then 1 elif b then 2 else 3, #!
}`,
  "closing brackets too many": `{
  a = (1 + 2)), #!
  b = [1, 2]], #!
  c = [f (1)), 2], #!
  d = * 1, #!
}`,
  "a brace too many": `{
  a = { b = 1 } }, #!
  c = 2,
}`,
  "keywords as names": `{
  if = 1, #!
  in = 2, #!
  let = 3, #!
  match.x = 4, #!
  a = { import = 1 }, #!
}`,
  "comments of other languages": `// a comment #!
{
  /* two #!
     lines */
  a = 1, // the first #!
  b = ,  #!
}`,
  "single quotes": `{
  a = '1.0', #!
  b = '', #!
  c = ['/usr/bin', 'x y z'], #!
  d = 'http://x', #!
}`,
  "backticks and curly quotes": `{
  a = \`x\`, #!
  b = “y”, #!
  c = ‘z’, #!
}`,
  "a text of several lines in pairs of quotes": `{
  a = '' #!
    one
    two
  '',
  b = = 2, #!
}`,
  "interpolation outside of a string": `{
  a = \${x}, #!
  b = "\${y}",
  c = $z, #!
}`,
  "an unclosed string": `{
  a = "one, #!
  b = "two",
  c = , #!
}`,
  "an unclosed string at the end": `{
  a = "one",
  b = , #!
  c = "two #!
}`,
  "an unclosed array": `{
  a = [1, 2, #!
  b = 3,
  c = , #!
}`,
  "an unclosed parenthesis": `{
  a = (1 + 2, #!
  b = 3,
  c = (f x, #!
  d = , #!
}`,
  "an unclosed record": `{
  a = { #!
    b = 1,
  c = 2,
  d = , #!
}`,
  "an unclosed record in an array": `{
  a = [
    { b = 1, #!
  ],
  c = , #!
}`,
  "calls of other languages": `{
  a = f(x, y), #!
  b = f(x),
  c = g(1, [2, 3], { h = 4, }), #!
}`,
  "arrows for functions": `{
  a = fun x -> x, #!
  b = fun x, y => x, #!
  c = x => x, #!
  d = \\x, #!
}`,
  "branches of other languages": `{
  a = x |> match { 'A -> 1, 'B => 2 }, #!
  b = match x { 'A => 1 }, #!
  c = x |> match { 'A => 1; 'B => 2, }, #!
  d = x |> match { 'A = 1, 'B : 2 }, #!!
}`,
  "commas missing between branches": `x |> match {
  'A => 1,
  'B => , #!
  'C 2 => 3 + , #!
}`,
  "a comma missing before a branch": `x |> match {
  'A => 1
  'B x => 2, #!
  { a, b } => 3
  _ => * 4 #!!
}`,
  "functions as bare arguments": `{
  a = std.array.map fun x => x [1], #!
  b = 1 + let x = 1 in x, #!
  c = if true then 1 else fun x => x,
  d = f import "x", #!
}`,
  negations: `{
  a = 1 + !x, #!
  b = 2 * -1,
  c = 3 - -1,
  d = * -1, #!
}`,
  "types where values belong": `{
  a : 1, #!
  b | "x" = 2, #!
  c : Number | 5 = 3, #!
  d | [Number] = [1], #!
}`,
  "metadata of bindings": `let a | default = 1 in #!
let b | optional = 2 in #!
{ c = a | default } #!`,
  escapes: `{
  a = "C:\\Users\\x", #!!
  b = "\\d+", #!
  c = "\\xFF", #!
  d = "ok \\n",
}`,
  "nested faults": `{
  a = {
    b = [ { c = , }, { d = = } ], #!!
    e = { f = (1 + ), g = 2 * }, #!!
  },
  h = let i = , j = 2 in i +, #!!
}`,
  "records in nix": `{
  a = rec { b = 1; }, #!
  c = { d = 1; } // { e = 2; }, #!!!
  f = 1,
}`,
  "stray words": `{
  a = 1 b 2,
  a b c, #!
  = 3, #!
  : Number, #!
  d = 4,
}`,
};

test.each(Object.entries(programs))("%s", (_, program) => {
  const marked = program.split("\n").flatMap((line, index) => {
    const marks = /#(!+)$/.exec(line)?.[1] ?? "";
    return Array.from(marks, () => index + 1);
  });
  const told = parse(new SourceFile("/a.ncl", program)).diagnostics.map(
    ({ code, span, message }) => [span?.file.position(span.start).line, `${code} ${message}`] as const,
  );
  expect(marked.length).toBeGreaterThan(0);
  expect(told).toEqual(marked.map((line) => [line, expect.any(String)]));
});
