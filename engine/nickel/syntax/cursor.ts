// The parser's place in the tokens, and how it complains and goes on: a fault is thrown as a SyntaxFault to the
// innermost list (fields, items, bindings, branches), which notes it and resumes behind the faulty element.

import type { Note } from "../../core/diagnostic.ts";
import type { SourceFile, Span } from "../../core/source.ts";
import { complain, type NickelDiagnostic, type NickelTemplate } from "../diagnostics.ts";
import type { Name } from "./ast.ts";
import { reservedName, tooDeep, unclosed, unexpectedEnd, unexpectedToken } from "./diagnostics.ts";
import { closers, closing, Layout, type MissingEnd } from "./layout.ts";
import { describe, isMetadataWord, isReserved, type Token, type TokenKind } from "./token.ts";

/** Never leaves the parser. */
export class SyntaxFault extends Error {
  /** Absent where the complaint has been noted already. */
  readonly diagnostic: NickelDiagnostic | undefined;
  /** No list may resume after it. */
  readonly fatal: boolean;
  /** The token at which the list goes on with its next element, where the fault tells. */
  readonly resume: number | undefined;

  constructor(diagnostic: NickelDiagnostic | undefined, fatal = false, resume?: number) {
    super();
    this.diagnostic = diagnostic;
    this.fatal = fatal;
    this.resume = resume;
  }
}

/** Levels of brackets, operands and bodies within one another; keeps the parser and its readers within the stack. */
export const depthLimit = 500;

