// Texts that are no programs any more, or hardly: rows of the language's pieces, and programs with something cut out, put in,
// doubled or exchanged.

import { SourceFile } from "../../../engine/core/source.ts";
import { tokenize } from "../../../engine/nickel/syntax/lexer.ts";
import { pieces } from "../pieces.ts";
import { type Chooser, pick } from "./chooser.ts";

export function soup(chooser: Chooser): string {
  const length = 1 + chooser.next(40);
  const glue = pick(chooser, ["", " "]);
  return Array.from({ length }, () => pick(chooser, pieces)).join(glue);
}

/** One to four changes at tokens of the text; `others` give what is put in besides. */
export function mutate(chooser: Chooser, text: string, others: readonly string[]): string {
  let changed = text;
  for (let left = 1 + chooser.next(4); left > 0; left -= 1) changed = change(chooser, changed, others);
  return changed;
}

function change(chooser: Chooser, text: string, others: readonly string[]): string {
  const { start, end } = range(chooser, text);
  const before = text.slice(0, start);
  const after = text.slice(end);
  switch (chooser.next(6)) {
    case 0:
      return before + after;
    case 1:
      return `${before}${pick(chooser, pieces)}${text.slice(start)}`;
    case 2:
      return `${before}${pick(chooser, pieces)}${after}`;
    case 3: {
      const part = text.slice(start, end);
      return `${before}${part} ${part}${after}`;
    }
    case 4: {
      const other = pick(chooser, others);
      const from = range(chooser, other);
      return `${before} ${other.slice(from.start, from.end)} ${after}`;
    }
    default: {
      const from = range(chooser, text);
      return `${before} ${text.slice(from.start, from.end)} ${after}`;
    }
  }
}

/** From one token to another that is mostly near. */
function range(chooser: Chooser, text: string): { readonly start: number; readonly end: number } {
  const { tokens } = tokenize(new SourceFile("/fuzz.ncl", text));
  const first = chooser.next(tokens.length);
  const last = Math.min(tokens.length - 1, first + chooser.next(pick(chooser, [2, 5, 20])));
  return { start: tokens[first]?.start ?? 0, end: tokens[last]?.end ?? text.length };
}
