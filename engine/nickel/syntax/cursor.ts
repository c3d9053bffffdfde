// The parser's place in the tokens, and how it complains and goes on: a fault is thrown as a SyntaxFault to the
// innermost list (fields, items, bindings, branches), which notes it and resumes behind the faulty element.

import type { Note } from "../../core/diagnostic.ts";
import type { SourceFile, Span } from "../../core/source.ts";
import { complain, type NickelDiagnostic, type NickelTemplate } from "../diagnostics.ts";
import type { Name } from "./ast.ts";
import { reservedName, tooDeep, unclosed, unexpectedEnd, unexpectedToken } from "./diagnostics.ts";
import { describe, isMetadataWord, isReserved, type Token, type TokenKind } from "./token.ts";

/** Never leaves the parser. */
export class SyntaxFault extends Error {
  /** Absent where the complaint has been noted already. */
  readonly diagnostic: NickelDiagnostic | undefined;
  /** No list may resume after it. */
  readonly fatal: boolean;

  constructor(diagnostic: NickelDiagnostic | undefined, fatal = false) {
    super();
    this.diagnostic = diagnostic;
    this.fatal = fatal;
  }
}

/** Levels of brackets, operands and bodies within one another; keeps the parser and its readers within the stack. */
export const depthLimit = 500;

