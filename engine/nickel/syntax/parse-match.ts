// `match { … }` and its branches.

import type { MatchBranch, Term } from "./ast.ts";
import { missingComma } from "./diagnostics.ts";
import { parseList } from "./parse-list.ts";
import { startsPattern } from "./parse-pattern.ts";
import type { Parser } from "./parser.ts";
import type { Token } from "./token.ts";

/** `match { p if guard => body, … }`; the present token is `match`. */
export function parseMatch(p: Parser): Term {
  const { start } = p.next();
  if (p.kind !== "{" && p.peek() === "{") {
    p.complainHere("`{` and the branches", "what is matched stands before it: `value |> match { … }`");
    p.next();
  }
  const open = p.expect("{", "`{` and the branches");
  const branches: MatchBranch[] = [];
  parseList(p, {
    open,
    close: "}",
    element: () => {
      branches.push(parseBranch(p));
    },
    refuse: () => refuseEnd(p, open),
    begins: (index) => startsPattern(p.tokenAt(index)?.kind ?? "end"),
  });
  p.expectClose("}", open, "`,` or `}` after the branch");
  return { kind: "match", branches, span: p.spanFrom(start) };
}

/** Complains about what stands behind a branch: perhaps the arrow of the next one, whose pattern was read as an argument. */
function refuseEnd(p: Parser, open: Token): never {
  const start = p.lineStart();
  if (p.kind === "=>" && start !== undefined && startsPattern(p.tokenAt(start)?.kind ?? "end")) {
    const end = p.tokenAt(start)?.end ?? p.lastEnd;
    const span = { file: p.file, start: p.tokenAt(start)?.start ?? end, end };
    p.failAndResume(missingComma, { field: undefined }, span, start);
  }
  return p.refuseClose("}", open, "`,` or `}` after the branch");
}

function parseBranch(p: Parser): MatchBranch {
  const { start } = p.token;
  const pattern = p.pattern();
  const guard = p.eat("if") === undefined ? undefined : p.term();
  if (p.kind === "->" || p.kind === "=" || p.kind === ":") {
    const help = p.kind === "->" ? "write `=>`; the arrow `->` belongs to types" : "write `=>`";
    p.complainHere("`=>` and the body of the branch", help);
    p.next();
  } else p.expect("=>", "`=>` and the body of the branch");
  const body = p.term();
  return { pattern, guard, body, span: p.spanFrom(start) };
}
