// Texts for the properties of lexer and parser: random rows of the language's own pieces, which come much nearer to
// programs than random characters, and random characters as well.

import * as fc from "fast-check";

const plainPieces =
  "? , ; : = & . + - * / % @ ! | _ { } [ ] ( ) < > \" ' # \\ a Z x 0 1 9 é 😀 ` $ => -> |> ++ == != && || .. [| |] %{ " +
  '"% m%" m%%" nix-s%" \'" %%{ %typeof% %record/insert% %nothing% \\n \\x41 \\xff 0x1F 1.5e-3 Number Dyn default doc ' +
  "null true 'Tag";
const blankPieces =
  "let ; rec ; in ;fun ;if ; then ; else ;match ;import ;forall ; as ; or ;include ;Array ;priority ;x : Number = 1;" +
  "{_ : Dyn};{ a | default = 1, }";
const pieces = [
  ...plainPieces.split(" "),
  ...blankPieces.split(";"),
  " ",
  "\n",
  "\r\n",
  "\r",
  "\t",
  "\0",
  "# comment\n",
];

export const arbitrarySource: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((parts) => parts.join("")),
  },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
);
