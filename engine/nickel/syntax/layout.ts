// How the tokens lie on their lines, and which brackets go together: what is asked once something is wrong, to guess where
// the fault lies and where reading can go on.

import type { SourceFile } from "../../core/source.ts";
import type { Token, TokenKind } from "./token.ts";

/** What closes what. */
export const closers: ReadonlyMap<TokenKind, TokenKind> = new Map([
  ["(", ")"],
  ["[", "]"],
  ["{", "}"],
  ["[|", "|]"],
  ["interpolation-open", "interpolation-close"],
  ["string-open", "string-close"],
  ["multiline-open", "string-close"],
  ["symbolic-open", "string-close"],
  ["tag-open", "string-close"],
  ["let", "in"],
]);
export const closing: ReadonlySet<TokenKind> = new Set(closers.values());

/** A bracket that lacks its end, and the token before which the end likely belongs. */
export interface MissingEnd {
  readonly open: Token;
  readonly before: Token;
}

export class Layout {
  readonly #tokens: readonly Token[];
  /** Columns of blanks before a token that is the first of its line. */
  readonly #first = new Map<number, number>();
  /** The same of the line that a token stands on. */
  readonly #ofLine: number[] = [];
  /** Closing brackets of whose kind none is open. */
  readonly #stray = new Set<number>();

  constructor(file: SourceFile, tokens: readonly Token[]) {
    this.#tokens = tokens;
    const open = new Map<TokenKind, number>();
    let end = 0;
    let indentation = 0;
    for (const [index, token] of tokens.entries()) {
      const gap = file.text.slice(end, token.start);
      const newline = gap.lastIndexOf("\n");
      if (newline !== -1 || index === 0) {
        indentation = gap.length - newline - 1;
        this.#first.set(index, indentation);
      }
      this.#ofLine.push(indentation);
      ({ end } = token);
      const closer = closers.get(token.kind);
      if (closer !== undefined) open.set(closer, (open.get(closer) ?? 0) + 1);
      else if (closing.has(token.kind)) {
        const count = open.get(token.kind) ?? 0;
        if (count === 0) this.#stray.add(index);
        else open.set(token.kind, count - 1);
      }
    }
  }

  /** The columns of blanks before a token; undefined unless it is the first of its line. */
  indentationBefore(index: number): number | undefined {
    return this.#first.get(index);
  }

  /** Whether the token closes a bracket of which kind none is open. */
  isStray(index: number): boolean {
    return this.#stray.has(index);
  }

  /**
   * Of the brackets behind one that is never closed, the first that is closed by a line further to the left than its own:
   * there an end may be missing, before the first line that is not further to the right.
   */
  findMissingEnd(unclosed: Token): MissingEnd | undefined {
    const open: number[] = [];
    for (let at = this.#tokens.indexOf(unclosed) + 1; at < this.#tokens.length; at += 1) {
      const { kind } = this.#tokens[at] ?? unclosed;
      if (closers.has(kind) && kind !== "let") open.push(at);
      else if (closing.has(kind) && kind !== "in") {
        const opening = open.pop();
        if (opening === undefined) return undefined;
        const indentation = this.#ofLine[opening] ?? 0;
        const closed = this.#first.get(at);
        if (closed === undefined || closed >= indentation) continue;
        for (const [index, columns] of this.#first) {
          const token = this.#tokens[opening];
          const before = this.#tokens[index];
          if (index > opening && columns <= indentation && token !== undefined && before !== undefined)
            return { open: token, before };
        }
        return undefined;
      }
    }
    return undefined;
  }
}
