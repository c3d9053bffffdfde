// The strings `"…"` that run over several lines: legal, but where a quote is missing, it is probably theirs.

import type { Token } from "./token.ts";

/** Opening quotes of those that are closed, in order of their ends. */
export function stringsOverLines(text: string, tokens: readonly Token[]): readonly Token[] {
  const open: Token[] = [];
  const found: Token[] = [];
  for (const token of tokens) {
    if (token.kind.endsWith("-open") && token.kind !== "interpolation-open") open.push(token);
    else if (token.kind === "string-close") {
      const opening = open.pop();
      if (opening?.kind !== "string-open") continue;
      const newline = text.indexOf("\n", opening.start);
      if (newline !== -1 && newline < token.start) found.push(opening);
    }
  }
  return found;
}
