// Lists in brackets, parted by commas: record fields, array items, branches. What parts them wrongly is complained about
// once, and reading goes on.

import { unmatchedBrace, wrongSeparator } from "./diagnostics.ts";
import type { Parser } from "./parser.ts";
import type { Token, TokenKind } from "./token.ts";

interface List {
  readonly open: Token;
  readonly close: TokenKind;
  /** Reads one element; a fault in it is noted. */
  readonly element: () => void;
  /** Complains about what stands behind an element where a comma or the end should. */
  readonly refuse: () => never;
  /** Whether the list ends here without its closing bracket: before a tail, say. */
  readonly ends?: () => boolean;
  /** Whether an element begins at a token. */
  readonly begins?: (index: number) => boolean;
}

/** Reads the elements; the closing bracket is not taken. */
export function parseList(p: Parser, list: List): void {
  const { close } = list;
  const isOver = () => p.kind === close || list.ends?.() === true;
  while (!isOver() && !p.atForeignClose(close)) {
    if (skipStray(p, close)) continue;
    p.recovering(
      [",", close],
      () => {
        list.element();
        while (skipStray(p, close));
        if (p.kind !== "," && p.kind !== ";" && !isOver()) list.refuse();
      },
      list.begins,
    );
    if (p.isResumed) continue;
    if (p.kind === ";" && !isOver()) {
      p.report(wrongSeparator, undefined, p.here());
      p.next();
    } else if (p.eat(",") === undefined) break;
  }
}

/** Passes over a closing bracket that closes nothing. */
function skipStray(p: Parser, close: TokenKind): boolean {
  if (p.kind === close || !p.isStrayClose()) return false;
  p.report(unmatchedBrace, { found: p.token.value }, p.here());
  p.next();
  return true;
}