const closers: ReadonlyMap<TokenKind, TokenKind> = new Map([
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
const closing: ReadonlySet<TokenKind> = new Set(closers.values());

/** What people write who come from other languages, by the token found. */
const habits: ReadonlyMap<TokenKind, string> = new Map([
  ["fun", "put the function in parentheses"],
  ["let", "put the `let … in …` in parentheses"],
  ["if", "put the `if … then … else …` in parentheses"],
  ["import", "put the import in parentheses"],
  ["match", "put the `match { … }` in parentheses"],
  ["forall", "put the type in parentheses"],
  ["=", "equality is `==`; a field is defined inside braces, a name with `let … = … in`"],
  ["?", "a default is written `field | default = value`, or `field ? value` in a record pattern"],
  ["=>", "a function is written `fun x => …`"],
  [";", "fields, items and bindings are parted by commas"],
]);

export class Cursor {
  readonly file: SourceFile;
  readonly diagnostics: NickelDiagnostic[] = [];
  readonly #tokens: readonly Token[];
  #index = 0;
  #depth = 0;
  #wildcards = 0;
  /** Metadata words that were used as names, and complained about once. */
  readonly #misused = new Set<string>();
  /** The present token; the last one is `end`. */
  token: Token;
  kind: TokenKind;

  constructor(file: SourceFile, tokens: readonly Token[]) {
    this.file = file;
    this.#tokens = tokens;
    this.token = tokens[0] ?? { kind: "end", start: 0, end: 0, value: "" };
    this.kind = this.token.kind;
  }

  /** The kind of the token `ahead` places on. */
  peek(ahead = 1): TokenKind {
    return this.#tokens[this.#index + ahead]?.kind ?? "end";
  }

  next(): Token {
    const token = this.token;
    this.#moveTo(this.#index + 1);
    return token;
  }

  #moveTo(index: number): void {
    const token = this.#tokens[index];
    if (token === undefined) return;
    this.#index = index;
    this.token = token;
    this.kind = token.kind;
  }

  /** Takes the token if it is of that kind. */
  eat(kind: TokenKind): Token | undefined {
    return this.kind === kind ? this.next() : undefined;
  }

  /** Takes a token of that kind or complains that `expected` was expected. */
  expect(kind: TokenKind, expected = `\`${kind}\``): Token {
    return this.kind === kind ? this.next() : this.unexpected(expected);
  }

  /** Takes the closing bracket; where another one or the end stands, blames the opening one. */
  expectClose(kind: TokenKind, open: Token, expected: string): Token {
    if (this.kind === kind) return this.next();
    if (this.kind === "end" || closing.has(this.kind)) {
      const close = kind === "interpolation-close" ? "}" : kind;
      const found =
        this.kind === "end"
          ? this.#suspects(open)
          : [{ message: `\`${close}\` expected here`, span: this.here() }];
      this.fail(unclosed, { open: open.value, close }, this.spanOf(open), found);
    }
    return this.unexpected(expected);
  }

  /**
   * The first bracket behind the unclosed one that is closed by a line of another indentation than its own: there the
   * closing one may be missing.
   */
  #suspects(unclosed: Token): Note[] {
    const open: Token[] = [];
    for (const token of this.#tokens.slice(this.#tokens.indexOf(unclosed) + 1)) {
      if (closers.has(token.kind) && token.kind !== "let") open.push(token);
      else if (closing.has(token.kind) && token.kind !== "in") {
        const opening = open.pop();
        if (opening === undefined) return [];
        const closed = this.#indentation(token.start);
        if (closed !== undefined && closed < (this.#indentation(opening.start, true) ?? 0)) {
          const message = `this \`${opening.value}\` is closed by a line further to the left: is its own end missing?`;
          return [{ message, span: this.spanOf(opening) }];
        }
      }
    }
    return [];
  }

  /** The indentation of the offset's line; unless `anywhere`, undefined where something stands before the offset. */
  #indentation(offset: number, anywhere = false): number | undefined {
    const { text } = this.file;
    const start = text.lastIndexOf("\n", offset - 1) + 1;
    const blanks = /^[ \t]*/.exec(text.slice(start, offset))?.[0].length ?? 0;
    return anywhere || start + blanks === offset ? blanks : undefined;
  }

  /** Whether the end or a closing bracket other than this one stands here. */
  atForeignClose(kind: TokenKind): boolean {
    return this.kind === "end" || (this.kind !== kind && this.kind !== "in" && closing.has(this.kind));
  }

  /** Where the last taken token ended. */
  get lastEnd(): number {
    return this.#tokens[this.#index - 1]?.end ?? 0;
  }

  get previous(): Token | undefined {
    return this.#tokens[this.#index - 1];
  }

  /** From `start` to the end of the last taken token. */
  spanFrom(start: number): Span {
    return { file: this.file, start, end: this.lastEnd };
  }

  spanOf(token: Token): Span {
    return { file: this.file, start: token.start, end: token.end };
  }

  here(): Span {
    return this.spanOf(this.token);
  }

  nextWildcard(): number {
    const id = this.#wildcards;
    this.#wildcards += 1;
    return id;
  }

  // --- names

  /** Whether the present token may be a variable's name: an identifier or a contextual word. */
  atIdentifier(): boolean {
    return isIdentifier(this.kind);
  }

  /** Takes a variable's name; `what` is what it would be, with its article. */
  identifier(what: string): Name {
    if (isMetadataWord(this.kind)) {
      if (!this.isMisused()) this.report(reservedName, { word: this.token.value, what }, this.here());
      this.#misused.add(this.token.value);
    } else if (!isIdentifier(this.kind)) {
      if (isReserved(this.kind)) this.fail(reservedName, { word: this.token.value, what }, this.here());
      this.unexpected(what);
    }
    const token = this.next();
    return { text: token.value, span: this.spanOf(token) };
  }

  /** Whether the present token is a metadata word that was complained about as a name before. */
  isMisused(): boolean {
    return this.#misused.has(this.token.value);
  }

  /** Whether an unquoted field name stands here: metadata words are allowed. */
  atFieldName(): boolean {
    return isIdentifier(this.kind) || isMetadataWord(this.kind);
  }

  fieldName(): Name {
    if (!this.atFieldName()) return this.identifier("a field name");
    const token = this.next();
    return { text: token.value, span: this.spanOf(token) };
  }

  // --- complaints

  report<P>(template: NickelTemplate<P>, params: P, span: Span, notes: readonly Note[] = []): void {
    this.diagnostics.push(complain(template, params, span, notes));
  }

  fail<P>(template: NickelTemplate<P>, params: P, span: Span, notes: readonly Note[] = []): never {
    throw new SyntaxFault(complain(template, params, span, notes));
  }

  unexpected(expected: string, help?: string): never {
    if (this.kind === "/" && (this.peek() === "/" || this.peek() === "*")) {
      this.#unexpectedToken(expected, "a comment begins with `#`");
    }
    this.#unexpectedToken(expected, help ?? habits.get(this.kind));
  }

  #unexpectedToken(expected: string, help: string | undefined): never {
    if (this.kind === "end") this.fail(unexpectedEnd, { expected }, this.here());
    const found = describe(this.token);
    const what = isReserved(this.kind) ? `keyword ${found}` : found;
    this.fail(unexpectedToken, { found: what, expected, help }, this.here());
  }

  /** Runs the body one level deeper. */
  nested<T>(body: () => T): T {
    this.enter();
    const result = body();
    this.leave();
    return result;
  }

  enter(): void {
    this.#depth += 1;
    if (this.#depth > depthLimit) {
      throw new SyntaxFault(complain(tooDeep, { limit: depthLimit }, this.here()), true);
    }
  }

  leave(): void {
    this.#depth -= 1;
  }

  /**
   * Parses one element of a list. A fault in it is noted; reading resumes at the next of the `stops` on the element's
   * own level, and undefined is returned. Where a foreign closing bracket or the end comes first, the fault goes on to
   * the list around, without its complaint.
   */
  recovering<T>(stops: readonly TokenKind[], element: () => T): T | undefined {
    const start = this.#index;
    const depth = this.#depth;
    try {
      return element();
    } catch (fault) {
      if (!(fault instanceof SyntaxFault) || fault.fatal) throw fault;
      if (fault.diagnostic !== undefined) this.diagnostics.push(fault.diagnostic);
      this.#depth = depth;
      if (!this.#skip(start, stops)) throw new SyntaxFault(undefined);
      return undefined;
    }
  }

  /** Moves to the first stop that is not before the present token and not within brackets opened since `start`. */
  #skip(start: number, stops: readonly TokenKind[]): boolean {
    const open: TokenKind[] = [];
    for (let index = start; index < this.#tokens.length; index += 1) {
      const kind = this.#tokens[index]?.kind ?? "end";
      if (open.length === 0 && index >= this.#index && stops.includes(kind)) {
        this.#moveTo(index);
        return true;
      }
      const closer = closers.get(kind);
      if (closer !== undefined) open.push(closer);
      else if (closing.has(kind)) {
        const match = open.lastIndexOf(kind);
        if (match !== -1) open.length = match;
        else if (index >= this.#index && kind !== "in") {
          this.#moveTo(index);
          return stops.includes(kind);
        }
      }
    }
    this.#moveTo(this.#tokens.length - 1);
    return false;
  }
}

export function isIdentifier(kind: TokenKind): boolean {
  return kind === "identifier" || kind === "or" || kind === "as" || kind === "include";
}