/** What people write who come from other languages, by the token found. */
const habits: ReadonlyMap<TokenKind, string> = new Map([
  ["fun", "put the function in parentheses"],
  ["let", "put the `let … in …` in parentheses"],
  ["if", "put the `if … then … else …` in parentheses"],
  ["import", "put the import in parentheses"],
  ["match", "put the `match { … }` in parentheses"],
  ["forall", "put the type in parentheses"],
  ["=", "equality is `==`; a field is defined inside braces, a name with `let … = … in`"],
  [
    "?",
    "a choice is written `if … then … else …`, a default `field | default = value`, or `field ? value` in a record pattern",
  ],
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
  /** The last fault that `recovering` met told where its list goes on. */
  isResumed = false;
  /** A bracket that is unclosed at the end of the file, and the token before which its end likely belongs. */
  missingEnd: MissingEnd | undefined;
  /** Metadata words that were used as names, and complained about once. */
  readonly #misused = new Set<string>();
  #layoutIfAsked: Layout | undefined;
  /** What the last faulty element began with, where that was its fault. */
  #refused: TokenKind | undefined;
  /** The present token; the last one is `end`. */
  token: Token;
  kind: TokenKind;

  constructor(file: SourceFile, tokens: readonly Token[]) {
    this.file = file;
    this.#tokens = tokens;
    this.token = tokens[0] ?? { kind: "end", start: 0, end: 0, value: "" };
    this.kind = this.token.kind;
  }

  get #layout(): Layout {
    this.#layoutIfAsked ??= new Layout(this.file, this.#tokens);
    return this.#layoutIfAsked;
  }

  /** The kind of the token `ahead` places on. */
  peek(ahead = 1): TokenKind {
    return this.#tokens[this.#index + ahead]?.kind ?? "end";
  }

  /** Which token the present one is. */
  get index(): number {
    return this.#index;
  }

  tokenAt(index: number): Token | undefined {
    return this.#tokens[index];
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

  /** Whether the present token is of that kind. */
  at(kind: TokenKind): boolean {
    return this.kind === kind;
  }

  /** Takes the token if it is of that kind. */
  eat(kind: TokenKind): Token | undefined {
    return this.kind === kind ? this.next() : undefined;
  }

  /** Takes a token of that kind or complains that `expected` was expected. */
  expect(kind: TokenKind, expected = `\`${kind}\``, help?: string): Token {
    return this.kind === kind ? this.next() : this.unexpected(expected, help);
  }

  /** Takes the closing bracket, or complains. */
  expectClose(kind: TokenKind, open: Token, expected: string): Token {
    return this.kind === kind ? this.next() : this.refuseClose(kind, open, expected);
  }

  /** Where another closing bracket or the end stands, blames the opening one. */
  refuseClose(kind: TokenKind, open: Token, expected: string): never {
    if (this.kind === "end") this.#failAtEnd(kind, open);
    if (closing.has(this.kind)) {
      const close = kind === "interpolation-close" ? "}" : kind;
      const note = { message: `\`${close}\` expected here`, span: this.here() };
      this.fail(unclosed, { open: open.value, close }, this.spanOf(open), [note]);
    }
    return this.unexpected(expected);
  }

  /** Blames the bracket that, going by the indentation, lacks its end, else the one that is open. */
  #failAtEnd(kind: TokenKind, open: Token): never {
    const suspect = this.#layout.findMissingEnd(open);
    const lacking = suspect?.open ?? open;
    const close = closers.get(lacking.kind) ?? kind;
    this.missingEnd ??= suspect;
    const notes =
      suspect === undefined
        ? []
        : [{ message: "going by the indentation, it ends before this", span: this.spanOf(suspect.before) }];
    const shown = close === "interpolation-close" ? "}" : close;
    return this.fail(unclosed, { open: lacking.value, close: shown }, this.spanOf(lacking), notes);
  }

  /** Whether the end or a closing bracket other than this one stands here, which closes what is around. */
  atForeignClose(kind: TokenKind): boolean {
    if (this.kind === "end") return true;
    return this.kind !== kind && this.kind !== "in" && closing.has(this.kind) && !this.isStrayClose();
  }

  /** Whether a closing bracket stands here of which kind none is open. */
  isStrayClose(): boolean {
    return (
      (this.kind === ")" || this.kind === "]" || this.kind === "|]") && this.#layout.isStray(this.#index)
    );
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

  /** The first token of the present one's line, when that is another one. */
  lineStart(): number | undefined {
    for (let index = this.#index - 1; index >= 0; index -= 1) {
      if (this.#layout.indentationBefore(index) !== undefined) return index;
    }
    return undefined;
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

  /** The same where the list around goes on with the element that begins at a token. */
  failAndResume<P>(
    template: NickelTemplate<P>,
    params: P,
    span: Span,
    at: number,
    notes: readonly Note[] = [],
  ): never {
    throw new SyntaxFault(complain(template, params, span, notes), false, at);
  }

  /** Notes that something else was expected here, and lets the parser go on as though it were there. */
  complainHere(expected: string, help: string | undefined): void {
    const what = isReserved(this.kind) ? `keyword ${describe(this.token)}` : describe(this.token);
    if (this.kind === "end") this.report(unexpectedEnd, { expected }, this.here());
    else this.report(unexpectedToken, { found: what, expected, help }, this.here());
  }

  unexpected(expected: string, help?: string): never {
    if (this.kind === "end") this.fail(unexpectedEnd, { expected }, this.here());
    const found = describe(this.token);
    const what = isReserved(this.kind) ? `keyword ${found}` : found;
    this.fail(unexpectedToken, { found: what, expected, help: help ?? habits.get(this.kind) }, this.here());
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
   * own level, or at the first line that `begins` an element just below this one; undefined is returned then. Where a
   * foreign closing bracket or the end comes first, the fault goes on to the list around, without its complaint.
   */
  recovering<T>(
    stops: readonly TokenKind[],
    element: () => T,
    begins: (index: number) => boolean = () => false,
  ): T | undefined {
    const start = this.#index;
    const depth = this.#depth;
    this.isResumed = false;
    try {
      const parsed = element();
      this.#refused = undefined;
      return parsed;
    } catch (fault) {
      if (!(fault instanceof SyntaxFault) || fault.fatal) throw fault;
      // The same at the beginning of one element after the other comes from one fault before them.
      // So do the arrows of branches that are not read as such.
      const kind = this.#index === start || this.kind === "=>" ? this.kind : undefined;
      const isEcho = kind !== undefined && kind === this.#refused;
      if (fault.diagnostic !== undefined && !isEcho) this.diagnostics.push(fault.diagnostic);
      this.#refused = kind;
      this.#depth = depth;
      this.isResumed = fault.resume !== undefined && fault.resume > start;
      if (this.isResumed) this.#moveTo(fault.resume ?? start);
      else if (!this.#skip(start, stops, begins)) throw new SyntaxFault(undefined);
      return undefined;
    }
  }

  /** Moves to the first stop that is not before the present token and not within brackets opened since `start`. */
  #skip(start: number, stops: readonly TokenKind[], begins: (index: number) => boolean): boolean {
    const open: TokenKind[] = [];
    const layout = this.#layout;
    const indentation = layout.indentationBefore(start);
    for (let index = start; index < this.#tokens.length; index += 1) {
      const kind = this.#tokens[index]?.kind ?? "end";
      if (
        index > Math.max(start, this.#index - 1) &&
        indentation !== undefined &&
        layout.indentationBefore(index) === indentation &&
        begins(index)
      ) {
        this.#moveTo(index);
        this.isResumed = true;
        return true;
      }
      if (open.length === 0 && index >= this.#index && stops.includes(kind)) {
        this.#moveTo(index);
        return true;
      }
      const closer = closers.get(kind);
      const next = this.#tokens[index + 1]?.kind;
      const isName = kind === "let" && (next === "=" || next === ":" || next === "|" || next === ".");
      if (closer !== undefined && !isName) open.push(closer);
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
