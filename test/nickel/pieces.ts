// The language's own pieces, of which random rows come much nearer to programs than random characters do.

const plainPieces =
  "? , ; : = & . + - * / % @ ! | _ { } [ ] ( ) < > \" ' # \\ a Z x 0 1 9 é 😀 ` $ => -> |> ++ == != && || .. [| |] %{ " +
  '"% m%" m%%" nix-s%" \'" %%{ %typeof% %record/insert% %nothing% \\n \\x41 \\xff 0x1F 1.5e-3 Number Dyn default doc ' +
  "null true 'Tag";
const blankPieces =
  "let ; rec ; in ;fun ;if ; then ; else ;match ;import ;forall ; as ; or ;include ;Array ;priority ;x : Number = 1;" +
  "{_ : Dyn};{ a | default = 1, }";
export const pieces: readonly string[] = [
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
