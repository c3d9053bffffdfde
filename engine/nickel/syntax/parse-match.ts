// `match { … }` and its branches.

import type { MatchBranch, Term } from "./ast.ts";
import type { Parser } from "./parser.ts";

/** `match { p if guard => body, … }`; the present token is `match`. */
export function parseMatch(p: Parser): Term {
  const { start } = p.next();
  const open = p.expect("{", "`{` and the branches");
  const branches: MatchBranch[] = [];
  while (p.kind !== "}" && !p.atForeignClose("}")) {
    const branch = p.recovering([",", "}"], () => {
      const parsed = parseBranch(p);
      if (p.kind !== "," && p.kind !== "}") p.expectClose("}", open, "`,` or `}` after the branch");
      return parsed;
    });
    if (branch !== undefined) branches.push(branch);
    if (p.eat(",") === undefined) break;
  }
  p.expectClose("}", open, "`,` or `}` after the branch");
  return { kind: "match", branches, span: p.spanFrom(start) };
}

function parseBranch(p: Parser): MatchBranch {
  const { start } = p.token;
  const pattern = p.pattern();
  const guard = p.eat("if") === undefined ? undefined : p.term();
  if (p.kind === "->")
    p.unexpected("`=>` and the body of the branch", "write `=>`; the arrow `->` belongs to types");
  p.expect("=>", "`=>` and the body of the branch");
  const body = p.term();
  return { pattern, guard, body, span: p.spanFrom(start) };
}
